#pragma once

#include <sqlite3.h>

#include <functional>
#include <string>

namespace genops::test {

/// A VFS over the default one that lets a test act in the middle of a checkpoint: after SQLite has read the
/// WAL's header and before it copies the first page. There SQLite drops the file's memory map, xUnfetch(file,
/// 0, nullptr), if the header is news to the checkpointing connection; with mmap_size = 0 nothing else calls
/// it so. Registered while it lives; close all connections on it first.
class IntrudingVfs {
 public:
  IntrudingVfs();
  ~IntrudingVfs();
  IntrudingVfs(const IntrudingVfs&) = delete;
  IntrudingVfs& operator=(const IntrudingVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  /// `intrude` runs once, in the next checkpoint of a database opened through this VFS.
  void arm(std::function<void()> intrude) { intrude_ = std::move(intrude); }
  /// Checkpoints that came past the place so far.
  int checkpoints() const { return checkpoints_; }

 private:
  struct File;
  struct Methods;
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags);
  void passed();

  std::string name_;
  sqlite3_vfs vfs_;
  std::function<void()> intrude_;
  int checkpoints_ = 0;
};

}  // namespace genops::test
