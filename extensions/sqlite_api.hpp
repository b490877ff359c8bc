#pragma once

#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "genops/error.hpp"

/// The one door of this room to SQLite. As a module it calls the SQLite of its host through the table of
/// entry.cpp's INIT1; with SQLITE_CORE defined the same calls are bound by the linker.
namespace genops {

namespace sqlite_detail {

inline std::string hint_of(int extended_code) {
  if (extended_code == SQLITE_BUSY_SNAPSHOT)
    return "the transaction began by reading and another one has committed since: begin it with BEGIN "
           "IMMEDIATE";
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another connection is writing; try again";
    case SQLITE_FULL:
      return "free some space and run it again; everything acknowledged before is kept";
    case SQLITE_READONLY:
      return "check that you may write the file and its folder";
    case SQLITE_CANTOPEN:
      return "check that the file and its folder exist and that you may use them";
    case SQLITE_NOTADB:
      return "name another file with --ledger; this one was not touched";
    case SQLITE_CORRUPT:
      return "stop writing, keep the file together with its -wal, and run `genops doctor`";
    default:
      return {};
  }
}

inline Errc errc_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::busy;
    case SQLITE_FULL:
      return Errc::disk_full;
    case SQLITE_READONLY:
      return Errc::read_only;
    case SQLITE_CORRUPT:
      return Errc::corrupt;
    case SQLITE_NOTADB:
      return Errc::not_a_ledger;
    case SQLITE_CONSTRAINT:
      return Errc::invalid_argument;
    default:
      return Errc::io;
  }
}

/// The result code of a failure. SQLite rolls the host's whole transaction back when a function answers FULL,
/// IOERR or INTERRUPT, so those are plain errors here.
inline int result_code_of(Errc code) {
  switch (code) {
    case Errc::busy:
      return SQLITE_BUSY;
    case Errc::read_only:
      return SQLITE_READONLY;
    case Errc::corrupt:
      return SQLITE_CORRUPT;
    default:
      return SQLITE_ERROR;
  }
}

inline std::string message_of(const Error& error) {
  return error.hint().empty() ? error.what() : std::string(error.what()) + " (" + error.hint() + ")";
}

}  // namespace sqlite_detail

