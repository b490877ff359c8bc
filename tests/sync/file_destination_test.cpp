#include "sync/file_destination.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <limits>
#include <map>
#include <optional>

#include "core/ids.hpp"
#include "support/shipping.hpp"

namespace genops {
namespace {

constexpr const char* kLedger = "8f3a1b2c-0000-4000-8000-000000000001";
constexpr const char* kOtherLedger = "8f3a1b2c-0000-4000-8000-000000000002";

StoredEvent stored_event(std::int64_t i) {
  StoredEvent event;
  static_cast<Event&>(event) = test::numbered_event(i);
  event.seq = i;
  event.event_id = uuid_text(uuid_of_key(Uuid{}, event.idempotency_key));
  event.kind = EventKind::attempt;
  event.status = Status::success;
  return event;
}

constexpr std::int64_t kBatchBytes = 5'000'000;

class FileDestinationTest : public testing::Test {
 protected:
  std::string path() const { return folder_ / "events.ndjson"; }
  DestinationRow row(std::int64_t position) const {
    DestinationRow made;
    made.url = "file:" + path();
    made.position = position;
    made.cursor = cursor_;
    return made;
  }
  LedgerView view() const {
    return {folder_ / "ledger.db",
            {{ledger_id_, std::numeric_limits<std::int64_t>::max()}},
            [this](const Uuid& id, std::int64_t) -> std::optional<std::int64_t> {
              const auto at = recorded_.find(uuid_text(id));
              return at == recorded_.end() ? std::nullopt : std::optional(at->second);
            }};
  }
  std::string checked_url(const std::string& url) const { return checked_file(url, {}, view()).first; }
  FileDestination open(std::int64_t position) const { return FileDestination(row(position), view()); }
  // Ships events first <= i < last in one batch and returns the position to acknowledge.
  std::int64_t ship(std::int64_t position, std::int64_t first, std::int64_t last) const {
    FileDestination destination(row(position), view());
    for (std::int64_t i = first; i < last; ++i) destination.add(stored_event(i), kBatchBytes);
    return destination.deliver([](SyncStep::Stage) {}, [] {}).position;
  }
  // The error of opening it; nullopt: it could be opened.
  std::optional<DestinationError> open_error(std::int64_t position) const {
    try {
      open(position);
      return std::nullopt;
    } catch (const DestinationError& error) {
      return error;
    }
  }
  std::string content() const { return test::read_file(path()); }
  std::int64_t size() const { return static_cast<std::int64_t>(content().size()); }

