#pragma once

#include <gtest/gtest.h>

#include <string>

#include "genops/prices.hpp"
#include "support/temp_ledger.hpp"

namespace genops::test {

inline constexpr const char* kAcmeBook =
    R"({"format":"genops-prices/1","name":"test","version":"2026-01-01","prices":[
  {"provider":"acme","model":"m","to":"2026-01-10","usd":{"input":"3","output":"15","cache_read":"0.3"}},
  {"provider":"acme","model":"m","from":"2026-01-10","usd":{"input":"2","output":"10"}}]})";

inline Event usage(const std::string& model, std::int64_t input, std::int64_t output) {
  Event event;
  event.provider = "acme";
  event.model = model;
  event.input_tokens = input;
  event.output_tokens = output;
  return event;
}

/// A ledger with the prices of a provider that nobody knows.
class AcmeLedger : public ::testing::Test {
 protected:
  AcmeLedger() { import_prices(ledger, kAcmeBook, "", "", false); }

  Value value(const std::string& sql) { return ledger.query(sql).rows.at(0).at(0); }
  std::int64_t number(const std::string& sql) { return integer(ledger, sql); }
  std::string text(const std::string& sql) { return std::get<std::string>(value(sql)); }

  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
};

}  // namespace genops::test