/// Throws the Error for a failed call: "<doing>: <SQLite's message>". What a trigger refused is said in its
/// own words. Throws: std::bad_alloc for SQLITE_NOMEM. `db` may be null (the connection could not be made).
[[noreturn]] inline void throw_sqlite(sqlite3* db, int code, std::string_view doing) {
  if ((code & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
  const int last = db == nullptr ? code : sqlite3_extended_errcode(db);
  const bool told = db != nullptr && (last & 0xff) == (code & 0xff);
  const std::string reason = told ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int extended = told ? last : code;
  if (extended == SQLITE_CONSTRAINT_TRIGGER) throw Error(Errc::invalid_argument, reason);
  throw Error(sqlite_detail::errc_of(code), std::string(doing) + ": " + reason,
              sqlite_detail::hint_of(extended));
}

/// Runs statements that need no values and whose rows nobody wants.
inline void execute(sqlite3* db, const char* sql) {
  const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_sqlite(db, code, std::string("cannot run '") + sql + "'");
}

/// One prepared statement. Parameters count from 1, columns from 0, as in SQLite.
/// A statement that returned a row keeps its snapshot, and the WAL behind it, until it is stepped to the end
/// or reset.
class Statement {
 public:
  Statement() = default;
  /// `persistent`: it will be kept and used many times.
  Statement(sqlite3* db, std::string_view sql, bool persistent = false) {
    sqlite3_stmt* made = nullptr;
    const unsigned flags = persistent ? SQLITE_PREPARE_PERSISTENT : 0U;
    const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &made, nullptr);
    handle_.reset(made);
    if (code != SQLITE_OK) throw_sqlite(db, code, doing(sql));
    if (made == nullptr) throw Error(Errc::invalid_argument, "cannot prepare an empty statement");
  }

  void bind(int index, std::nullptr_t) {
    if (is_bound(index)) check(sqlite3_bind_null(get(), index));
    bound_ &= ~bit(index);
  }
  void bind(int index, double value) {
    bound_ |= bit(index);
    check(sqlite3_bind_double(get(), index, value));
  }
  template <std::integral Integer>
  requires(sizeof(Integer) < sizeof(std::int64_t) || std::signed_integral<Integer>) void bind(int index,
                                                                                              Integer value) {
    bound_ |= bit(index);
    check(sqlite3_bind_int64(get(), index, value));
  }
  /// Borrows: the bytes must stay where they are until the last step before this parameter is bound anew;
  /// reset alone keeps the binding. An empty view is '', never NULL.
  void bind(int index, std::string_view text) { bind_text(index, text, SQLITE_STATIC); }
  /// Borrows in the same way, as a BLOB.
  void bind(int index, std::span<const std::uint8_t> bytes) {
    bound_ |= bit(index);
    const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
    check(sqlite3_bind_blob64(get(), index, data, bytes.size(), SQLITE_STATIC));
  }
  void bind_blob(int index, std::string_view bytes) {
    bind(index, std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  }
  /// Keeps a copy of its own: for text that does not outlive the step.
  void bind_copy(int index, std::string_view text) { bind_text(index, text, SQLITE_TRANSIENT); }

  /// True: a row is there to read. False: done. A failed statement is reset before the Error is thrown.
  bool step() {
    const int code = sqlite3_step(get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(code);
  }
  /// Steps to the end, passing over rows, and resets.
  void run() {
    while (step()) {
    }
    reset();
  }
  /// Makes it ready to run again; the bound values stay. What failed was told by step.
  void reset() noexcept { sqlite3_reset(get()); }

  int type(int column) const { return sqlite3_column_type(get(), column); }
  bool is_null(int column) const { return type(column) == SQLITE_NULL; }
  std::int64_t int64(int column) const { return sqlite3_column_int64(get(), column); }
  double real(int column) const { return sqlite3_column_double(get(), column); }
  /// Valid until the next step or reset; NULL reads as ''.
  std::string_view text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(get(), column));
    return view(data, column);
  }
  std::string_view blob(int column) const {
    return view(static_cast<const char*>(sqlite3_column_blob(get(), column)), column);
  }

  sqlite3_stmt* get() const { return handle_.get(); }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };

  void bind_text(int index, std::string_view text, sqlite3_destructor_type lifetime) {
    bound_ |= bit(index);
    const char* data = text.empty() ? "" : text.data();  // a null pointer would bind NULL
    check(sqlite3_bind_text64(get(), index, data, text.size(), lifetime, SQLITE_UTF8));
  }
  std::string_view view(const char* data, int column) const {
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(get(), column))};
  }
  void check(int code) {
    if (code != SQLITE_OK) [[unlikely]]
      fail(code);
  }
  static std::string doing(std::string_view sql) {
    constexpr std::size_t kShown = 80;
    return "cannot run '" + std::string(sql.substr(0, kShown)) + (sql.size() > kShown ? "...'" : "'");
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail(int code) {
    if (!handle_) throw Error(Errc::io, "cannot use an empty statement");
    sqlite3* db = sqlite3_db_handle(get());
    const std::string what = doing(sqlite3_sql(get()));
    sqlite3_reset(get());  // gives its locks back and leaves the connection's message as it is
    throw_sqlite(db, code, what);
  }

  // A parameter is NULL until it is bound, and most parameters of an append stay so: those calls are saved.
  static std::uint64_t bit(int index) { return index < 64 ? std::uint64_t{1} << index : 0; }
  bool is_bound(int index) const { return index >= 64 || (bound_ & bit(index)) != 0; }

  std::uint64_t bound_ = 0;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a kept statement when the scope ends, also by an exception.
class ResetAtExit {
 public:
  explicit ResetAtExit(Statement& statement) : statement_(statement) {}
  ~ResetAtExit() { statement_.reset(); }
  ResetAtExit(const ResetAtExit&) = delete;
  ResetAtExit& operator=(const ResetAtExit&) = delete;

 private:
  Statement& statement_;
};

/// Runs the body of an SQL function; what it throws becomes the function's error. With its twin below the
/// only `try` of this room: no exception may cross SQLite's C frames.
template <class Body>
void guard(sqlite3_context* context, Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const Error& error) {
    sqlite3_result_error(context, sqlite_detail::message_of(error).c_str(), -1);
    sqlite3_result_error_code(context, sqlite_detail::result_code_of(error.code()));
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  } catch (...) {
    sqlite3_result_error(context, "genops: unknown error", -1);
  }
}

/// The same for everything that answers with a code and a message SQLite frees: a virtual table's methods
/// (`&table->zErrMsg`), the entry point, hooks. `*message` is replaced on failure only.
template <class Body>
int guard(char** message, Body&& body) noexcept {
  const auto failed = [message](int code, const char* text) {
    sqlite3_free(*message);
    *message = sqlite3_mprintf("%s", text);
    return code;
  };
  try {
    std::forward<Body>(body)();
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const Error& error) {
    return failed(sqlite_detail::result_code_of(error.code()), sqlite_detail::message_of(error).c_str());
  } catch (const std::exception& error) {
    return failed(SQLITE_ERROR, error.what());
  } catch (...) {
    return failed(SQLITE_ERROR, "genops: unknown error");
  }
}

}  // namespace genops
