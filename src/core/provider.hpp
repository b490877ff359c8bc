#pragma once

#include <span>
#include <string>
#include <string_view>

/// Providers go by many names: "aws", "bedrock" and "aws.bedrock" bill alike.
namespace genops {

/// The name that price books use: openai, anthropic, bedrock, gemini, vertex_ai, azure, mistral, .. An unknown name comes
/// back as it is, in lower case.
std::string canonical_provider(std::string_view name);

/// Whose prices hold where `canonical` has none for a model: Azure sells OpenAI's models at OpenAI's prices.
std::span<const std::string_view> price_fallbacks(std::string_view canonical);

/// "standard" for '' and for the providers' names of it ("default", "on_demand", ..), else lower case: "batch", "flex",
/// "priority", "fast".
std::string canonical_service_tier(std::string_view name);

}  // namespace genops
