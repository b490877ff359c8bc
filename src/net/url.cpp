#include "net/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <new>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "net/curl_url.hpp"

namespace genops {
namespace {

bool has_space_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c <= ' ') || c == '\x7f'; });
}

// libcurl alone would take 'http:/host' and 'http:///host'.
bool starts_like_http(const std::string& text) {
  const std::string start = lower_case(text.substr(0, text.find('/') + 3));
  return (start.rfind("http://", 0) == 0 || start.rfind("https://", 0) == 0) && start.back() != '/';
}

// '' = nothing is wrong.
std::string what_is_wrong(const std::string& text, const CurlUrl& url) {
  if (has_space_or_control(text)) return "one with a space or control character";
  if (!starts_like_http(text)) return "another form";
  if (!url.problem().empty()) return url.problem();
  if (url.part(CURLUPART_PORT) == "0") return "port 0";
  if (url.has_credentials()) return "one with credentials";
  if (text.find('?') != std::string::npos) return "one with a query";
  if (text.find('#') != std::string::npos) return "one with a fragment";
  return "";
}

std::string join(const CurlUrl& url, const std::string& scheme, const std::string& host) {
  std::string text = scheme + "://" + (host.find(':') == std::string::npos ? host : '[' + host + ']');
  if (const auto port = url.part(CURLUPART_PORT, CURLU_NO_DEFAULT_PORT)) text += ':' + *port;
  text += url.part(CURLUPART_PATH).value_or("");
  while (text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

std::string redacted(std::string text) {
  if (const auto at = text.rfind('@'); at != std::string::npos) {
    const auto scheme = text.find("://");
    const auto start = scheme != std::string::npos && scheme < at ? scheme + 3 : 0;
    text.replace(start, at - start, "***");
  }
  if (const auto tail = text.find_first_of("?#"); tail != std::string::npos && tail + 1 < text.size())
    text.replace(tail + 1, std::string::npos, "***");
  return quoted(text);
}

CurlUrl::CurlUrl(const std::string& text) : url_(curl_url()) {
  if (!url_) throw std::bad_alloc();
  const CURLUcode code = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLUE_OK) problem_ = curl_url_strerror(code);
}

std::optional<std::string> CurlUrl::part(CURLUPart name, unsigned flags) const {
  char* value = nullptr;
  if (curl_url_get(url_.get(), name, &value, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&curl_free)> owner(value, curl_free);
  return std::string(value);
}

std::string CurlUrl::host() const {
  std::string host = lower_case(part(CURLUPART_HOST).value_or(""));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

std::string CurlUrl::host_port() const {
  return printable(part(CURLUPART_HOST).value_or("")) + ':' +
         part(CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
}

bool CurlUrl::has_credentials() const {
  return part(CURLUPART_USER).has_value() || part(CURLUPART_PASSWORD).has_value();
}

HttpUrl parse_http_url(std::string_view text, std::string_view argument) {
  const std::string given(text);
  const CurlUrl url(given);
  if (const std::string wrong = what_is_wrong(given, url); !wrong.empty())
    throw Error(Errc::invalid_argument, std::string(argument) +
                                            ": expected http(s)://HOST[:PORT][/PATH], found " +
                                            redacted(given) + " (" + wrong + ")");
  const std::string scheme = lower_case(url.part(CURLUPART_SCHEME).value_or(""));
  const std::string host = url.host();
  return {scheme, host, join(url, scheme, host)};
}

bool is_loopback(const HttpUrl& url) {
  const std::string host = lower_case(url.host);
  if (host == "localhost" || host == "localhost.") return true;
  in_addr four{};
  if (inet_aton(host.c_str(), &four) != 0) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 &&
         std::equal(std::begin(six.s6_addr), std::end(six.s6_addr), std::begin(in6addr_loopback.s6_addr));
}

}  // namespace genops
