// One table of cases, tests/sql/doors.cases, goes through every door of the log: INSERT INTO cost_event on a
// connection without our functions, record_cost() on the same, and the library's connection. All must store
// the same rows or refuse by the same field; stories also change the door from step to step.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "event_log.hpp"
#include "fold.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"
#include "record_cost.hpp"
#include "support/appender.hpp"
#include "support/door_cases.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kNow = 1'768'737'600'000;  // 2026-01-18T12:00:00Z

enum class Door { view, json, library };

struct Outcome {
  Expectation::Kind kind = Expectation::Kind::stored;
  std::string message;
  std::vector<std::string> fields;  // that a refusal names
};

/// A refusal names its field first: "cost_event.team: ..", "team: ..".
Outcome refused(const std::string& message) {
  Outcome outcome{Expectation::Kind::refused, message, {}};
  std::string name = message.substr(0, message.find(':'));
  if (name.rfind("cost_event.", 0) == 0) name = name.substr(11);
  outcome.fields = {name};
  if (message.find("is taken by an event with other content") != std::string::npos)
    outcome.kind = Expectation::Kind::conflict;
  return outcome;
}

class Stage {
 public:
  Stage() { ledger_.run("CREATE TEMP TABLE ours(n INTEGER PRIMARY KEY, event_id TEXT)"); }

  /// Plays the story from an empty ledger, with the doors in turn; what it stored, masked where it is not
  /// given.
  std::vector<PlainLedger::Row> play(const Story& story, const std::vector<Door>& doors) {
    std::vector<PlainLedger::Row> stored;
    ledger_.run("BEGIN IMMEDIATE");
    std::size_t turn = 0;
    for (const Step& step : story.steps) {
      if (!step.directive.empty()) {
        direct(step.directive);
        continue;
      }
      const Door door = doors[turn++ % doors.size()];
      SCOPED_TRACE("line " + std::to_string(step.line) +
                   (door == Door::view   ? ", INSERT INTO cost_event"
                    : door == Door::json ? ", record_cost()"
                                         : ", the library"));
      const std::int64_t before = last_seq(ledger_.get());
      const Outcome outcome = record(step, door);
      const std::int64_t after = last_seq(ledger_.get());
      check(step, door, outcome, before, after);
      if (after > before) stored.push_back(row(step, after));
      ledger_.run(
          "INSERT INTO temp.ours(event_id) VALUES ((SELECT event_id FROM main.cost_event WHERE seq = " +
          std::to_string(after) + "))");
    }
    ledger_.run("ROLLBACK");
    return stored;
  }

 private:
  void direct(const std::string& directive) {
    if (directive == "fold")
      fold(ledger_.get(), "main", last_seq(ledger_.get()));
    else
      ledger_.run(directive);
  }

