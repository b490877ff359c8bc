#include "sync/elasticsearch_settings.hpp"

#include <gtest/gtest.h>

#include "genops/time.hpp"
#include "support/archive_test.hpp"

namespace genops {
namespace {

using ElasticsearchSettings = test::ArchiveTest;

std::string date_of(const std::string& occurred_at, const std::string& recorded_at, bool by_month = false) {
  std::string out;
  append_index_date(out, parse_time(occurred_at, "UTC", "a"), parse_time(recorded_at, "UTC", "b"), by_month);
  return out;
}

TEST(IndexDate, IsTheDayOfTheEventWithinWhatAClockCanMean) {
  EXPECT_EQ(date_of("2026-01-18T23:59:59.999Z", "2026-01-19T00:00:01Z"), "2026.01.18");
  EXPECT_EQ(date_of("2026-01-19T00:00:00Z", "2026-01-19T00:00:01Z"), "2026.01.19");
  EXPECT_EQ(date_of("2025-10-01T12:00:00Z", "2026-01-19T00:00:01Z"), "2025.10.01");  // weeks late
  EXPECT_EQ(date_of("1970-01-01T00:00:00Z", "2026-01-19T00:00:01Z"), "2023.01.01");
  EXPECT_EQ(date_of("2099-01-01T00:00:00Z", "2026-01-19T23:00:00Z"), "2026.01.20");
  EXPECT_EQ(date_of("2026-01-20T23:00:00Z", "2026-01-19T23:00:00Z"),
            "2026.01.20");  // a clock that is a day ahead
  EXPECT_EQ(date_of("2026-01-18T10:00:00Z", "2026-01-19T00:00:01Z", true), "2026.01");
  EXPECT_EQ(date_of("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"), "2023.01.01");
}

TEST_F(ElasticsearchSettings, AreKeptWithoutTheirDefaults) {
  DestinationSettings settings;
  settings.prefix = "genops-edge";
  settings.timeout_ms = 5'000;
  add_destination(*ledger_, "a", "http://127.0.0.1:9200/", settings);
  add_destination(*ledger_, "b", "HTTPS://Example.com/es/");
  const Table table = ledger_->query("SELECT url, settings FROM destination ORDER BY destination_id");
  EXPECT_EQ(std::get<std::string>(table.rows[0][0]), "http://127.0.0.1:9200");
  EXPECT_EQ(std::get<std::string>(table.rows[0][1]), R"({"prefix":"genops-edge","timeout-ms":5000})");
  EXPECT_EQ(std::get<std::string>(table.rows[1][0]), "https://example.com/es");
  EXPECT_EQ(std::get<std::string>(table.rows[1][1]), "{}");
  DestinationRow row;
  row.settings = std::get<std::string>(table.rows[0][1]);
  const DestinationSettings read = elasticsearch_settings(row);
  EXPECT_EQ(index_start(read), "genops-edge-default-");
  EXPECT_EQ(read.timeout_ms, 5'000);
  EXPECT_EQ(read.granularity, "day");
}

TEST_F(ElasticsearchSettings, ThatMeanNothingAreRefusedByName) {
  const auto refused = [&](const char* url, const DestinationSettings& settings) {
    return refusal(Errc::invalid_argument, [&] { add_destination(*ledger_, "a", url, settings); });
  };
  const auto with = [](std::string DestinationSettings::*member, const std::string& value) {
    DestinationSettings settings;
    settings.*member = value;
    return settings;
  };
  const char* url = "http://127.0.0.1:9200";
  for (const char* prefix : {"Upper", "_x", "a b", "a*", "-a", "\xC3\xA4"}) {
    EXPECT_NE(refused(url, with(&DestinationSettings::prefix, prefix)).find("prefix: expected"),
              std::string::npos);
    EXPECT_NE(refused(url, with(&DestinationSettings::name_space, prefix)).find("namespace: expected"),
              std::string::npos);
  }
  EXPECT_NE(refused(url, with(&DestinationSettings::prefix, std::string(101, 'a'))), "");
  EXPECT_NE(refused(url, with(&DestinationSettings::granularity, "week"))
                .find("granularity: expected day or month"),
            std::string::npos);
  EXPECT_NE(refused("file:x.ndjson", with(&DestinationSettings::prefix, "a")), "");
  EXPECT_NE(
      refusal(Errc::not_found,
              [&] { add_destination(*ledger_, "a", url, with(&DestinationSettings::ca_file, "none.pem")); }),
      "");
  DestinationSettings hurried;
  hurried.timeout_ms = 10;
  EXPECT_NE(refused(url, hurried).find("timeout: expected 1 s to 1 h, found 10 ms"), std::string::npos);
  EXPECT_TRUE(destination_names(*ledger_).empty());
}

}  // namespace
}  // namespace genops
