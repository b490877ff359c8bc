#include "store/ledger_impl.hpp"
#include "support/archive_test.hpp"

namespace genops {
namespace {

using SyncVerify = test::ArchiveTest;
using Destinations = test::ArchiveTest;

TEST_F(SyncVerify, VerifyTellsDaysAndLinesThatDiffer) {
  add();
  test::record_numbered(*ledger_, 0, 2500);  // three days
  ship();
  std::vector<std::string> lines = test::read_lines(path());
  const auto store = [&](const std::vector<std::string>& kept) {
    std::string content;
    for (const std::string& line : kept) content += line + "\n";
    test::write_file(path(), content);
  };
  const auto only_difference = [&] {
    const SyncVerification found = verify_destination(*ledger_, "archive");
    EXPECT_EQ(found.differences.size(), 1U);
    return found.differences.empty() ? SyncDifference{} : found.differences.front();
  };
  const auto day_of = [&](std::size_t line) { return lines[line].substr(15, 10); };

  std::vector<std::string> changed = lines;
  changed.erase(changed.begin() + 7);
  store(changed);
  SyncDifference difference = only_difference();
  EXPECT_EQ(difference.day, day_of(7));
  EXPECT_EQ(difference.ledger_events, difference.destination_events + 1);
  EXPECT_EQ(difference.ledger_nanos - difference.destination_nanos, 1'000'000 + 37 * 7);

  changed = lines;
  changed.push_back(lines[2400]);
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, day_of(2400));
  EXPECT_EQ(difference.destination_events, difference.ledger_events + 1);

  changed = lines;
  const std::string amount = "\"total_nanos\":" + std::to_string(1'000'000 + 37 * 1500);
  changed[1500].replace(changed[1500].find(amount), amount.size(), "\"total_nanos\":1");
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, day_of(1500));
  EXPECT_EQ(difference.ledger_events, difference.destination_events);
  EXPECT_EQ(difference.destination_nanos, difference.ledger_nanos - (1'000'000 + 37 * 1500 - 1));

  changed = lines;
  changed.insert(changed.begin() + 4, "# a note");
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, "line 5");
  EXPECT_EQ(difference.remark, "expected a document of a ledger, found '# a note'");

  changed.insert(changed.end(), 300, "x");
  store(changed);
  const SyncVerification many = verify_destination(*ledger_, "archive");
  ASSERT_EQ(many.differences.size(), 101U);
  EXPECT_EQ(many.differences.back().remark, "201 that are no documents");

  std::filesystem::remove(path());
  EXPECT_NE(refusal(Errc::not_found, [&] { verify_destination(*ledger_, "archive"); }), "");
}

TEST_F(SyncVerify, VerifyLooksOnlyAtWhatWasAcknowledged) {
  add();
  EXPECT_TRUE(verify_destination(*ledger_, "archive").differences.empty());  // there is no file yet
  test::record_numbered(*ledger_, 0, 10);
  ship();
  test::record_numbered(*ledger_, 10, 20);
  SyncOptions options;
  options.observer = [&](const SyncStep& step) {
    if (step.stage == SyncStep::Stage::acknowledging) throw std::runtime_error("dead");
  };
  EXPECT_THROW(ship(options), std::runtime_error);
  std::ofstream(path(), std::ios::app) << "{\"@timest";  // and one that is being written
  ASSERT_EQ(test::read_lines(path()).size(), 21U);
  const SyncVerification found = verify_destination(*ledger_, "archive");
  EXPECT_EQ(found.events, 10);
  EXPECT_TRUE(found.differences.empty());
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(Destinations, NamesAndUrlsAreChecked) {
  const auto add_error = [&](const std::string& name, const std::string& url) {
    return refusal(Errc::invalid_argument, [&] { add_destination(*ledger_, name, url); });
  };
  const std::string names = "name: expected 1 to 100 bytes of UTF-8 without control characters, found ";
  EXPECT_EQ(add_error("", "file:x"), names + "''");
  EXPECT_EQ(add_error("a\nb", "file:x"), names + "'a\\x0ab'");
  EXPECT_NE(add_error(std::string(101, 'a'), "file:x"), "");
  EXPECT_EQ(add_error(std::string(100, 'a'), "file:x"), "");
  EXPECT_EQ(add_error("a", "ftp://x"), "url: expected file:PATH or http(s)://HOST:PORT, found 'ftp://x'");
  EXPECT_EQ(add_error("a", "localhost:9200"),
            "url: expected file:PATH or http(s)://HOST:PORT, found 'localhost:9200'");
  EXPECT_EQ(add_error("a", "search.example.com"),
            "url: expected file:PATH or http(s)://HOST:PORT, found 'search.example.com'");
  EXPECT_NE(add_error("a", "http://"), "");
  EXPECT_NE(add_error("a", "http://elastic:secret@127.0.0.1:9200"), "");
  EXPECT_EQ(add_error("a", "http://elastic:secret@127.0.0.1:9200").find("secret"), std::string::npos);
  EXPECT_NE(add_error("a", "file:"), "");
  EXPECT_NE(add_error("a", "file:" + ledger_path()), "");
  for (const std::string scheme : {"cloud:", "otlp+http:", "otlp+https:"})
    EXPECT_EQ(
        add_error("a", scheme + "//h"),
        "url: '" + scheme + "' destinations are not available in this version, found '" + scheme + "//h'");
  add();
  EXPECT_NE(add_error("archive", "file:y"), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { sync(*ledger_, "b"); }), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { verify_destination(*ledger_, "b"); }), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { remove_destination(*ledger_, "b"); }), "");
}

TEST_F(Destinations, OptionsAreChecked) {
  add();
  SyncOptions options;
  options.batch_events = 0;
  EXPECT_EQ(refusal(Errc::invalid_argument, [&] { ship(options); }),
            "batch_events: expected at least 1, found 0");
  options.batch_events = 1;
  options.batch_bytes = -1;
  EXPECT_EQ(refusal(Errc::invalid_argument, [&] { ship(options); }),
            "batch_bytes: expected at least 1, found -1");
}

TEST_F(Destinations, AKindOfANewerVersionIsLeftToIt) {
  add();
  ledger_->impl().write([](SQLite::Database& db) { db.exec("UPDATE destination SET kind = 'pigeon'"); });
  EXPECT_NE(refusal(Errc::invalid_argument, [&] { ship(); }), "");
}

}  // namespace
}  // namespace genops