  test::Folder folder_;
  std::string ledger_id_ = kLedger;
  std::map<std::string, std::int64_t> recorded_;  // event_id -> seq: what the ledger has
  std::int64_t cursor_ = 0;
};

TEST_F(FileDestinationTest, ADocumentPerLineInAFileOfOnesOwn) {
  const std::int64_t position = ship(0, 1, 4);
  EXPECT_EQ(position, size());
  const std::vector<std::string> lines = test::read_lines(path());
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NE(lines[i].find(stored_event(static_cast<std::int64_t>(i) + 1).event_id), std::string::npos);
  EXPECT_EQ(content().back(), '\n');
  struct stat status {};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::int64_t next = ship(position, 4, 6);
  EXPECT_EQ(next, size());
  EXPECT_EQ(test::read_lines(path()).size(), 5U);
}

TEST_F(FileDestinationTest, PiecesOfALargeBatch) {
  FileDestination destination = open(0);
  constexpr auto kThreePieces = static_cast<std::int64_t>(2 * FileDestination::kChunkBytes + 1'000);
  for (std::int64_t i = 1; destination.add(stored_event(i), kThreePieces); ++i) {
  }
  std::vector<SyncStep::Stage> stages;
  destination.deliver([&](SyncStep::Stage stage) { stages.push_back(stage); }, [] {});
  using enum SyncStep::Stage;
  EXPECT_EQ(stages, (std::vector{sent, sent, sent, answered}));
  EXPECT_LE(size(), kThreePieces);
  EXPECT_GT(size(), kThreePieces - 1'000);
}

TEST_F(FileDestinationTest, ATornLineIsCutOffAndWrittenAgain) {
  const std::int64_t first = ship(0, 1, 2);
  const std::int64_t second = ship(first, 2, 3);
  ship(second, 3, 4);
  const std::string whole = content();
  for (std::int64_t torn = second + 1; torn < static_cast<std::int64_t>(whole.size()); torn += 13) {
    test::write_file(path(), whole.substr(0, static_cast<std::size_t>(torn)));
    EXPECT_EQ(ship(first, 2, 4),
              static_cast<std::int64_t>(whole.size()));  // the second is there, unacknowledged
    ASSERT_EQ(content(), whole) << "torn at " << torn;
  }
}

TEST_F(FileDestinationTest, ZerosInPlaceOfALostWriteAreCutOff) {
  const std::int64_t first = ship(0, 1, 2);
  ship(first, 2, 3);
  const std::string whole = content();
  test::write_file(path(), whole.substr(0, static_cast<std::size_t>(first)) + std::string(5000, '\0'));
  ship(first, 2, 3);
  EXPECT_EQ(content(), whole);
}

TEST_F(FileDestinationTest, AFileThatBecameShorterStopsIt) {
  const std::int64_t position = ship(0, 1, 4);
  const std::string whole = content();
  test::write_file(path(), whole.substr(0, whole.size() - 1));
  std::optional<DestinationError> error = open_error(position);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::conflict);
  EXPECT_EQ(std::string(error->what()), "'" + path() + "': expected the " + std::to_string(position) +
                                            " bytes that were delivered, found " +
                                            std::to_string(position - 1));
  EXPECT_NE(error->hint(), "");
  EXPECT_EQ(size(), position - 1);  // not even the torn line was touched

  std::filesystem::remove(path());
  error = open_error(position);
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(std::string(error->what()).find("found no file"), std::string::npos) << error->what();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(FileDestinationTest, AnotherFileInItsPlaceStopsIt) {
  const std::int64_t position = ship(0, 1, 3);
  ledger_id_ = kOtherLedger;
  std::filesystem::remove(path());
  ship(0, 10, 11);
  ship(size(), 111, 115);
  ledger_id_ = kLedger;
  ASSERT_GT(size(), position);
  const std::optional<DestinationError> error = open_error(position);
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(std::string(error->what()).find("found the middle of a line"), std::string::npos)
      << error->what();
}

TEST_F(FileDestinationTest, SomebodyElsesTextIsLeftAlone) {
  for (const std::string text : {"a list\nof things\n", "no newline", "{\"@time\":1}\n", "{}\n", "\n"}) {
    test::write_file(path(), text);
    const std::optional<DestinationError> error = open_error(0);
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->code(), Errc::invalid_argument);
    EXPECT_NE(std::string(error->what()).find("expected a document of a ledger at byte 0, found"),
              std::string::npos)
        << error->what();
    EXPECT_EQ(content(), text);
  }
  test::write_file(path(), std::string(3 << 20, 'x'));
  EXPECT_NE(std::string(open_error(0).value().what()).find("longer line than any document"), std::string::npos);
}

TEST_F(FileDestinationTest, WhatIsThereIsNotWrittenAgain) {
  ship(0, 1, 6);
  const std::string whole = content();
  EXPECT_EQ(ship(0, 1, 6), static_cast<std::int64_t>(whole.size()));  // nothing of it was acknowledged
  EXPECT_EQ(content(), whole);
}

TEST_F(FileDestinationTest, ThePositionWaitsForEventsThatARestoredLedgerLost) {
  std::vector<std::int64_t> ends = {0};  // of events 1 to 4
  for (std::int64_t i = 1; i < 5; ++i) ends.push_back(ship(ends.back(), i, i + 1));
  // Restored to the first event. Each sync ships one: the second, a new one, the fourth, the third.
  cursor_ = 1;
  std::int64_t position = ends[1];
  std::string whole;
  for (const auto& [i, expected] :
       {std::pair{2, ends[2]}, {100, ends[2]}, {4, ends[2]}, {3, std::int64_t{-1}}}) {
    position = ship(position, i, i + 1);
    recorded_[stored_event(i).event_id] = ++cursor_;
    if (i == 100) whole = content();
    EXPECT_EQ(position, expected == -1 ? size() : expected) << i;
  }
  EXPECT_GT(size(), ends[4]);
  EXPECT_EQ(content(), whole);
}

TEST_F(FileDestinationTest, DocumentsOfAnotherLedgerStayAndHoldNothingUp) {
  const std::int64_t first = ship(0, 1, 2);
  ledger_id_ = kOtherLedger;
  const std::int64_t foreign = ship(first, 2, 3);
  ledger_id_ = kLedger;
  const std::int64_t position = ship(first, 3, 4);
  EXPECT_EQ(position, size());
  EXPECT_GT(size(), foreign);
  EXPECT_EQ(test::read_lines(path()).size(), 3U);
}

TEST_F(FileDestinationTest, OneWriterAtATime) {
  const FileDestination first = open(0);
  const std::optional<DestinationError> error = open_error(0);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), Errc::busy);
}

TEST_F(FileDestinationTest, SomebodyWhoWritesBetweenIsNoticed) {
  FileDestination destination = open(0);
  destination.add(stored_event(1), kBatchBytes);
  const auto intrude = [&](SyncStep::Stage stage) {
    if (stage == SyncStep::Stage::sent) std::ofstream(path(), std::ios::app) << "hello\n";
  };
  try {
    destination.deliver(intrude, [] {});
    ADD_FAILURE() << "delivered";
  } catch (const DestinationError& error) {
    EXPECT_EQ(error.code(), Errc::conflict);
  }
}

TEST_F(FileDestinationTest, WhatIsNoFileIsRefused) {
  std::filesystem::create_directory(path());
  std::optional<DestinationError> error = open_error(0);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(std::string(error->what()), "'" + path() + "': expected a file, found a folder");

  DestinationRow elsewhere = row(0);
  for (const auto& [url, part] : {std::pair{"file:/dev/null", "found a device"},
                                  std::pair{"file:/nonexistent/x/events.ndjson", "No such file"}}) {
    elsewhere.url = url;
    try {
      const FileDestination opened(elsewhere, view());
      ADD_FAILURE() << "opened " << url;
    } catch (const DestinationError& refused) {
      EXPECT_NE(std::string(refused.what()).find(part), std::string::npos) << refused.what();
    }
  }
}

TEST_F(FileDestinationTest, TheLedgerItselfIsNeverOpened) {
  test::write_file(folder_ / "ledger.db-wal", "x");
  std::filesystem::create_hard_link(folder_ / "ledger.db-wal", path());
  const std::optional<DestinationError> error = open_error(0);
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(std::string(error->what()).find("found the ledger"), std::string::npos) << error->what();

  EXPECT_THROW(checked_url("file:" + folder_ / "ledger.db"), Error);
  EXPECT_THROW(checked_url("file:" + folder_ / "x/../ledger.db-shm"), Error);
}

TEST_F(FileDestinationTest, PathsAreKeptAbsolute) {
  EXPECT_EQ(checked_url("file:/a/b"), "file:/a/b");
  EXPECT_EQ(checked_url("file:///a/b"), "file:/a/b");
  EXPECT_EQ(checked_url("file:x/./y"), "file:" + (std::filesystem::current_path() / "x/y").string());
  EXPECT_THROW(checked_url("file:"), Error);
  EXPECT_THROW(checked_url("file://host/a"), Error);
}

// A file size limit is the one full disk that needs no rights to make.
class SizeLimit {
 public:
  explicit SizeLimit(std::int64_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(bytes);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_ = nullptr;
};

TEST_F(FileDestinationTest, AFullDiskTakesTheBatchBackAndLosesNothing) {
  const std::int64_t position = ship(0, 1, 3);
  const std::string before = content();
  {
    const SizeLimit limit(position + 3000);
    FileDestination destination = open(position);
    for (std::int64_t i = 3; i < 13; ++i) destination.add(stored_event(i), kBatchBytes);
    try {
      destination.deliver([](SyncStep::Stage) {}, [] {});
      ADD_FAILURE() << "delivered beyond the limit";
    } catch (const DestinationError& error) {
      EXPECT_EQ(error.code(), Errc::disk_full) << error.what();
    }
  }
  EXPECT_EQ(content(), before);
  const std::int64_t next = ship(position, 3, 13);
  EXPECT_EQ(next, size());
  EXPECT_EQ(test::read_lines(path()).size(), 12U);
}

}  // namespace
}  // namespace genops
