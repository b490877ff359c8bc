// What an import does to the books of a ledger.

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "genops/prices.hpp"
#include "support/temp_ledger.hpp"

namespace genops {
namespace {

constexpr const char* kBook = R"({"format":"genops-prices/1","name":"test","version":"2026-01-01","prices":[
  {"provider":"acme","model":"m","to":"2026-01-10","usd":{"input":"3","output":"15","cache_read":"0.3"}},
  {"provider":"acme","model":"m","from":"2026-01-10","usd":{"input":"2","output":"10"}}]})";

class PriceImports : public ::testing::Test {
 protected:
  PriceImports() { import_prices(ledger, kBook, "", "", false); }

  std::int64_t number(const std::string& sql) { return integer(ledger, sql); }
  std::string text(const std::string& sql) {
    return std::get<std::string>(ledger.query(sql).rows.at(0).at(0));
  }

  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
};

TEST_F(PriceImports, ReplaceABookAndKeepTheIdOfWhatDidNotChange) {
  Event event;
  event.provider = "acme";
  event.model = "m";
  event.input_tokens = event.output_tokens = 1;
  const std::int64_t first = ledger.record(event).seq;
  const std::string changed = std::string(kBook).replace(std::string(kBook).find("\"10\""), 4, "\"11\"");
  const PriceImport would = import_prices(ledger, changed, "genops", "", true);
  ASSERT_EQ(would.changes.size(), 1U);
  EXPECT_EQ(would.changes[0].before_pico_usd, 10'000'000'000'000);
  EXPECT_EQ(would.changes[0].after_pico_usd, 11'000'000'000'000);
  EXPECT_EQ(number("SELECT count(*) FROM price WHERE provider = 'acme'"), 2) << "a dry run changes nothing";
  import_prices(ledger, changed, "genops", "", false);
  EXPECT_EQ(number("SELECT count(*) FROM price WHERE provider = 'acme'"), 3);
  EXPECT_EQ(number("SELECT count(*) FROM price WHERE provider = 'acme' AND retired_at IS NULL"), 2);
  EXPECT_EQ(text("SELECT price_source FROM cost_event WHERE seq = " + std::to_string(first)),
            "test 2026-01-01");
  EXPECT_TRUE(import_prices(ledger, changed, "genops", "", true).changes.empty());
}

TEST_F(PriceImports, ThatKeepNoPriceAreRefusedAndChangeNothing) {
  const auto book = [&] {
    return text(
        "SELECT group_concat(b.name || b.version || b.revision || p.price_id)"
        " FROM price p JOIN price_book b USING (book_id) WHERE b.rank = 1 AND retired_at IS NULL");
  };
  const auto genai = [](const std::string& prices) {
    return R"([{"id":"openai","models":[{"id":"m","match":{"equals":"m"},"prices":)" + prices + "}]}]";
  };
  import_prices(ledger, genai(R"({"input_mtok":3})"), "", "2026-01-01", false);
  const std::string before = book();
  const std::tuple<std::string, std::string, std::string> files[] = {
      {genai(R"({"input_mtok":-3})"), "", "1 left out: "},
      {genai("{}"), "", "found none"},
      {"[]", "", "found none"},
      {"{}", "litellm", "found none"},
      {kBook, "litellm", "found none: "},
      {R"({"format":"genops-prices/1","name":"test","prices":[]})", "", "found none"}};
  for (const auto& [file, format, wanted] : files) {
    for (const bool dry_run : {true, false}) {
      try {
        import_prices(ledger, file, format, "2026-01-02", dry_run);
        FAIL() << file;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::invalid_argument);
        EXPECT_NE(std::string(error.what()).find(wanted), std::string::npos) << error.what();
      }
    }
  }
  EXPECT_EQ(book(), before);
}

}  // namespace
}  // namespace genops
