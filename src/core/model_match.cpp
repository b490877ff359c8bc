#include <algorithm>
#include <regex>

#include "core/price.hpp"
#include "core/text.hpp"

namespace genops {

namespace {

/// True for "a|b", false for "(a|b)c".
bool has_alternatives(std::string_view pattern) {
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\')
      ++i;
    else if (pattern[i] == '(' || pattern[i] == ')')
      depth += pattern[i] == '(' ? 1 : -1;
    else if (pattern[i] == '|' && depth == 0)
      return true;
  }
  return false;
}

/// What every match of `pattern` starts with, as far as that is told by a look: "gpt-4" of "^gpt-4(-0613)?$".
std::string_view literal_start(std::string_view pattern) {
  if (!pattern.starts_with('^') || has_alternatives(pattern)) return {};
  pattern.remove_prefix(1);
  std::string_view literal = pattern.substr(0, pattern.find_first_of("\\^$.*+?()[]{}"));
  const std::string_view rest = pattern.substr(literal.size());
  // What stands before one of these may be absent.
  if (!literal.empty() && !rest.empty() && std::string_view("*?{").find(rest.front()) != std::string_view::npos)
    literal.remove_suffix(1);
  return literal;
}

bool matches_regex(const std::string& pattern, std::string_view model) {
  // std::regex goes one call deeper per character: without a bound a long name exhausts the stack.
  if (model.size() > kMaxTextBytes) return false;
  // Compiling one takes 20 us, and most books hold hundreds that a glance tells apart.
  if (!model.starts_with(lower_case(std::string(literal_start(pattern))))) return false;
  // Who reads a price file has compiled it once and refused what is no regular expression.
  return std::regex_search(model.begin(), model.end(),
                           std::regex(pattern, std::regex::ECMAScript | std::regex::icase));
}

}  // namespace

int match_strength(const ModelMatch& match, std::string_view model) {
  const auto strength = [&](const ModelMatch& part) { return match_strength(part, model); };
  switch (match.kind) {
    case ModelMatch::Kind::equals:
      return model == match.text ? 2 : 0;
    case ModelMatch::Kind::starts_with:
      return model.starts_with(match.text) ? 1 : 0;
    case ModelMatch::Kind::ends_with:
      return model.ends_with(match.text) ? 1 : 0;
    case ModelMatch::Kind::contains:
      return model.find(match.text) != std::string_view::npos ? 1 : 0;
    case ModelMatch::Kind::regex:
      return matches_regex(match.text, model) ? 1 : 0;
    case ModelMatch::Kind::any_of: {
      int best = 0;
      for (const ModelMatch& part : match.parts) best = std::max(best, strength(part));
      return best;
    }
    case ModelMatch::Kind::all_of:
      return std::ranges::all_of(match.parts, [&](const ModelMatch& part) { return strength(part) > 0; }) ? 1
                                                                                                          : 0;
  }
  return 0;
}

}  // namespace genops
