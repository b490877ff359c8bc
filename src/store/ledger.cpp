#include "genops/ledger.hpp"

#include <sqlite3.h>

#include <optional>

#include "checkpoint.hpp"
#include "clock.hpp"
#include "event_log.hpp"
#include "fold.hpp"
#include "ingest/check_event.hpp"
#include "store/connection.hpp"
#include "store/create.hpp"
#include "store/ledger_impl.hpp"
#include "store/migrations.hpp"
#include "store/recorder.hpp"
#include "verify.hpp"

namespace genops {

namespace {

void bind(SQLite::Statement& statement, int index, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    statement.bind(index, *integer);
  else if (const auto* real = std::get_if<double>(&value))
    statement.bind(index, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    statement.bind(index, *text);
  else
    statement.bind(index);
}

Value value_of(const SQLite::Column& column) {
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  if (column.isNull()) return nullptr;
  return column.getString();
}

/// SQLite compiles the first statement of a text and passes over the others without a word.
void expect_one_statement(sqlite3* db, const std::string& sql) {
  int statements = 0;
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* statement = nullptr;
    const char* const from = rest;
    const int code = sqlite3_prepare_v2(db, from, -1, &statement, &rest);
    sqlite3_finalize(statement);
    if (code != SQLITE_OK && statements == 0) return;  // the caller's own attempt says what is wrong with it
    statements += code != SQLITE_OK || statement != nullptr ? 1 : 0;
    if (code != SQLITE_OK) break;
  }
  if (statements != 1)
    throw Error(Errc::invalid_argument, std::string("query: expected one statement, found ") +
                                            (statements == 0 ? "none" : "several"));
}

void check_file_state(SQLite::Database& db, const std::string& path) {
  translating(path.c_str(), [&] {
    switch (file_state(db, path)) {
      case FileState::current:
        return;
      case FileState::empty:
        throw Error(Errc::not_a_ledger, path + ": expected a ledger, found an empty file",
                    "make one with `genops init`");
      case FileState::outdated:
        throw Error(Errc::not_a_ledger, path + ": its format is older than this program's",
                    "anything that writes, such as `genops init`, brings it up to date");
    }
  });
}

}  // namespace

Ledger::Impl::Impl(std::string named, Options chosen) : path(std::move(named)), options(std::move(chosen)) {
  if (options.access == Options::Access::write) {
    check_attribution(options.defaults);
    prepare_file(path, options.create);
    writer = std::make_unique<SQLite::Database>(
        open_connection(path, Options::Access::write, options.durability, options.busy_timeout_ms));
    translating(path.c_str(), [&] { set_up(*writer, path, options.require, options.busy_timeout_ms); });
    sqlite3* handle = writer->getHandle();
    // The guards are for statements that are not ours: append inserts and never replaces.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    file = sqlite3_db_filename(handle, "main");
    checkpointer = std::make_unique<Checkpointer>(file);
    hook_checkpoints(handle, checkpointer.get());
    recorder = std::make_unique<Recorder>(
        handle, options.defaults, [this] { return now(); },
        [this](const std::function<void()>& body) { write([&](SQLite::Database&) { body(); }); });
  } else {
    expect_file(path);
  }
  reader = std::make_unique<SQLite::Database>(
      open_connection(path, Options::Access::read, options.durability, options.busy_timeout_ms));
  check_file_state(*reader, path);
  file = sqlite3_db_filename(reader->getHandle(), "main");
}

Ledger::Impl::~Impl() = default;

std::int64_t Ledger::Impl::now() const {
  return options.now ? options.now() : now_ms();
}

std::int64_t Ledger::Impl::lease_now() const {
  return options.now ? options.now() : system_now_ms();
}

void Ledger::Impl::write(const std::function<void(SQLite::Database&)>& body) {
  if (!writer) throw Error(Errc::read_only, path + ": opened for reading");
  const std::lock_guard lock(writer_mutex);
  write_transaction(*writer, [&] { body(*writer); });
}

void Ledger::Impl::read(const std::function<void(SQLite::Database&)>& body) {
  const std::lock_guard lock(reader_mutex);
  translating("cannot read the ledger", [&] {
    SQLite::Transaction transaction(*reader);  // deferred: one snapshot for all that `body` reads
    body(*reader);
  });
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Ledger Ledger::open(const std::string& path, Options options) {
  return Ledger(std::make_unique<Impl>(path, std::move(options)));
}

Recorded Ledger::record(const Event& event) {
  std::vector<RecordResult> results = record_batch({&event, 1});
  if (const Error* error = std::get_if<Error>(&results.front())) throw *error;
  return std::get<Recorded>(std::move(results.front()));
}

std::vector<RecordResult> Ledger::record_batch(std::span<const Event> events) {
  if (!impl_->recorder) throw Error(Errc::read_only, path() + ": opened for reading");
  return impl_->recorder->record(events);
}

void Ledger::fold() {
  impl_->write(
      [](SQLite::Database& db) { genops::fold(db.getHandle(), "main", genops::last_seq(db.getHandle())); });
}

bool Ledger::checkpoint() {
  if (!impl_->checkpointer) throw Error(Errc::read_only, path() + ": opened for reading");
  return impl_->checkpointer->run();
}

VerifyReport Ledger::verify(const std::function<void(std::int64_t, std::int64_t)>& progress) {
  VerifyReport report;
  translating("cannot verify the ledger", [&] {
    // A connection of its own: it keeps a snapshot for long, and needs temp tables.
    SQLite::Database db = open_connection(impl_->file, Options::Access::read, impl_->options.durability,
                                          impl_->options.busy_timeout_ms);
    report = genops::verify(db.getHandle(), progress);
  });
  return report;
}

Table Ledger::query(const std::string& sql, std::span<const Value> parameters) {
  Table table;
  const std::lock_guard lock(impl_->reader_mutex);
  expect_one_statement(impl_->reader->getHandle(), sql);
  try {
    SQLite::Statement statement(*impl_->reader, sql);
    for (std::size_t i = 0; i < parameters.size(); ++i)
      bind(statement, static_cast<int>(i) + 1, parameters[i]);
    for (int i = 0; i < statement.getColumnCount(); ++i)
      table.columns.emplace_back(statement.getColumnName(i));
    while (statement.executeStep()) {
      auto& row = table.rows.emplace_back();
      for (int i = 0; i < statement.getColumnCount(); ++i) row.push_back(value_of(statement.getColumn(i)));
    }
  } catch (const SQLite::Exception& error) {
    // What a function of ours refused is the caller's to mend, and says so itself.
    if (error.getErrorCode() == SQLITE_ERROR) throw Error(Errc::invalid_argument, error.what());
    translating("cannot read the ledger", [] { throw; });
  }
  return table;
}

const std::string& Ledger::path() const {
  return impl_->path;
}

std::string Ledger::ledger_id() const {
  std::string id;
  impl_->read([&](SQLite::Database& db) {
    id = db.execAndGet("SELECT value FROM meta WHERE name = 'ledger_id'").getString();
  });
  return id;
}

std::int64_t Ledger::last_seq() {
  std::int64_t seq = 0;
  impl_->read([&](SQLite::Database& db) { seq = genops::last_seq(db.getHandle()); });
  return seq;
}

}  // namespace genops