  Outcome record(const Step& step, Door door) {
    try {
      if (door == Door::view) {
        ledger_.run(insert_statement(step));
        return {};
      }
      // The store turns triggers and trust in the schema off on its connection; the door must not care.
      const int on = door == Door::library ? 0 : 1;
      sqlite3_db_config(ledger_.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, on, nullptr);
      sqlite3_db_config(ledger_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, on, nullptr);
      Outcome outcome = record_json(step);
      sqlite3_db_config(ledger_.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
      sqlite3_db_config(ledger_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
      return outcome;
    } catch (const Error& error) {
      return refused(error.what());
    }
  }

  Outcome record_json(const Step& step) {
    try {
      const auto units = std::find_if(step.event.begin(), step.event.end(),
                                      [](const auto& a) { return a.first == "units"; });
      const std::string json = event_json(step);
      if (units == step.event.end()) {
        record_cost(ledger_.get(), prices_, json, kNow);
        return {};
      }
      // JSON has a field for each unit; the text of them all is the library's.
      Event event = parse_event_json(json);
      event.units = text_of(units->second);
      test::OwnAppender(ledger_.get()).append(event, {}, kNow);
      return {};
    } catch (const Error& error) {
      if (error.code() == Errc::conflict) return {Expectation::Kind::conflict, error.what(), {}};
      return refused(error.what());
    }
  }

  std::string insert_statement(const Step& step) {
    std::string columns, values, units;
    std::map<std::string, std::string> counts;
    for (const auto& [name, value] : step.event) {
      const Field* field = find_field(name);
      if (field != nullptr && field->type == FieldType::unit) {
        counts[name] = value;
        continue;
      }
      columns += (columns.empty() ? "" : ", ") + name;
      values += (values.empty() ? "" : ", ") + value;
    }
    for (const auto& [name, count] : counts) units += (units.empty() ? "'{\"" : ",\"") + name + "\":" + count;
    if (!units.empty()) columns += ", units", values += ", " + units + "}'";
    return "INSERT INTO main.cost_event(" + columns + ") VALUES (" + values + ")";
  }

  std::string text_of(const std::string& expression) {
    Statement select(ledger_.get(), "SELECT " + expression);
    select.step();
    return std::string(select.text(0));
  }

  std::string event_json(const Step& step) {
    std::string json;
    for (const auto& [name, expression] : step.event) {
      if (name == "units" || name == "price_source") continue;
      (json += json.empty() ? "{\"" : ",\"") += name + "\":";
      Statement select(ledger_.get(), "SELECT " + expression);
      select.step();
      const bool literal = expression.find_first_not_of("0123456789+-.eE") == std::string::npos;
      switch (select.type(0)) {
        case SQLITE_NULL:
          json += "null";
          break;
        case SQLITE_BLOB:
          json += "[1]";
          break;  // no such type in JSON; a wrong one all the same
        case SQLITE_TEXT:
          if (name == "attributes" || name == "raw_usage")
            json += select.text(0);
          else
            append_json_string(json, select.text(0));
          break;
        default:
          json += literal ? expression : std::string(select.text(0));
      }
    }
    return json + "}";
  }

  void check(const Step& step, Door door, const Outcome& outcome, std::int64_t before, std::int64_t after) {
    const Expectation& expected =
        step.doors_differ && door != Door::view ? step.expected_of_json : step.expected;
    const bool accepts =
        expected.kind == Expectation::Kind::stored || expected.kind == Expectation::Kind::duplicate;
    const Expectation::Kind kind =
        accepts && outcome.kind == Expectation::Kind::stored ? expected.kind : outcome.kind;
    EXPECT_EQ(static_cast<int>(kind), static_cast<int>(expected.kind)) << outcome.message;
    EXPECT_EQ(after - before, expected.kind == Expectation::Kind::stored ? 1 : 0) << outcome.message;
    if (expected.kind == Expectation::Kind::refused) {
      EXPECT_EQ(outcome.fields, std::vector<std::string>{expected.field}) << outcome.message;
    }
    if (after == before) return;
    for (const auto& [column, value] : expected.values)
      EXPECT_EQ(
          ledger_.value("SELECT " + column + " FROM main.cost_event WHERE seq = " + std::to_string(after)),
          ledger_.value("SELECT " + value))
          << column;
  }

  PlainLedger::Row row(const Step& step, std::int64_t seq) {
    // What is given, and not taken from this ledger, whose ids differ from any other's.
    const auto given = [&](const std::string& name) {
      return std::any_of(step.event.begin(), step.event.end(), [&](const auto& assignment) {
        return assignment.first == name && assignment.second != "NULL" &&
               assignment.second.find("SELECT") == std::string::npos;
      });
    };
    Statement columns(ledger_.get(), "SELECT name FROM pragma_table_info('cost_event')");
    std::string list;
    while (columns.step()) {
      const std::string name(columns.text(0));
      if (name == "seq" || name == "recorded_at") continue;
      if ((name == "event_id" || name == "occurred_at") && !given(name)) continue;
      if (name == "idempotency_key" && !given(name) && !given("event_id")) continue;
      list += list.empty() ? "" : ", ";
      if (name == "refers_to")
        list += "(SELECT min(n) FROM temp.ours o WHERE o.event_id = v.refers_to)";
      else
        list += "v." + name;
    }
    return ledger_.rows("SELECT " + list + " FROM main.cost_event v WHERE seq = " + std::to_string(seq))
        .front();
  }

  PlainLedger ledger_;
  PriceTables prices_{ledger_.get()};
};

std::string shown(const std::vector<PlainLedger::Row>& rows) {
  std::string text;
  for (const PlainLedger::Row& row : rows) {
    text += "\n ";
    for (const std::string& value : row)
      if (value != "NULL") text += " " + value;
  }
  return text;
}

TEST(Doors, StoreTheSameAndRefuseTheSame) {
  Stage stage;
  const std::vector<std::vector<Door>> ways = {
      {Door::view}, {Door::json}, {Door::library}, {Door::view, Door::json}, {Door::library, Door::view}};
  const std::vector<Story> stories = DoorCases::read(GENOPS_SOURCE_DIR "/tests/sql/doors.cases");
  ASSERT_GT(stories.size(), 200U);
  for (const Story& story : stories) {
    SCOPED_TRACE(story.title);
    const bool differs = std::any_of(story.steps.begin(), story.steps.end(),
                                     [](const Step& step) { return step.doors_differ; });
    std::vector<PlainLedger::Row> first;
    for (std::size_t way = 0; way < ways.size(); ++way) {
      if (story.steps.size() == 1 && ways[way].size() > 1) break;
      const auto stored = stage.play(story, ways[way]);
      if (way == 0) first = stored;
      if (!differs) {
        EXPECT_TRUE(stored == first) << "way " << way << " stores " << shown(stored) << ", the view "
                                     << shown(first);
      }
    }
  }
}

}  // namespace
}  // namespace genops::test
