#include "net/url.hpp"

#include <gtest/gtest.h>

#include "genops/error.hpp"

namespace genops {
namespace {

TEST(Url, IsNormalised) {
  const struct {
    const char *given, *scheme, *host, *text;
  } table[] = {
      {"http://search.example", "http", "search.example", "http://search.example"},
      {"http://search.example/", "http", "search.example", "http://search.example"},
      {"HTTPS://Search.Example:9200", "https", "search.example", "https://search.example:9200"},
      {"https://h:443/", "https", "h", "https://h"},
      {"http://h:80", "http", "h", "http://h"},
      {"https://h:80", "https", "h", "https://h:80"},
      {"http://h/a/b/", "http", "h", "http://h/a/b"},
      {"http://h/a//", "http", "h", "http://h/a"},
      {"http://h/a/../b", "http", "h", "http://h/b"},
      {"http://h/a%20b", "http", "h", "http://h/a%20b"},
      {"http://127.1:9200", "http", "127.0.0.1", "http://127.0.0.1:9200"},
      {"http://[::1]:9200", "http", "::1", "http://[::1]:9200"},
      {"http://[2001:DB8::1]", "http", "2001:db8::1", "http://[2001:db8::1]"},
      {"http://localhost.", "http", "localhost.", "http://localhost."},
  };
  for (const auto& row : table) {
    const HttpUrl url = parse_http_url(row.given, "--url");
    EXPECT_EQ(url.scheme, row.scheme) << row.given;
    EXPECT_EQ(url.host, row.host) << row.given;
    EXPECT_EQ(url.text, row.text) << row.given;
    EXPECT_EQ(parse_http_url(url.text, "--url").text, url.text) << "not stable: " << row.given;
  }
}

std::string refusal_of(std::string_view text) {
  try {
    parse_http_url(text, "--url");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument) << text;
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << text;
  return "";
}

TEST(Url, OtherFormsAreRefused) {
  using namespace std::string_view_literals;
  const std::string_view table[] = {
      "",           "h",           "h:9200",       "/path",          "ftp://h",        "file:///etc/passwd",
      "httpx://h",  "http://",     "http:///h",    "http:/h",        "http:h",         "http://h:0x50",
      "http://h:0", "http://h:-1", "http://:9200", "http://h:99999", "http://[::1",    "http://[zz]",
      "http://h h", " http://h",   "http://h\n",   "http://h\0x"sv,  "http://h\x7f",   "http://h/a b",
      "http://a,b", "http://h?",   "http://h#",    "http://h/?q=1",  "http://h/p#part"};
  for (const std::string_view text : table) {
    const std::string message = refusal_of(text);
    EXPECT_EQ(message.rfind("--url: expected http(s)://HOST[:PORT][/PATH], found ", 0), 0U) << message;
  }
}

TEST(Url, APasswordIsRefusedAndNotRepeated) {
  for (const char* text :
       {"http://me:canary@h", "https://canary@h/", "http://me:cana/canary@h", "me:canary@h",
        "http://me:x@canary@h:1", "http://:canary@h", "http://me:x?canary@h", "http://h/?key=canary",
        "http://h/#canary", "http://me:x canary@h", "ftp://me:canary@h"})
    EXPECT_EQ(refusal_of(text).find("canary"), std::string::npos) << refusal_of(text);
  EXPECT_NE(refusal_of("http://me:pw@h").find("'http://***@h' (one with credentials)"), std::string::npos)
      << refusal_of("http://me:pw@h");
}

TEST(Url, LoopbackIsThisMachine) {
  for (const char* text : {"http://localhost", "http://LOCALHOST:9200", "http://localhost./",
                           "http://127.0.0.1", "http://127.1", "http://127.255.255.254:1", "http://0x7f.1",
                           "http://2130706433", "https://[::1]:9200", "http://[0:0:0:0:0:0:0:1]"})
    EXPECT_TRUE(is_loopback(parse_http_url(text, "url"))) << text;
  for (const char* text : {"http://search.example", "http://localhost.example", "http://notlocalhost",
                           "http://127.0.0.1.example", "http://128.0.0.1", "http://12.7.0.1", "http://[::2]",
                           "http://[2001:db8::1]", "http://0.0.0.0", "http://127"})
    EXPECT_FALSE(is_loopback(parse_http_url(text, "url"))) << text;
  EXPECT_TRUE(is_loopback({"http", "127.1", ""}));
}

}  // namespace
}  // namespace genops
