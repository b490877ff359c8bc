#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

namespace genops {

/// A URL as libcurl reads it: what it says is where a request will go.
class CurlUrl {
 public:
  explicit CurlUrl(const std::string& text);
  const std::string& problem() const { return problem_; }  ///< '' = well-formed
  std::optional<std::string> part(CURLUPart name, unsigned flags = 0) const;
  std::string host() const;       ///< in lower case, IPv6 without brackets
  std::string host_port() const;  ///< for messages
  bool has_credentials() const;

 private:
  struct Free {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Free> url_;
  std::string problem_;
};

}  // namespace genops
