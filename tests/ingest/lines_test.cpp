#include "ingest/lines.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <random>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "genops/error.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  LineReader reader(in);
  std::vector<std::string> lines;
  for (std::string line; reader.next(line);) {
    EXPECT_FALSE(reader.too_long());
    lines.push_back(line);
    EXPECT_EQ(reader.line_number(), static_cast<std::int64_t>(lines.size()));
  }
  EXPECT_EQ(reader.line_number(), static_cast<std::int64_t>(lines.size()));
  EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(text.size()));
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReader, EndsLinesAtLfAndCrLf) {
  EXPECT_EQ(lines_of("a\nb\r\nc"), (Lines{"a", "b", "c"}));
  EXPECT_EQ(lines_of("a\n"), Lines{"a"});
  EXPECT_EQ(lines_of(""), Lines{});
  EXPECT_EQ(lines_of("\n\r\n\n"), (Lines{"", "", ""}));
  EXPECT_EQ(lines_of("a\rb\r\r\n"), Lines{"a\rb\r"});
  EXPECT_EQ(lines_of("a\r"), Lines{"a\r"});
  EXPECT_EQ(lines_of(std::string("a\0b\nc", 5)), (Lines{std::string("a\0b", 3), "c"}));
}

TEST(LineReader, DropsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(lines_of("\xEF\xBB\xBF"
                     "a\n\xEF\xBB\xBF"
                     "b"),
            (Lines{"a",
                   "\xEF\xBB\xBF"
                   "b"}));
  EXPECT_EQ(lines_of("\xEF\xBB\xBF\n"), Lines{""});
}

TEST(LineReader, LinesOfEveryLengthAroundItsPieces) {
  for (const std::size_t size : {65534U, 65535U, 65536U, 65537U, 131071U, 131072U, 131073U, 200000U}) {
    const std::string line(size, 'x');
    EXPECT_EQ(lines_of(line + "\nb"), (Lines{line, "b"})) << size;
    EXPECT_EQ(lines_of(line + "\r\nb"), (Lines{line, "b"})) << size;
    EXPECT_EQ(lines_of(line), Lines{line}) << size;
  }
}

TEST(LineReader, ALineOverOneMebibyteIsCutAndNamed) {
  const std::string longest(kMaxLineBytes, 'x');
  std::istringstream in(longest + "\r\n" + longest + "y\n" + longest + "y\r\n" + longest + "\r" +
                        "\nshort\n");
  LineReader reader(in);
  std::string line;
  const std::vector<bool> too_long = {false, true, true, false};
  for (const bool expected : too_long) {
    ASSERT_TRUE(reader.next(line));
    EXPECT_EQ(reader.too_long(), expected) << reader.line_number();
    EXPECT_EQ(line, longest);
  }
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "short");
  EXPECT_FALSE(reader.too_long());
  EXPECT_FALSE(reader.next(line));
}

/// A stream of `count` times `unit`, made as it is read; after them it fails if told so.
class Repeated : public std::streambuf {
 public:
  Repeated(std::string unit, std::size_t count, bool fails = false)
      : unit_(std::move(unit)), left_(count), fails_(fails) {}

 protected:
  int_type underflow() override {
    if (left_ == 0 && fails_) throw std::runtime_error("device gone");
    if (left_ == 0) return traits_type::eof();
    --left_;
    setg(unit_.data(), unit_.data(), unit_.data() + unit_.size());
    return traits_type::to_int_type(unit_.front());
  }

 private:
  std::string unit_;
  std::size_t left_;
  bool fails_;
};

TEST(LineReader, MemoryIsBoundedHoweverLongTheLine) {
  Repeated source("0123456789", 5'000'000);
  std::istream in(&source);
  LineReader reader(in);
  std::string line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_TRUE(reader.too_long());
  EXPECT_EQ(line.size(), kMaxLineBytes);
  EXPECT_LE(line.capacity(), 2 * kMaxLineBytes + 65536);
  EXPECT_EQ(reader.bytes_read(), 50'000'000);
  EXPECT_FALSE(reader.next(line));
}

