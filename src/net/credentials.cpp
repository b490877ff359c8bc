#include "net/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "store/descriptor.hpp"

namespace genops {
namespace {

using Environment = std::function<std::optional<std::string>(const std::string&)>;

constexpr std::size_t kMaxSecretBytes = 16384;

Error io_error(const std::string& what) {
  const int code = errno;
  const Errc kind = code == ENOENT || code == ENOTDIR ? Errc::not_found : Errc::io;
  return {kind, what + ": cannot be read: " + std::system_category().message(code)};
}

[[noreturn]] void refuse(const std::string& what, const std::string& expected, const std::string& found,
                         std::string hint = {}) {
  throw Error(Errc::invalid_argument, what + ": expected " + expected + ", found " + found, std::move(hint));
}

std::string octal(mode_t mode) {
  std::string text;
  for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + ((mode >> shift) & 7U));
  return text;
}

void check_file(int descriptor, const std::string& what) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) throw io_error(what);
  if (!S_ISREG(info.st_mode))
    refuse(what, "a regular file", S_ISDIR(info.st_mode) ? "a folder" : "another kind");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    refuse(what, "a file for its owner alone (mode 0600)", "mode " + octal(info.st_mode & 07777U),
           "chmod 600 it");
}

std::string read_whole(const std::string& path, const std::string& what) {
  // O_NONBLOCK: a FIFO is to be refused, not waited for.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) throw io_error(what);
  check_file(file.get(), what);
  std::string text(kMaxSecretBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw io_error(what);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  if (size > kMaxSecretBytes) refuse(what, "at most " + std::to_string(kMaxSecretBytes) + " bytes", "more");
  return text;
}

void check_line(const std::string& text, const std::string& what, char lowest) {
  if (text.empty()) refuse(what, "one line", "nothing");
  const bool fine =
      std::all_of(text.begin(), text.end(), [lowest](char c) { return c >= lowest && c <= '~'; });
  if (!fine)
    refuse(what, std::string("one line of printable ASCII") + (lowest > ' ' ? " without spaces" : ""),
           "another content");
}

std::string read_line(const std::string& path, const std::string& what) {
  std::string text = read_whole(path, what);
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63U];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63U];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string api_key_header(const std::string& key, const std::string& what) {
  check_line(key, what, '!');
  return "ApiKey " + (key.find(':') == std::string::npos ? key : base64(key));
}

std::string basic_header(const std::string& user, const std::string& user_what, const std::string& password,
                         const std::string& password_what) {
  check_line(user, user_what, ' ');
  if (user.find(':') != std::string::npos) refuse(user_what, "a name without ':'", "one with it");
  check_line(password, password_what, ' ');
  return "Basic " + base64(user + ':' + password);
}

std::string file_name(const std::string& path, const std::string& role) {
  return role + " file '" + printable(path) + "'";
}

// Set but empty is how many tools say "not set".
std::string value_of(const Environment& environment, const std::string& name) {
  return name.empty() ? "" : environment(name).value_or("");
}

std::string from_environment(const CredentialSources& sources, const Environment& environment) {
  if (const std::string key = value_of(environment, sources.api_key_variable); !key.empty())
    return api_key_header(key, sources.api_key_variable);
  const std::string user = value_of(environment, sources.user_variable);
  const std::string password = value_of(environment, sources.password_variable);
  if (user.empty() && password.empty()) return "";
  if (password.empty())
    refuse(sources.user_variable, "a password beside it in " + sources.password_variable, "none");
  if (user.empty()) refuse(sources.password_variable, "a user beside it in " + sources.user_variable, "none");
  return basic_header(user, sources.user_variable, password, sources.password_variable);
}

std::string from_sources(const CredentialSources& sources, const Environment& environment) {
  if (sources.user.empty() != sources.password_file.empty())
    refuse(sources.user.empty() ? "password file" : "user", "user and password file together",
           "one without the other");
  if (!sources.api_key_file.empty()) {
    const std::string what = file_name(sources.api_key_file, "API key");
    return api_key_header(read_line(sources.api_key_file, what), what);
  }
  if (sources.user.empty()) return from_environment(sources, environment);
  const std::string what = file_name(sources.password_file, "password");
  return basic_header(sources.user, "user", read_line(sources.password_file, what), what);
}

}  // namespace

std::string authorization(const CredentialSources& sources, const HttpUrl& url,
                          const Environment& environment) {
  std::string header = from_sources(sources, environment);
  if (!header.empty() && url.scheme != "https" && !is_loopback(url))
    refuse("url", "https for credentials",
           printable(url.scheme + "://" + url.host) + ", which carries them readable to all",
           "use https, or a server without credentials");
  return header;
}

}  // namespace genops
