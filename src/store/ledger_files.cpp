#include "store/ledger_files.hpp"

#include <filesystem>
#include <system_error>

namespace genops {

namespace {

namespace fs = std::filesystem;

/// Absolute, with the links that exist followed.
fs::path resolved(const std::string& path) {
  std::error_code failed;
  fs::path found = fs::weakly_canonical(fs::absolute(path, failed), failed);
  return failed ? fs::absolute(path).lexically_normal() : found;
}

}  // namespace

bool is_ledger_file(const std::string& file, const std::string& ledger) {
  const fs::path candidate = resolved(file), own = resolved(ledger);
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const fs::path companion = own.string() + suffix;
    std::error_code absent;
    if (candidate == companion || fs::equivalent(candidate, companion, absent)) return true;
  }
  return false;
}

}  // namespace genops
