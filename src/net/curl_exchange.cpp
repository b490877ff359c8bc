#include "net/curl_exchange.hpp"

#include "net/curl_handle.hpp"

namespace genops {

Exchange::Exchange(const HttpRequest& request, const HttpOptions& options, std::size_t body_bytes)
    : request_(request), options_(options), body_bytes_(body_bytes) {}

void Exchange::attach(CURL* handle) {
  set_option(handle, CURLOPT_ERRORBUFFER, reason_);
  set_option(handle, CURLOPT_PREREQFUNCTION, &on_start);
  set_option(handle, CURLOPT_PREREQDATA, this);
  set_option(handle, CURLOPT_NOPROGRESS, 0L);
  set_option(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
  set_option(handle, CURLOPT_XFERINFODATA, this);
  set_option(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set_option(handle, CURLOPT_HEADERDATA, this);
  set_option(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set_option(handle, CURLOPT_WRITEDATA, this);
}

void Exchange::rethrow() const {
  if (thrown_) std::rethrow_exception(thrown_);
}

// Exceptions must not pass through libcurl's frames. False ends the exchange.
template <class Body>
bool Exchange::guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    thrown_ = std::current_exception();
    return false;
  }
}

// libcurl may send again on a fresh connection when a kept one turns out dead: that is one sending.
void Exchange::say_sent_if_whole() {
  if (sent_ || sent_bytes_ < body_bytes_) return;
  sent_ = true;
  if (request_.on_sent) request_.on_sent();
}

// Connected, the certificate trusted, nothing written yet; https through a proxy has its tunnel.
int Exchange::on_start(void* self, char*, char*, int, int) {
  static_cast<Exchange*>(self)->started_ = true;
  return CURL_PREREQFUNC_OK;
}

int Exchange::on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
  auto& exchange = *static_cast<Exchange*>(self);
  const bool go_on = exchange.guarded([&] {
    exchange.sent_bytes_ = static_cast<std::size_t>(sent);
    // Without a body nothing tells that the request has left, until an answer arrives.
    if (exchange.body_bytes_ > 0) exchange.say_sent_if_whole();
    if (exchange.options_.cancelled && exchange.options_.cancelled()) exchange.cancelled_ = true;
    // Compressed bytes may also decompress to nothing, without end.
    if (static_cast<std::size_t>(received) > exchange.options_.max_answer_bytes) exchange.too_large_ = true;
    return !exchange.cancelled_ && !exchange.too_large_;
  });
  return go_on ? 0 : 1;
}

std::size_t Exchange::on_header(char* line, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const bool go_on = exchange.guarded([&] {
    exchange.say_sent_if_whole();
    const std::string_view text(line, size * count);
    // libcurl takes headers that end before their empty line for an answer without a body.
    if (text.rfind("HTTP/", 0) == 0) exchange.head_is_whole_ = false;
    if (text == "\r\n" || text == "\n") exchange.head_is_whole_ = true;
    return true;
  });
  return go_on ? size * count : 0;
}

std::size_t Exchange::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const bool go_on = exchange.guarded([&] {
    exchange.too_large_ = size * count > exchange.options_.max_answer_bytes - exchange.body_.size();
    if (!exchange.too_large_) exchange.body_.append(bytes, size * count);
    return !exchange.too_large_;
  });
  return go_on ? size * count : CURL_WRITEFUNC_ERROR;
}

}  // namespace genops
