#include "store/llm_database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "genops/error.hpp"
#include "store/agent_log_files.hpp"
#include "support/folder.hpp"
#include "support/log_sink.hpp"

namespace genops {
namespace {

using test::Folder;
using test::KeptLog;

void make_database(const std::string& path, const std::string& sql) {
  SQLite::Database db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec(sql);
}

constexpr const char* kTurns =
    "CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, model TEXT, resolved_model TEXT, input_tokens "
    "INTEGER,"
    " output_tokens INTEGER, token_details TEXT, duration_ms INTEGER, datetime_utc TEXT);"
    "INSERT INTO turns VALUES ('t2', 'thread', 'gpt-4o', 'gpt-4o-2024-08-06', 10, 5,"
    " '{\"prompt_tokens_details\":{\"cached_tokens\":4}}', 812, '2026-01-18T10:00:00+00:00');";
constexpr const char* kResponses =
    "CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, conversation_id TEXT, duration_ms INTEGER, "
    "datetime_utc TEXT,"
    " input_tokens INTEGER, output_tokens INTEGER, token_details TEXT);"
    "INSERT INTO responses VALUES ('t2', 'gpt-4o', 'c', 1, '2026-01-18T10:00:00', 10, 5, NULL),"
    " ('r1', 'claude-3-haiku', 'c', 1, '2024-05-01T10:00:00.5', NULL, NULL, NULL);";

TEST(LlmDatabase, TurnsAndTheResponsesThatAreNotAmongThem) {
  const Folder folder;
  make_database(folder / "logs.db", std::string(kTurns) + kResponses);
  KeptLog log;
  const LogCounts counts = read_llm_database(folder / "logs.db", log);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].idempotency_key, "llm:t2");
  EXPECT_EQ(log.events[0].model, "gpt-4o-2024-08-06");
  EXPECT_EQ(log.events[0].input_tokens, 6);
  EXPECT_EQ(log.events[0].session_id, "thread");
  EXPECT_EQ(log.events[1].idempotency_key, "llm:r1");
  EXPECT_EQ(log.events[1].provider, "anthropic");
  EXPECT_EQ(log.events[1].session_id, "c");
  EXPECT_FALSE(log.events[1].input_tokens);
  EXPECT_EQ(counts.lines, 3);
  EXPECT_EQ(counts.requests, 3);
  EXPECT_EQ(counts.copies, 1);
}

TEST(LlmDatabase, EitherTableAloneAndOldOnesWithoutCounts) {
  const Folder folder;
  make_database(folder / "new.db", kTurns);
  make_database(folder / "old.db",
                "CREATE TABLE responses (id TEXT, model TEXT, conversation_id TEXT, duration_ms INTEGER, "
                "datetime_utc TEXT);"
                "INSERT INTO responses VALUES ('r', 'gpt-4', 'c', 5, '2023-09-01T10:00:00')");
  for (const std::string name : {"new.db", "old.db"}) {
    KeptLog log;
    read_llm_database(folder / name, log);
    EXPECT_EQ(log.events.size(), 1U) << name;
  }
}

TEST(LlmDatabase, ARowThatIsBrokenIsARejectAndTheOthersCount) {
  const Folder folder;
  make_database(folder / "logs.db",
                std::string(kTurns) +
                    "INSERT INTO turns (id, model, datetime_utc, input_tokens, output_tokens) VALUES"
                    " ('bad', 'gpt-4o', '2026-01-17T10:00:00Z', -4, 1), ('text', 'gpt-4o', "
                    "'2026-01-17T11:00:00Z', 'x', 1)");
  KeptLog log;
  read_llm_database(folder / "logs.db", log);
  EXPECT_EQ(log.events.size(), 1U);
  ASSERT_EQ(log.rejects.size(), 2U);
  EXPECT_EQ(log.rejects[0].error, "input_tokens: expected a whole number from 0, found '-4'");
  EXPECT_EQ(log.rejects[0].input, "bad");
  EXPECT_EQ(log.rejects[1].error, "input_tokens: expected a whole number from 0, found 'x'");
}

