#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// One HTTP exchange: request in, response or failure out. Knows no ledger, and judges no status.
namespace genops {

struct HttpHeader {
  std::string name, value;
};

struct HttpRequest {
  std::string method;  ///< GET, POST, PUT
  std::string url;     ///< absolute, http or https
  std::vector<HttpHeader> headers;
  std::string_view body;  ///< borrowed until send returns; empty: none is sent
  bool gzip = false;      ///< the body travels compressed
  std::int64_t timeout_ms = 90'000;
  std::function<void()> on_sent;  ///< called once, after the last byte has left and before an answer is read
};

struct HttpResponse {
  int status = 0;
  std::string content_type;  ///< as sent; '' = none
  std::string retry_after;   ///< as sent; '' = none; see retry_after_ms
  std::string body;          ///< decompressed; nothing tells that a server compressed only half of an answer
};

/// Why there is no whole response.
struct HttpFailure {
  enum class Kind {
    unreachable,  ///< name, connection, proxy or handshake failed: nothing was sent
    untrusted,    ///< the server's certificate was refused: nothing was sent
    interrupted,  ///< sent, perhaps in part; the answer is missing, cut short, damaged or too large
    timed_out,    ///< as interrupted, by HttpRequest::timeout_ms
    cancelled,    ///< as interrupted, by HttpOptions::cancelled
    invalid,      ///< it cannot be sent at all: malformed URL, unreadable CA file
  };
  Kind kind = Kind::unreachable;
  std::string message;  ///< for people: what failed and where, never a credential
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

/// Threads: one at a time.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual HttpResult send(const HttpRequest& request) = 0;
};

struct HttpOptions {
  std::string ca_file;  ///< PEM; '' = the system's authorities
  std::int64_t connect_timeout_ms = 10'000;
  std::size_t max_answer_bytes = std::size_t{64} << 20;  ///< also after decompression
  std::function<bool()> cancelled;                       ///< asked at least every second while a request runs
};

/// Over libcurl: connections are kept alive, answers may be compressed, certificates are always verified,
/// redirects are not followed, proxies are those of the environment but never for this machine itself.
std::unique_ptr<HttpTransport> make_http_transport(HttpOptions options);

}  // namespace genops
