#pragma once

#include <string_view>

/// schema/elasticsearch, embedded at build time.
namespace genops {

std::string_view index_template_json();
std::string_view lifecycle_policy_json();

}  // namespace genops
