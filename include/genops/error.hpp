#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace genops {

/// What kind of failure an Error is; decides the exit code and whether trying again can help.
enum class Errc {
  invalid_argument,  ///< the caller's value is wrong: its message names the argument, what was expected and
                     ///< found
  not_found,         ///< the ledger, destination or event asked for does not exist
  not_a_ledger,      ///< the file is something else, or belongs to a newer version
  conflict,          ///< an idempotency key is taken by an event with other content
  overflow,          ///< a sum or product does not fit 64 bits; nothing was rounded or cut
  busy,              ///< another process holds the lock; trying again can help
  disk_full,         ///< nothing of the failed call was kept, everything acknowledged was
  read_only,         ///< the file or its folder may not be written
  corrupt,           ///< SQLite or `verify` found damage; stop and keep the file
  io,                ///< any other failure of the file system or of SQLite
};

/// The one exception type of the library. `what()` is the message; `hint()` says what to do next, '' =
/// nothing to add.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message, std::string hint = {})
      : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}
  Errc code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  Errc code_;
  std::string hint_;
};

}  // namespace genops
