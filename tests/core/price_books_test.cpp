// Several books: what users set lies over the first of the others, and the rest stand behind.

#include <gtest/gtest.h>

#include "support/price_samples.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
const PriceQuery kAsked = asked("openai", "m");

Price model(std::vector<Rate> rates) {
  return price("openai", "m", std::move(rates));
}

PriceBook books(std::vector<Book> all) {
  return PriceBook(std::move(all));
}

std::string of(PriceBook& prices, Unit unit) {
  return cost(prices, kAsked, used({{unit, kMillion}}));
}

TEST(UserPrices, ReplaceUnitByUnit) {
  PriceBook prices =
      books({{"user", "", {model({rate(Unit::input, "2")})}},
             {"genops",
              "1",
              {model({rate(Unit::input, "3"), rate(Unit::output, "15"), rate(Unit::cache_read, "0.3")})}}});
  EXPECT_EQ(of(prices, Unit::input), "2");
  EXPECT_EQ(of(prices, Unit::output), "15");
  EXPECT_EQ(of(prices, Unit::cache_read), "0.3");
  EXPECT_EQ(of(prices, Unit::cache_write), "2");  // nobody has a rate: that of input, which the user set
}

TEST(UserPrices, NameThePriceEachPartIsOf) {
  PriceBook prices = books(
      {{"user", "", {model({rate(Unit::output, "2")})}}, {"genops", "1", {model({rate(Unit::input, "3")})}}});
  const Quote quote = prices.quote(kAsked, used({{Unit::input, 1}, {Unit::output, 1}}));
  ASSERT_EQ(quote.parts.size(), 2U);
  EXPECT_EQ(quote.parts[0].rate, rate(Unit::input, "3"));
  EXPECT_EQ(quote.parts[1].rate, rate(Unit::output, "2"));
  EXPECT_NE(quote.parts[0].price, quote.parts[1].price);
  const auto found = prices.find(kAsked, Unit::input, 0);
  ASSERT_NE(found.book, nullptr);
  EXPECT_EQ(found.book->name, "genops");
  EXPECT_EQ(prices.find(kAsked, Unit::output_audio, 0).book->name, "user");
  EXPECT_EQ(prices.find(kAsked, Unit::search, 0).price, nullptr);
}

TEST(UserPrices, ALoneOneStandsForItself) {
  PriceBook prices = books({{"user", "", {model({rate(Unit::input, "2")})}}, {"genops", "1", {}}});
  EXPECT_EQ(of(prices, Unit::cache_read), "2");
  EXPECT_EQ(of(prices, Unit::output), "no price for unit output of openai 'm'");
}

TEST(UserPrices, OfOneServiceTierLeaveTheOthersAlone) {
  PriceBook prices =
      books({{"user", "", {model({rate(Unit::input, "2")})}},
             {"genops",
              "1",
              {model({rate(Unit::input, "3")}), in_tier(model({rate(Unit::input, "1.5")}), "batch")}}});
  EXPECT_EQ(taken(prices, {"openai", "m", {}, "batch", 0}), "1.5");
  EXPECT_EQ(taken(prices, kAsked), "2");
}

TEST(UserPrices, OutsideTheirValidityAreNotThere) {
  PriceBook prices = books({{"user", "", {valid(model({rate(Unit::input, "2")}), 1000, {})}},
                            {"genops", "1", {model({rate(Unit::input, "3")})}}});
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, 999}), "3");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, 1000}), "2");
}

TEST(UserPrices, ANarrowOneLeavesTheGeneralOneInSight) {
  const Price general = model({rate(Unit::input, "1"), rate(Unit::output, "2")});
  const Price in_eu = in_region(model({rate(Unit::input, "1.1")}), "eu");
  const Price in_book =
      model({rate(Unit::input, "3"), rate(Unit::output, "10"), rate(Unit::cache_read, "0.3")});
  const PriceQuery eu{"openai", "m", "eu-west-1", {}, 0};
  for (const std::vector<Price>& set : {std::vector{general, in_eu}, std::vector{in_eu, general}}) {
    PriceBook alone = books({{"user", "", set}});
    PriceBook with_book = books({{"user", "", set}, {"genops", "1", {in_book}}});
    for (PriceBook* prices : {&alone, &with_book}) {
      EXPECT_EQ(taken(*prices, eu), "1.1");
      EXPECT_EQ(taken(*prices, kAsked), "1");
      EXPECT_EQ(cost(*prices, eu, used({{Unit::output, kMillion}})), "2");
    }
    EXPECT_EQ(cost(with_book, eu, used({{Unit::cache_read, kMillion}})), "0.3");
    EXPECT_EQ(cost(alone, eu, used({{Unit::cache_read, kMillion}})), "1.1");  // that of input, the closest
  }
}