TEST(LlmDatabase, TheFileIsNotWrittenAndAnotherIsRefused) {
  const Folder folder;
  const auto code_of = [&](const std::string& name) {
    KeptLog log;
    try {
      read_llm_database(folder / name, log);
    } catch (const Error& error) {
      return error.code();
    }
    return Errc::conflict;
  };
  EXPECT_EQ(code_of("absent.db"), Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder / "absent.db"));
  make_database(folder / "other.db", "CREATE TABLE turns (name TEXT)");
  EXPECT_EQ(code_of("other.db"), Errc::invalid_argument);
  std::ofstream(folder / "text.db") << std::string(5000, 'x');
  EXPECT_NE(code_of("text.db"), Errc::conflict);
  make_database(folder / "logs.db", kTurns);
  std::filesystem::permissions(folder / "logs.db", std::filesystem::perms::owner_read);
  const auto before = std::filesystem::last_write_time(folder / "logs.db");
  KeptLog log;
  read_llm_database(folder / "logs.db", log);
  EXPECT_EQ(std::filesystem::last_write_time(folder / "logs.db"), before);
}

// --- where logs are ---

void touch(const std::string& path) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << "{}\n";
}

TEST(AgentLogFiles, AreFoundWhereTheToolsKeepThem) {
  const Folder folder;
  for (const std::string name :
       {".claude/projects/-p/b.jsonl", ".claude/projects/-p/a/subagents/agent-1.jsonl",
        ".config/claude/projects/-q/c.jsonl", ".claude/projects/-p/notes.txt", ".claude/history.jsonl",
        ".codex/archived_sessions/rollout-2026-01-01T00-00-00-x.jsonl",
        ".codex/sessions/2026/01/02/rollout-2026-01-02T00-00-00-y.jsonl", ".config/io.datasette.llm/logs.db",
        "set/projects/-z/d.jsonl"})
    touch(folder / name);
  std::string claude_dir;
  const Environment environment = [&](const char* name) -> const char* {
    static std::string home;
    home = folder / "";
    if (std::string_view(name) == "HOME") return home.c_str();
    return std::string_view(name) == "CLAUDE_CONFIG_DIR" && !claude_dir.empty() ? claude_dir.c_str()
                                                                                : nullptr;
  };
  const auto names = [&](std::string_view format) {
    std::vector<std::string> found;
    for (const std::string& path : find_agent_logs(format, environment).paths)
      found.push_back(std::filesystem::relative(path, folder / "").string());
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("claude-code"),
            (Names{".claude/projects/-p/a/subagents/agent-1.jsonl", ".claude/projects/-p/b.jsonl",
                   ".config/claude/projects/-q/c.jsonl"}));
  EXPECT_EQ(names("codex"), (Names{".codex/archived_sessions/rollout-2026-01-01T00-00-00-x.jsonl",
                                   ".codex/sessions/2026/01/02/rollout-2026-01-02T00-00-00-y.jsonl"}))
      << "by their time, wherever they lie";
  EXPECT_EQ(names("llm"), Names{".config/io.datasette.llm/logs.db"});
  EXPECT_THROW(names("csv"), Error);
  claude_dir = (folder / "set") + " , " + (folder / "absent");
  EXPECT_EQ(names("claude-code"), Names{"set/projects/-z/d.jsonl"});
  EXPECT_EQ(agent_log_places("claude-code", environment).size(), 2U);
}

TEST(AgentLogFiles, LinksAreFollowedAndNoFileComesTwice) {
  const Folder folder;
  touch(folder / "real/a.jsonl");
  std::filesystem::create_directory(folder / "logs");
  std::filesystem::create_directory_symlink(folder / "real", folder / "logs/linked");
  std::filesystem::create_directory_symlink(folder / "logs", folder / "logs/loop");
  std::filesystem::create_symlink(folder / "real/a.jsonl", folder / "logs/again.jsonl");
  std::filesystem::create_symlink(folder / "nowhere", folder / "logs/gone.jsonl");
  EXPECT_EQ(find_agent_logs_in(folder / "logs", "claude-code").paths.size(), 1U);
}

}  // namespace
}  // namespace genops
