#include "ingest/price_file.hpp"

#include "core/text.hpp"
#include "genops/error.hpp"
#include "ingest/price_formats.hpp"

namespace genops {
namespace {

struct Format {
  std::string_view name;
  void (*read)(const JsonTree&, PriceFile&);
};
constexpr Format kFormats[] = {
    {"genops", read_genops_prices},
    {"genai-prices", read_genai_prices},
    {"litellm", read_litellm_prices},
};

/// Ours says what it is, genai-prices is a list of providers, LiteLLM's map has an object per model.
std::string_view format_of(const JsonValue& root) {
  if (root.is(JsonValue::Kind::list)) return "genai-prices";
  if (root.find("format") != nullptr) return "genops";
  if (!root.members.empty() && root.members[0].value.is(JsonValue::Kind::object)) return "litellm";
  throw Error(Errc::invalid_argument,
              "price file: expected prices of genops, genai-prices or LiteLLM, found another JSON value",
              "Name the format if it is one of these.");
}

}  // namespace

PriceFile read_price_file(std::string_view json, std::string_view format, std::string_view version) {
  const JsonTree tree = parse_json(json, "price file");
  const std::string_view wanted = format.empty() ? format_of(tree.root) : format;
  for (const Format& each : kFormats) {
    if (each.name != wanted) continue;
    PriceFile file;
    file.format = file.book.name = each.name;
    file.book.version = version;
    each.read(tree, file);
    return file;
  }
  throw Error(Errc::invalid_argument,
              "price file: format: expected genops, genai-prices or litellm, found " + quoted(format));
}

}  // namespace genops
