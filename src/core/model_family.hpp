#pragma once

#include <string>
#include <string_view>

namespace genops {

/// Whose model this is by its name alone: "openai" of "gpt-4o", "openrouter" of "openrouter/x/y"; a canonical provider, or ''
/// when the name is not certain ("llama-3.3-70b": many sell it).
std::string provider_of_model(std::string_view model);

/// The name without the provider's own prefix: "claude-sonnet-4-5" of "anthropic/claude-sonnet-4-5" when `provider` is
/// anthropic.
std::string_view without_provider(std::string_view model, std::string_view provider);

}  // namespace genops