TEST(LineReader, AStreamThatFailsIsNoEnd) {
  Repeated source("a line\n", 3, true);
  std::istream in(&source);
  LineReader reader(in);
  std::string line;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader.next(line));
  try {
    reader.next(line);
    FAIL() << "taken for the end";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::io);
  }
}

TEST(LineReader, AStreamThatNeverOpenedIsAnError) {
  std::istringstream in("a");
  in.setstate(std::ios::failbit);
  LineReader reader(in);
  std::string line;
  EXPECT_THROW(reader.next(line), Error);
}

// --- CSV ---

struct Record {
  Lines fields;
  std::string error, input;
  std::int64_t line = 0;
};

std::vector<Record> records_of(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::vector<Record> records;
  for (Lines fields; reader.next(fields);)
    records.push_back({fields, reader.error(), reader.input(), reader.line_number()});
  EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(text.size()));
  return records;
}

std::vector<Lines> rows_of(const std::string& text) {
  std::vector<Lines> rows;
  for (const Record& record : records_of(text)) {
    EXPECT_EQ(record.error, "");
    rows.push_back(record.fields);
  }
  return rows;
}

using Rows = std::vector<Lines>;

TEST(CsvReader, PlainAndQuotedFields) {
  EXPECT_EQ(rows_of("a,b,c\n1,2,3\n"), (Rows{{"a", "b", "c"}, {"1", "2", "3"}}));
  EXPECT_EQ(rows_of("\"a\",\"b,c\",\"d\"\"e\"\r\n,,\r\n"), (Rows{{"a", "b,c", "d\"e"}, {"", "", ""}}));
  EXPECT_EQ(rows_of("\"\",\"\"\"\"\n"), (Rows{{"", "\""}}));
  EXPECT_EQ(rows_of("a,b"), (Rows{{"a", "b"}}));
  EXPECT_EQ(rows_of("a,"), (Rows{{"a", ""}}));
  EXPECT_EQ(rows_of("\"a\""), (Rows{{"a"}}));
  EXPECT_EQ(rows_of(" a , b \n"), (Rows{{" a ", " b "}}));
}

TEST(CsvReader, LineEndsWithinQuotesAreKeptAsTheyAre) {
  EXPECT_EQ(rows_of("\"a\nb\",\"c\r\nd\"\ne,f\n"), (Rows{{"a\nb", "c\r\nd"}, {"e", "f"}}));
  EXPECT_EQ(rows_of("\"\n\"\n"), Rows{{"\n"}});
}

TEST(CsvReader, EmptyLinesAreSkippedAndCounted) {
  const std::vector<Record> records = records_of("\n\r\na\n\n\"x\n\ny\"\nb\n\n");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].line, 3);
  EXPECT_EQ(records[1].line, 5);
  EXPECT_EQ(records[1].fields, Lines{"x\n\ny"});
  EXPECT_EQ(records[2].line, 8);
}

TEST(CsvReader, TheInputIsGivenBackAsItStood) {
  const std::vector<Record> records = records_of("\xEF\xBB\xBF\"a\r\n\"\"b\" ,x\r\n\"c\",d\r\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].input, "\"a\r\n\"\"b\" ,x");
  EXPECT_EQ(records[1].input, "\"c\",d");
}

TEST(CsvReader, ABadRecordDoesNotSpoilTheNext) {
  for (const char* bad : {"\"a\"b,c", "a\"b,c", "\"a\" ,c", "\"a\"\rb,c", "x,\"a\"b\"c"}) {
    const std::vector<Record> records = records_of(std::string(bad) + "\nd,e\n");
    ASSERT_EQ(records.size(), 2U) << bad;
    EXPECT_EQ(records[0].error.rfind("expected ", 0), 0U) << bad;
    EXPECT_EQ(records[0].fields, Lines{}) << bad;
    EXPECT_EQ(records[0].input, bad);
    EXPECT_EQ(records[1].error, "") << bad;
    EXPECT_EQ(records[1].fields, (Lines{"d", "e"})) << bad;
  }
}

