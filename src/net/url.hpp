#pragma once

#include <string>
#include <string_view>

namespace genops {

/// The base of a server's addresses.
struct HttpUrl {
  std::string scheme;  ///< http, https
  std::string host;    ///< in lower case, an IPv4 address in full (127.1 is 127.0.0.1), IPv6 without brackets
  std::string text;    ///< the whole, normalised, without a final '/': a path can be appended
};

/// Throws: Error{invalid_argument} naming `argument` for anything but http(s)://HOST[:PORT][/PATH]: no or
/// another scheme, credentials in it, a query, a fragment. The message never repeats a password.
HttpUrl parse_http_url(std::string_view text, std::string_view argument);

/// `text` for a message, without what may be a password or a token, also of a text that is no URL at all.
std::string redacted(std::string text);

/// localhost, 127.0.0.0/8, ::1: what is sent there stays on this machine.
bool is_loopback(const HttpUrl& url);

}  // namespace genops
