#include "workload.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace genops::bench {

namespace {

constexpr const char* kProviders[] = {"openai", "anthropic", "bedrock", "gemini", "mistral"};
constexpr const char* kModels[] = {"gpt-4", "claude-3-sonnet-20240229",
                                   "anthropic.claude-3-haiku-20240307-v1:0", "gemini-1.5-pro",
                                   "mistral-large-latest"};
constexpr const char* kTypes[] = {"llm.completion", "llm.chat", "llm.embedding"};
constexpr const char* kEnvironments[] = {"production", "staging", "development"};

std::string numbered(const char* name, std::uint64_t number) {
  return name + std::to_string(number);
}

}  // namespace

Workload::Workload(std::uint64_t seed, std::int64_t events)
    : state_(seed),
      step_ms_(static_cast<double>(kDays * 86'400'000) / static_cast<double>(events)),
      at_ms_(kStartMs) {
  double sum = 0;
  for (std::size_t i = 0; i < kSeries; ++i) {
    const std::size_t provider = random() % std::size(kProviders);
    Attribution a;
    a.provider = kProviders[provider];
    a.model = kModels[provider];
    a.operation_type = kTypes[random() % std::size(kTypes)];
    a.team = numbered("team-", random() % 20);
    a.project = numbered("project-", random() % 50);
    a.environment = kEnvironments[random() % std::size(kEnvironments)];
    a.customer_id = numbered("customer-", random() % 1'000);
    a.feature = numbered("feature-", random() % 30);
    a.user_id = numbered("user-", i);  // makes each series distinct
    series_.push_back(std::move(a));
    cumulative_.push_back(sum += std::pow(static_cast<double>(i + 1), -1.1));
  }
  for (double& weight : cumulative_) weight /= sum;
  std::ifstream trace(GENOPS_SOURCE_DIR "/../shared/data/azure-llm-2023-conv.csv");
  std::string line;
  std::getline(trace, line);
  for (long long in = 0, out = 0; std::getline(trace, line);)
    if (std::sscanf(line.c_str(), "%*[^,],%lld,%lld", &in, &out) == 2) tokens_.emplace_back(in, out);
  real_tokens_ = !tokens_.empty();
  for (int i = 0; !real_tokens_ && i < 20'000; ++i) {
    const double normal = std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform());
    tokens_.emplace_back(static_cast<std::int64_t>(std::exp(6.5 + normal)),
                         static_cast<std::int64_t>(std::exp(5.0 + normal)));
  }
}

std::uint64_t Workload::random() {  // splitmix64
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
  return z ^ z >> 31;
}

void Workload::next(Event& event) {
  const auto index = static_cast<std::size_t>(
      std::lower_bound(cumulative_.begin(), cumulative_.end(), uniform()) - cumulative_.begin());
  static_cast<Attribution&>(event) = series_[std::min(index, kSeries - 1)];
  at_ms_ += step_ms_;
  event.occurred_at_ms = static_cast<std::int64_t>(at_ms_);
  const auto& [in, out] = tokens_[random() % tokens_.size()];
  event.input_tokens = in;
  event.output_tokens = out;
  event.cost_nanos = in * 30'000 + out * 60'000;
  event.duration_ms = 200 + static_cast<std::int64_t>(random() % 4'000);
  event.status = random() % 50 == 0 ? Status::error : Status::success;
  static constexpr char kHex[] = "0123456789abcdef";
  event.trace_id.resize(32);
  for (std::size_t i = 0; i < 32; i += 16) {
    std::uint64_t bits = random() | 1;
    for (std::size_t j = 0; j < 16; ++j, bits >>= 4) event.trace_id[i + j] = kHex[bits & 15];
  }
}

}  // namespace genops::bench