TEST(CsvReader, AQuoteOpenAtTheEnd) {
  const std::vector<Record> records = records_of("a,b\nc,\"d\ne,f\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].error, "expected a closing quote, found the end of the input");
  EXPECT_EQ(records[1].line, 2);
  EXPECT_EQ(records[1].input, "c,\"d\ne,f\n");
}

TEST(CsvReader, FieldsAcrossItsPieces) {
  for (const std::size_t size : {65533U, 65534U, 65535U, 65536U, 131072U}) {
    const std::string field(size, 'x');
    EXPECT_EQ(rows_of(field + ",b\r\nc,d\r\n"), (Rows{{field, "b"}, {"c", "d"}})) << size;
    EXPECT_EQ(rows_of("b," + field + "\r\nc,d\r\n"), (Rows{{"b", field}, {"c", "d"}})) << size;
    EXPECT_EQ(rows_of("\"" + field + "\"\r\nc\r\n"), (Rows{{field}, {"c"}})) << size;
    EXPECT_EQ(rows_of("\"" + field + "\"\"\r\n\"\r\nc\r\n"), (Rows{{field + "\"\r\n"}, {"c"}})) << size;
  }
}

TEST(CsvReader, ARecordThatIsTooLongIsReadToItsEnd) {
  const std::string line(1000, 'x');
  std::string text = "a,\"";
  for (int i = 0; i < 40'000; ++i) text += line + "\n";
  const std::vector<Record> records = records_of(text + "\",c\nprovider,model\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].error.rfind("expected a record of at most 33554432 bytes", 0), 0U) << records[0].error;
  EXPECT_EQ(records[0].input.size(), kMaxLineBytes);
  EXPECT_EQ(records[1].fields, (Lines{"provider", "model"}));
}

long peak_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(CsvReader, MemoryIsBoundedHoweverLongTheRecord) {
  const std::string block(65536, 'x');
  [[maybe_unused]] const long before_kib = peak_memory_kib();
  for (const std::string& unit : {"\"" + block + "\"", "\"" + block + "\n\"", block}) {
    Repeated source(unit, 4000);  // 262 MB; behind the first, each quote is a quote within the field
    std::istream in(&source);
    CsvReader reader(in);
    Lines fields;
    ASSERT_TRUE(reader.next(fields));
    EXPECT_EQ(reader.error().rfind("expected a record of at most 33554432 bytes", 0), 0U) << reader.error();
    EXPECT_EQ(fields, Lines{});
    EXPECT_LE(reader.input().size(), kMaxLineBytes);
    EXPECT_EQ(reader.bytes_read(), static_cast<std::int64_t>(4000 * unit.size()));
  }
#ifndef __SANITIZE_ADDRESS__  // it keeps what was freed
  EXPECT_LT(peak_memory_kib() - before_kib, 160 * 1024);  // of what grows and what it grows from
#endif
}

TEST(CsvReader, ReadsBackWhatIsWrittenByTheRules) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    Rows rows(1 + below(4));
    std::string text;
    for (Lines& row : rows) {
      row.resize(2 + below(3));
      for (std::size_t i = 0; i < row.size(); ++i) {
        std::string written = "\"";
        for (std::size_t left = below(6); left > 0; --left) {
          const char c = "ab,\"\r\n"[below(6)];
          row[i] += c;
          written += c == '"' ? std::string(2, c) : std::string(1, c);
        }
        const bool plain = row[i].find_first_of(",\"\r\n") == std::string::npos && below(2) == 0;
        text += (i == 0 ? "" : ",") + (plain ? row[i] : written + '"');
      }
      text += below(2) == 0 ? "\n" : "\r\n";
    }
    ASSERT_EQ(rows_of(text), rows) << text << "seed " << seed;
  }
}

}  // namespace
}  // namespace genops
