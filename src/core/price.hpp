#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

/// Prices over dimensions, and which of them holds for a request.
namespace genops {

/// Which model names a price is for.
struct ModelMatch {
  enum class Kind { equals, starts_with, ends_with, contains, regex, any_of, all_of };
  Kind kind = Kind::equals;
  std::string
      text;  ///< of the first five, in lower case but for a regex, which is ECMAScript's and may match anywhere
  std::vector<ModelMatch> parts;  ///< of any_of and all_of
  bool operator==(const ModelMatch&) const = default;
};

/// Of a price in USD, kept in pico-USD.
inline constexpr int kPriceDecimals = 12;

/// What one unit costs when the prompt is larger than `above_tokens` (or as large, with `at_least`). The rate with the
/// largest such size holds for the whole request. Without a size: {.., 0, true}.
struct Rate {
  Unit unit{};
  std::int64_t pico_usd = 0;  ///< per UnitFacts::per units
  std::int64_t above_tokens = 0;
  bool at_least = true;
  bool operator==(const Rate&) const = default;
};

/// Hours of the day in UTC, by the start of the request; finish <= start goes over midnight, and belongs to the day it
/// starts on.
struct DailyHours {
  int start_minute = 0, finish_minute = 0;  ///< of the day, 0 to 1439; half-open
  std::uint8_t weekdays = 0x7F;             ///< bit 0 is Monday
  bool operator==(const DailyHours&) const = default;
};

/// The rates of one model under one combination of the other dimensions.
struct Price {
  std::int64_t price_id = 0;  ///< of the file; 0 before it is there
  std::string provider;       ///< canonical_provider
  std::string model;          ///< name for people
  ModelMatch match;
  std::string region;             ///< a prefix of the request's: "eu" holds for "eu-west-1"; '' for all
  std::string service_tier;       ///< canonical_service_tier; holds for that one alone
  std::vector<DailyHours> hours;  ///< none: all day
  std::optional<std::int64_t> valid_from_ms, valid_to_ms;  ///< half-open
  std::string source;                                      ///< where the figures stand
  std::vector<Rate> rates;
};

/// The name of the book of what users set.
inline constexpr std::string_view kUserBook = "user";

/// Prices that came together. Of one book one price holds, the closest: longest region, exact name before pattern, stated
/// hours before all day, then the earlier in the list. Of kUserBook all that hold do, the closest first.
struct Book {
  std::string name;  ///< "genops", "genai-prices", .. ; kUserBook
  std::string version;
  std::vector<Price> prices;
};

struct PriceQuery {
  std::string_view provider, model;  ///< as the event has them
  std::string_view region, service_tier;
  std::int64_t at_ms = 0;
};

/// One component of a cost.
struct CostPart {
  Unit unit{};
  Unit priced_as{};  ///< whose rate was taken: the unit, or the nearest parent that has one
  std::int64_t count = 0;
  std::int64_t nanos = 0;
  const Price* price = nullptr;  ///< of the PriceBook that answered
  Rate rate;
};

struct Quote {
  std::vector<CostPart> parts;                     ///< those with a count, in the order of Unit
  std::optional<std::int64_t> cost_nanos;          ///< the sum of the parts; nullopt: unpriced
  std::int64_t input_nanos = 0, output_nanos = 0;  ///< sums of the parts of those sides
  const Price* price = nullptr;                    ///< the main one; nullptr: unpriced
  std::string reason;                              ///< why it is unpriced: "no price for openai 'x'"
};

/// Books in order of precedence. Rates of kUserBook replace each other's, and those of the first other book, unit by unit; a
/// unit that these have no price for, nor for a parent of it, is looked for in the books behind. Threads: one at a time (it
/// keeps what it found).
class PriceBook {
 public:
  explicit PriceBook(std::vector<Book> books);
  PriceBook(PriceBook&&) noexcept;
  PriceBook& operator=(PriceBook&&) noexcept;
  ~PriceBook();

  /// What the usage costs. `request` is 1 unless counted, where a price has a rate for it. Counts may be negative
  /// (differences). Throws: Error{overflow}
  Quote quote(const PriceQuery& query, const UnitCounts& counts);

  /// The rate of one unit for a prompt of `prompt_tokens`, and the price it is of; nullptr: none.
  struct Found {
    const Price* price = nullptr;
    const Book* book = nullptr;
    Unit priced_as{};
    Rate rate;
  };
  Found find(const PriceQuery& query, Unit unit, std::int64_t prompt_tokens);

  /// All prices that hold for the request, the first to be asked first.
  std::vector<Found> candidates(const PriceQuery& query);

  /// Why nothing holds for the request: "no price for openai 'x'"; '' when something does.
  std::string reason(const PriceQuery& query);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether there is a time at which prices with these hours both hold. None: all day.
bool share_hours(const std::vector<DailyHours>& a, const std::vector<DailyHours>& b);

/// Tokens of the prompt, cached ones included.
std::int64_t prompt_tokens(const UnitCounts& counts);

/// 2 by its exact name, 1 by a pattern, 0 not at all.
int match_strength(const ModelMatch& match, std::string_view model);

}  // namespace genops
