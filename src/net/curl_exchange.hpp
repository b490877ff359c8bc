#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "net/http.hpp"

namespace genops {

/// What happens while libcurl performs one request: its callbacks, and what they have seen.
class Exchange {
 public:
  /// `body_bytes`: of the body as it travels.
  Exchange(const HttpRequest& request, const HttpOptions& options, std::size_t body_bytes);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void attach(CURL* handle);
  void rethrow() const;  ///< what on_sent or cancelled threw, or running out of memory

  bool started() const { return started_; }  ///< from here on the server may have got something
  bool cancelled() const { return cancelled_; }
  bool head_is_whole() const { return head_is_whole_; }  ///< every header has come, up to the empty line
  bool too_large() const { return too_large_; }
  const char* reason() const { return reason_; }  ///< of libcurl; may be ''
  std::string take_body() { return std::move(body_); }

 private:
  static int on_start(void* self, char*, char*, int, int);
  static int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent);
  static std::size_t on_header(char* line, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  template <class Body>
  bool guarded(Body&& body) noexcept;
  void say_sent_if_whole();

  const HttpRequest& request_;
  const HttpOptions& options_;
  std::size_t body_bytes_;
  std::size_t sent_bytes_ = 0;
  bool started_ = false, sent_ = false, cancelled_ = false, too_large_ = false, head_is_whole_ = false;
  std::string body_;
  std::exception_ptr thrown_;
  char reason_[CURL_ERROR_SIZE] = "";
};

}  // namespace genops
