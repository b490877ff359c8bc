#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/text.hpp"
#include "store/ledger_files.hpp"
#include "sync/destination_settings.hpp"
#include "sync/file_destination.hpp"

namespace genops {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "file:";

Errc errc_of(int code) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) return Errc::disk_full;
  return code == EACCES || code == EPERM || code == EROFS ? Errc::read_only : Errc::io;
}

std::string hint_of(int code) {
  if (code == ENOENT || code == ENOTDIR) return "make its folder";
  switch (errc_of(code)) {
    case Errc::disk_full:
      return "free some space; the next sync goes on where this one stopped";
    case Errc::read_only:
      return "check that you may write the file and its folder";
    default:
      return {};
  }
}

std::string found_instead(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

}  // namespace

void throw_file_error(const std::string& path, const char* doing, int code) {
  throw DestinationError(errc_of(code), std::string(doing) + " '" + path + "': " + std::strerror(code),
                         hint_of(code));
}

std::string path_of_url(std::string_view url) {
  return std::string(url.substr(kScheme.size()));
}

std::pair<std::string, std::string> checked_file(std::string_view url, const DestinationSettings& settings,
                                                 const LedgerView& ledger) {
  if (const std::string name = first_setting(settings); !name.empty())
    throw Error(Errc::invalid_argument, name + ": expected none, since a file has no use for it");
  std::string given = path_of_url(url);
  if (given.starts_with("///")) given.erase(0, 2);  // file:///PATH, the long way to write it
  if (given.empty() || given.starts_with("//"))
    throw Error(Errc::invalid_argument, "url: expected file:PATH, found " + genops::quoted(url));
  const fs::path path = fs::absolute(given).lexically_normal();
  if (is_ledger_file(path, ledger.file))
    throw Error(Errc::invalid_argument,
                "url: expected a file beside the ledger, found the ledger itself: " + genops::quoted(url));
  return {std::string(kScheme) + path.string(), "{}"};
}

int open_destination_file(const std::string& path, int flags, const LedgerView& ledger) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw DestinationError(Errc::invalid_argument,
                           "'" + path + "': expected a file, found " + found_instead(status.st_mode));
  if (is_ledger_file(path, ledger.file))
    throw DestinationError(Errc::invalid_argument,
                           "'" + path + "': expected a file beside the ledger, found the ledger");
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0600);
  if (descriptor >= 0 || errno == ENOENT) return descriptor;
  throw_file_error(path, "cannot open", errno);
}

}  // namespace genops
