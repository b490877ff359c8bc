#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/price.hpp"
#include "ingest/json_value.hpp"

/// The names in LiteLLM's price map, and one model of it.
namespace genops {

/// What a key such as "cache_read_input_token_cost_above_200k_tokens_priority" is the price of.
struct LitellmKey {
  std::string problem;  ///< why it is none of ours: "not USD"; '' = it is
  Unit unit{};
  std::int64_t above_tokens = 0;
  std::string service_tier = "standard";
};
LitellmKey parse_litellm_key(std::string_view key, std::string_view mode);

/// Whether a member holds prices, or may do so.
bool is_litellm_price(std::string_view key);

struct LitellmName {
  std::string provider, model, region;  ///< as a Price has them
  bool side_door = false;  ///< another API of the provider, with its own prices for the same names
};
/// Of "bedrock/us-west-2/anthropic.claude-v2" and its litellm_provider.
LitellmName parse_litellm_name(std::string_view key, std::string_view litellm_provider);

/// What one model of the map says. Nothing is counted yet: the map may have the model twice.
struct LitellmModel {
  LitellmName name;
  std::string who;            ///< the key, for messages
  std::vector<Price> prices;  ///< empty: it has no price that is understood
  std::int64_t values = 0, kept = 0;
  std::vector<std::string> rounded;
  struct LeftOut {
    std::string reason;
    std::int64_t values;
  };
  std::vector<LeftOut> left_out;
};
LitellmModel read_litellm_model(const std::string& key, const JsonValue& entry);

/// The hours of off_peak_pricing; nullopt with `problem` set: not understood.
std::optional<std::vector<DailyHours>> read_litellm_hours(const JsonValue& off_peak, std::string& problem);

}  // namespace genops
