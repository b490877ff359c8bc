#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Reads tests/sql/doors.cases, the table of events that go through both doors of the log.
namespace genops::test {

/// field = SQL expression
using Assignments = std::vector<std::pair<std::string, std::string>>;

struct Expectation {
  enum class Kind { stored, duplicate, conflict, refused } kind = Kind::stored;
  std::string field;   // of `refused`
  Assignments values;  // of `stored`: columns of cost_event
};

struct Step {
  int line = 0;
  std::string directive;  // instead of an event: SQL to run, or "fold"
  Assignments event;
  Expectation expected;
  bool doors_differ = false;  // by nature: JSON has another type there
  Expectation expected_of_json;
};

struct Story {
  std::string title;
  std::vector<Step> steps;
};

class DoorCases {
 public:
  static std::vector<Story> read(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path);
    std::vector<Story> stories;
    std::string title, text;
    for (int number = 1; std::getline(in, text); ++number) {
      if (text.empty() || text[0] == '#') continue;
      if (text[0] != ' ') {
        title = text;
        if (!each(title)) stories.push_back({title, {}});
        continue;
      }
      const Step step = parse(trim(text), number);
      if (each(title))
        stories.push_back({title + " (line " + std::to_string(number) + ")", {step}});
      else
        stories.back().steps.push_back(step);
    }
    return stories;
  }

 private:
  static bool each(const std::string& title) { return title.rfind("each:", 0) == 0; }

  static Step parse(std::string_view text, int number) {
    Step step;
    step.line = number;
    if (text[0] == '!') {
      step.directive = trim(text.substr(1));
      return step;
    }
    const std::size_t arrow = text.rfind("=>");
    if (arrow == std::string_view::npos)
      throw std::runtime_error("line " + std::to_string(number) + ": no =>");
    std::string_view event = text.substr(0, arrow), expected = text.substr(arrow + 2);
    if (event[0] == '+') {
      step.event = {{"provider", "'openai'"}, {"model", "'gpt-4'"}};
      event.remove_prefix(1);
    }
    for (auto& assignment : assignments(event)) step.event.push_back(std::move(assignment));
    const std::size_t json = expected.find("(json:");
    if (json != std::string_view::npos) {
      step.doors_differ = true;
      step.expected_of_json = expectation(expected.substr(json + 6, expected.rfind(')') - json - 6));
      expected = expected.substr(0, json);
    }
    step.expected = expectation(expected);
    return step;
  }

  static Expectation expectation(std::string_view text) {
    const std::string words = trim(text);
    Expectation expected;
    const std::string first = words.substr(0, words.find(' '));
    const std::string rest = first.size() < words.size() ? words.substr(first.size() + 1) : "";
    if (first == "duplicate")
      expected.kind = Expectation::Kind::duplicate;
    else if (first == "conflict")
      expected.kind = Expectation::Kind::conflict;
    else if (first == "refused")
      expected.kind = Expectation::Kind::refused, expected.field = trim(rest);
    else if (first == "stored")
      expected.values = assignments(rest);
    else
      throw std::runtime_error("unknown expectation: " + words);
    return expected;
  }

  /// name=expression, name=expression; commas within quotes and parentheses belong to the expression, $2 is
  /// the event_id of the story's second event.
  static Assignments assignments(std::string_view text) {
    Assignments found;
    std::string part;
    int depth = 0;
    bool quoted = false;
    const auto finish = [&] {
      const std::string whole = trim(part);
      if (const std::size_t equals = whole.find('='); equals != std::string::npos)
        found.emplace_back(trim(whole.substr(0, equals)), trim(whole.substr(equals + 1)));
      part.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\'') quoted = !quoted;
      if (!quoted && c == '$') {
        ((part += "(SELECT event_id FROM temp.ours WHERE n = ") += text[++i]) += ')';
        continue;
      }
      if (!quoted && c == '(') ++depth;
      if (!quoted && c == ')') --depth;
      if (c == ',' && !quoted && depth == 0)
        finish();
      else
        part += c;
    }
    finish();
    return found;
  }

  static std::string trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return std::string(text);
  }
};

}  // namespace genops::test