TEST(UserPrices, AUnitsOwnOfAGeneralOneComesBeforeItsParentsOfANarrowOne) {
  PriceBook prices = books({{"user",
                             "",
                             {in_region(model({rate(Unit::input, "1.1")}), "eu"),
                              model({rate(Unit::input, "1"), rate(Unit::cache_read, "0.2")})}}});
  EXPECT_EQ(cost(prices, {"openai", "m", "eu", {}, 0}, used({{Unit::cache_read, kMillion}})), "0.2");
}

TEST(Books, OfOneThatIsNotTheUsersOnePriceHolds) {
  PriceBook prices = books({{"genops",
                             "1",
                             {in_region(model({rate(Unit::input, "1.1")}), "eu"),
                              model({rate(Unit::input, "1"), rate(Unit::output, "2")})}}});
  EXPECT_EQ(cost(prices, {"openai", "m", "eu", {}, 0}, used({{Unit::output, kMillion}})),
            "no price for unit output of openai 'm'");
}

TEST(UserPrices, ZeroIsAPrice) {
  PriceBook prices = books(
      {{"user", "", {model({rate(Unit::input, "0")})}}, {"genops", "1", {model({rate(Unit::input, "3")})}}});
  EXPECT_EQ(of(prices, Unit::input), "0");
}

TEST(UserPrices, AFlatOneReplacesTheTiersOfItsUnit) {
  PriceBook prices = books({{"user", "", {model({rate(Unit::input, "2")})}},
                            {"genops",
                             "1",
                             {model({rate(Unit::input, "3"), rate(Unit::input, "6", 100),
                                     rate(Unit::output, "1"), rate(Unit::output, "4", 100)})}}});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, kMillion}, {Unit::output, kMillion}})), "6");
}

TEST(Books, TheFirstThatHasTheModelIsAsked) {
  PriceBook prices =
      books({{"litellm", "1", {price("openai", "other", {rate(Unit::input, "9")})}},
             {"genai-prices", "1", {model({rate(Unit::input, "1")})}},
             {"genops",
              "1",
              {model({rate(Unit::input, "3"), rate(Unit::cache_read, "0.3"), rate(Unit::output, "15")})}}});
  EXPECT_EQ(of(prices, Unit::input), "1");
  EXPECT_EQ(of(prices, Unit::cache_read), "1");  // its parent's rate, of the first book
  EXPECT_EQ(of(prices, Unit::output), "15");     // of which the first book knows nothing
  const auto candidates = prices.candidates(kAsked);
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates[0].book->name, "genai-prices");
  EXPECT_EQ(candidates[1].book->name, "genops");
}

TEST(Books, TheUsersPricesLieOverTheFirstOtherOnly) {
  PriceBook prices =
      books({{"user", "", {model({rate(Unit::input, "2")})}},
             {"litellm", "1", {model({rate(Unit::output, "7")})}},
             {"genops",
              "1",
              {model({rate(Unit::cache_read, "0.3"), rate(Unit::output, "15"), rate(Unit::search, "10")})}}});
  EXPECT_EQ(of(prices, Unit::cache_read), "2");
  EXPECT_EQ(of(prices, Unit::output), "7");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::search, 1}})), "0.01");
}

TEST(Books, SayWhyNothingHolds) {
  PriceBook prices = book({model({rate(Unit::input, "2")})});
  EXPECT_EQ(prices.reason(kAsked), "");
  EXPECT_EQ(prices.reason(asked("openai", "x")), "no price for openai 'x'");
  EXPECT_EQ(prices.reason({"openai", "m", {}, "flex", 0}), "no price for openai 'm' in service tier 'flex'");
  EXPECT_EQ(prices.find(asked("openai", "x"), Unit::input, 0).price, nullptr);
  EXPECT_TRUE(prices.candidates(asked("openai", "x")).empty());
}

TEST(Books, ThereMayBeNone) {
  PriceBook prices = books({});
  EXPECT_EQ(of(prices, Unit::input), "no price for openai 'm'");
}

TEST(Books, QuotesStandWhenTheBookIsMoved) {
  PriceBook first = book({model({rate(Unit::input, "2")})});
  const Quote quote = first.quote(kAsked, used({{Unit::input, 1}}));
  const PriceBook second = std::move(first);
  EXPECT_EQ(quote.price->model, "m");
}

}  // namespace
}  // namespace genops::test
