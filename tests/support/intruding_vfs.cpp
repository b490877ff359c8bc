#include "support/intruding_vfs.hpp"

#include <new>
#include <stdexcept>
#include <utility>

namespace genops::test {

// What SQLite sees of the main database file; the default VFS's own file stands behind it in the same
// allocation.
struct IntrudingVfs::File : sqlite3_file {
  IntrudingVfs* owner;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// Each method hands its arguments on to the real file's method of the same name.
struct IntrudingVfs::Methods {
  static File& self(sqlite3_file* file) { return *static_cast<File*>(file); }

  template <auto method, class... Arguments>
  static auto forward(sqlite3_file* file, Arguments... arguments) {
    sqlite3_file* real = self(file).real();
    return (real->pMethods->*method)(real, arguments...);
  }

  static int unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
    if (page == nullptr) self(file).owner->passed();
    return forward<&sqlite3_io_methods::xUnfetch>(file, offset, page);
  }

  static const sqlite3_io_methods* table() {
    using M = sqlite3_io_methods;
    static const M methods = {
        .iVersion = 3,
        .xClose = forward<&M::xClose>,
        .xRead = forward<&M::xRead>,
        .xWrite = forward<&M::xWrite>,
        .xTruncate = forward<&M::xTruncate>,
        .xSync = forward<&M::xSync>,
        .xFileSize = forward<&M::xFileSize>,
        .xLock = forward<&M::xLock>,
        .xUnlock = forward<&M::xUnlock>,
        .xCheckReservedLock = forward<&M::xCheckReservedLock>,
        .xFileControl = forward<&M::xFileControl>,
        .xSectorSize = forward<&M::xSectorSize>,
        .xDeviceCharacteristics = forward<&M::xDeviceCharacteristics>,
        .xShmMap = forward<&M::xShmMap>,
        .xShmLock = forward<&M::xShmLock>,
        .xShmBarrier = forward<&M::xShmBarrier>,
        .xShmUnmap = forward<&M::xShmUnmap>,
        .xFetch = forward<&M::xFetch>,
        .xUnfetch = unfetch,
    };
    return &methods;
  }
};

IntrudingVfs::IntrudingVfs() : name_("genops-test-intruding"), vfs_(*sqlite3_vfs_find(nullptr)) {
  vfs_.zName = name_.c_str();
  vfs_.szOsFile += static_cast<int>(sizeof(File));
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw std::runtime_error("cannot register " + name_);
}

IntrudingVfs::~IntrudingVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

int IntrudingVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return real->xOpen(real, path, file, flags, out_flags);
  File* shim = new (file) File();
  const int code = real->xOpen(real, path, shim->real(), flags, out_flags);
  shim->owner = static_cast<IntrudingVfs*>(vfs->pAppData);
  shim->pMethods = shim->real()->pMethods == nullptr ? nullptr : Methods::table();
  return code;
}

void IntrudingVfs::passed() {
  ++checkpoints_;
  if (const auto intrude = std::exchange(intrude_, nullptr)) intrude();
}

}  // namespace genops::test
