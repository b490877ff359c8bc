#pragma once

#include <optional>
#include <string>
#include <utility>

namespace genops {

/// An exclusive lock on a file of its own (never on a ledger: closing that would drop SQLite's locks). The
/// kernel frees it when its holder dies, however it dies.
class FileLock {
 public:
  /// Makes the file where there is none. nullopt: somebody else holds the lock. Throws: Error{io}.
  static std::optional<FileLock> try_lock(const std::string& path);
  /// Whoever has the lock keeps it, without the name.
  static void remove(const std::string& path) noexcept;
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace genops
