#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "cli/progress.hpp"
#include "cli/session.hpp"

namespace genops::cli {

/// Where a record stood, and its text if it may be wanted again.
struct Place {
  std::string_view file;  ///< of a text that outlives the import
  std::int64_t line = 0;
  std::string input;
};

/// What was refused: the first of them on stderr, all of them in the file of --rejects.
class Rejects {
 public:
  /// `file`: '' = none. Throws: Error{io} when it cannot be made.
  Rejects(const std::string& file, const Globals& globals, Progress& progress);

  void add(const Place& place, const std::string& reason);
  std::int64_t count() const { return count_; }
  /// True where the input of a refused record is written down.
  bool keeps_input() const { return file_.is_open(); }
  /// Says how many were not shown. Throws: Error{io} when the file could not be written.
  void finish();

 private:
  std::string name_;
  std::ofstream file_;
  const Globals& globals_;
  Progress& progress_;
  std::int64_t count_ = 0;
};

}  // namespace genops::cli
