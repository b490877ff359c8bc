#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/price.hpp"

/// Price files of ours and of others -> one book.
namespace genops {

struct PriceFile {
  Book book;
  std::string format;                   ///< genops, genai-prices, litellm
  std::int64_t models = 0, values = 0;  ///< models and prices in the file
  std::int64_t kept = 0;                ///< of `values`: now rates of the book
  std::int64_t left_out = 0;            ///< of `values`: behind `not_understood`; kept + left_out = values
  /// Of `kept`: "openai/gpt-4o input: 0.0833.. -> .." whose value was rounded, to 10^-18 USD per token.
  std::vector<std::string> rounded;
  /// What stands in the file and not in the book: reason ("key input_dbu_cost_per_token: not USD") -> models.
  std::map<std::string, std::vector<std::string>> not_understood;
};

/// Reads a price file. `format`: genops, genai-prices, litellm; '' = told by its content. Our own file names
/// its book, others' are named by their format; its version is what the file says, else `version`.
/// Throws: Error{invalid_argument} naming the model and the member: no such format, malformed JSON; and in our own format
///         also a negative, missing or non-numeric price, an unknown unit or member, another currency than USD, prices of
///         equal dimensions whose validity and stated hours overlap.
PriceFile read_price_file(std::string_view json, std::string_view format, std::string_view version);

}  // namespace genops
