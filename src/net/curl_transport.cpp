#include <algorithm>
#include <cstring>
#include <system_error>

#include "core/text.hpp"
#include "genops/version.hpp"
#include "net/curl_exchange.hpp"
#include "net/curl_handle.hpp"
#include "net/curl_url.hpp"
#include "net/gzip.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

namespace genops {
namespace {

using Kind = HttpFailure::Kind;

bool is_token(const std::string& text) {
  const auto fits = [](char c) {
    return c > ' ' && c <= '~' && std::strchr("()<>@,;:\\\"/[]?={}", c) == nullptr;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

// A line end in a value would be a header of its own.
bool is_header(const HttpHeader& header) {
  const auto fits = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; };
  return is_token(header.name) && std::all_of(header.value.begin(), header.value.end(), fits);
}

// '' = it can be sent. The URL may hold a password and is not repeated.
std::string why_unsendable(const HttpRequest& request, const CurlUrl& url) {
  if (request.url.find('\0') != std::string::npos) return "URL: expected no NUL, found one";
  if (!url.problem().empty()) return "URL: expected http(s)://HOST.., found another form: " + url.problem();
  const std::string scheme = url.part(CURLUPART_SCHEME).value_or("");
  if (scheme != "http" && scheme != "https") return "URL: expected http or https, found " + quoted(scheme);
  if (url.has_credentials()) return "URL: expected no credentials in it, found some";
  if (!is_token(request.method)) return "method: expected a name like POST, found " + quoted(request.method);
  for (const HttpHeader& header : request.headers)
    if (!is_header(header))
      return "header " + quoted(header.name) + ": expected one line of text, found another";
  return "";
}

bool names(const HttpRequest& request, const char* name) {
  return std::any_of(request.headers.begin(), request.headers.end(), [name](const HttpHeader& header) {
    return curl_strequal(header.name.c_str(), name) != 0;
  });
}

CurlList header_lines(const HttpRequest& request, bool packed) {
  CurlList lines;
  // libcurl asks for 100-continue before a large body, which not every proxy answers.
  append(lines, "Expect:");
  if (packed) append(lines, "Content-Encoding: gzip");
  if (!names(request, "Content-Type")) append(lines, "Content-Type:");  // libcurl would name a form
  for (const HttpHeader& header : request.headers)
    append(lines, header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
  return lines;
}

// Why a request failed of which nothing has been written yet.
Kind kind_before_start(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Kind::untrusted;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_NOT_BUILT_IN:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_FAILED_INIT:
      return Kind::invalid;
    default:
      return Kind::unreachable;
  }
}

Kind kind_of(CURLcode code, const Exchange& exchange) {
  if (exchange.cancelled()) return Kind::cancelled;
  if (!exchange.started()) return kind_before_start(code);
  return code == CURLE_OPERATION_TIMEDOUT ? Kind::timed_out : Kind::interrupted;
}

// Connections stay; what pointed into a request and its headers goes.
struct ResetAfterwards {
  CURL* handle;
  ~ResetAfterwards() { curl_easy_reset(handle); }
};

class CurlTransport : public HttpTransport {
 public:
  explicit CurlTransport(HttpOptions options) : options_(std::move(options)), handle_(make_curl_handle()) {}
  HttpResult send(const HttpRequest& request) override;

 private:
  void set_connection(const HttpRequest& request, const CurlUrl& url);
  void set_body(const HttpRequest& request, std::string_view body);
  HttpResponse response(Exchange& exchange) const;
  std::string reason(CURLcode code, const Exchange& exchange) const;
  HttpFailure failure(CURLcode code, const Exchange& exchange, const HttpRequest& request,
                      const CurlUrl& url) const;

  HttpOptions options_;
  CurlHandle handle_;  ///< holds the connections that are kept
  Gzip gzip_;
};

void CurlTransport::set_connection(const HttpRequest& request, const CurlUrl& url) {
  CURL* handle = handle_.get();
  set_option(handle, CURLOPT_URL, request.url.c_str());
  set_option(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set_option(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(handle, CURLOPT_NOSIGNAL, 1L);
  set_option(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set_option(handle, CURLOPT_CONNECTTIMEOUT_MS,
             static_cast<long>(std::max<std::int64_t>(options_.connect_timeout_ms, 1)));
  set_option(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request.timeout_ms, 1)));
  set_option(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_option(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) {
    set_option(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
    set_option(handle, CURLOPT_CAPATH,
               static_cast<char*>(nullptr));  // else the system's stay trusted beside it
#if LIBCURL_VERSION_NUM >= 0x075700
    set_option(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L);  // a file that was repaired is read again
#endif
  }
  // An empty name keeps libcurl from asking the environment.
  if (is_loopback({"", url.host(), ""})) set_option(handle, CURLOPT_PROXY, "");
  set_option(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_option(handle, CURLOPT_USERAGENT, "genops/" GENOPS_VERSION);
  set_option(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  set_option(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.max_answer_bytes));
}

void CurlTransport::set_body(const HttpRequest& request, std::string_view body) {
  CURL* handle = handle_.get();
  if (body.empty() && request.method == "GET") {
    set_option(handle, CURLOPT_HTTPGET, 1L);
    return;
  }
  set_option(handle, CURLOPT_POST, 1L);
  if (request.method != "POST") set_option(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set_option(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set_option(handle, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
}

HttpResponse CurlTransport::response(Exchange& exchange) const {
  HttpResponse response;
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  const auto header = [&](const char* name) {
    curl_header* found = nullptr;
    const bool there = curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK;
    return std::string(there ? found->value : "");
  };
  response.content_type = header("Content-Type");
  response.retry_after = header("Retry-After");
  response.body = exchange.take_body();
  return response;
}

std::string CurlTransport::reason(CURLcode code, const Exchange& exchange) const {
  if (exchange.too_large() || code == CURLE_FILESIZE_EXCEEDED)
    return "the answer is larger than " + std::to_string(options_.max_answer_bytes) + " bytes";
  long number = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &number);
  if (code == CURLE_COULDNT_CONNECT && number != 0)
    return std::system_category().message(static_cast<int>(number));
  return printable(*exchange.reason() != '\0' ? exchange.reason() : curl_easy_strerror(code));
}

HttpFailure CurlTransport::failure(CURLcode code, const Exchange& exchange, const HttpRequest& request,
                                   const CurlUrl& url) const {
  const Kind kind = kind_of(code, exchange);
  const std::string where = url.host_port();
  switch (kind) {
    case Kind::unreachable:
      return {kind, "cannot connect to " + where + ": " + reason(code, exchange)};
    case Kind::untrusted:
      return {kind, "cannot trust " + where + ": " + reason(code, exchange)};
    case Kind::invalid:
      return {kind, "cannot send to " + where + ": " + reason(code, exchange)};
    case Kind::timed_out:
      return {kind,
              "no whole answer from " + where + " within " + std::to_string(request.timeout_ms) + " ms"};
    case Kind::cancelled:
      return {kind, "cancelled before " + where + " had answered"};
    case Kind::interrupted:
      break;
  }
  return {kind, "no whole answer from " + where + ": " + reason(code, exchange)};
}

HttpResult CurlTransport::send(const HttpRequest& request) {
  const CurlUrl url(request.url);
  if (std::string why = why_unsendable(request, url); !why.empty())
    return HttpFailure{Kind::invalid, std::move(why)};
  const bool packed = request.gzip && !request.body.empty();
  const std::string_view body = packed ? gzip_.compress(request.body) : request.body;
  const CurlList headers = header_lines(request, packed);
  Exchange exchange(request, options_, body.size());
  const ResetAfterwards reset{handle_.get()};
  set_connection(request, url);
  set_body(request, body);
  set_option(handle_.get(), CURLOPT_HTTPHEADER, headers.get());
  exchange.attach(handle_.get());
  CURLcode code = curl_easy_perform(handle_.get());
  exchange.rethrow();
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLE_OK && !exchange.head_is_whole()) code = CURLE_PARTIAL_FILE;
  if (code == CURLE_OK) return response(exchange);
  return failure(code, exchange, request, url);
}

}  // namespace

CurlHandle make_curl_handle() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK)
    throw Error(Errc::io, std::string("cannot set up libcurl: ") + curl_easy_strerror(ready));
  CurlHandle handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  return handle;
}

std::unique_ptr<HttpTransport> make_http_transport(HttpOptions options) {
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace genops
