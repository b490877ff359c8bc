#include "net/credentials.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "genops/error.hpp"
#include "support/folder.hpp"

namespace genops {
namespace {

class Credentials : public ::testing::Test {
 protected:
  std::string file(const std::string& content, mode_t mode = 0600) {
    const std::string path = folder_ / ("secret" + std::to_string(++files_));
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  std::string header() {
    return authorization(sources_, url_, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  std::string refusal(Errc code, const std::string& expected) {
    try {
      ADD_FAILURE() << "accepted: " << header();
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(error.code(), code) << message;
      EXPECT_NE(message.find(expected), std::string::npos) << message << " should name " << expected;
      EXPECT_EQ((message + error.hint()).find("canary"), std::string::npos) << message;
      return message;
    }
    return "";
  }

  test::Folder folder_;
  int files_ = 0;
  CredentialSources sources_;
  HttpUrl url_ = parse_http_url("https://search.example", "url");
  std::map<std::string, std::string> environment_;
};

TEST_F(Credentials, NoneIsNone) {
  EXPECT_EQ(header(), "");
  sources_.api_key_variable = "KEY";
  sources_.user_variable = "USER_NAME";
  sources_.password_variable = "PASSWORD";
  EXPECT_EQ(header(), "");
  environment_ = {{"KEY", ""}, {"USER_NAME", ""}, {"PASSWORD", ""}};
  EXPECT_EQ(header(), "");
}

TEST_F(Credentials, AnApiKeyIsTakenInBothForms) {
  const std::pair<const char*, const char*> table[] = {
      {"id:key", "ApiKey aWQ6a2V5"},
      {"id:key\n", "ApiKey aWQ6a2V5"},
      {"id:key\r\n", "ApiKey aWQ6a2V5"},
      {"id:key1", "ApiKey aWQ6a2V5MQ=="},
      {"i:key12", "ApiKey aTprZXkxMg=="},
      {"id:key12", "ApiKey aWQ6a2V5MTI="},
      {"aWQ6a2V5MQ==\n", "ApiKey aWQ6a2V5MQ=="},
  };
  for (const auto& [content, expected] : table) {
    sources_.api_key_file = file(content);
    EXPECT_EQ(header(), expected) << content;
  }
}

TEST_F(Credentials, AUserHasAPassword) {
  sources_.user = "Aladdin";
  sources_.password_file = file("open sesame\n");
  EXPECT_EQ(header(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  sources_.password_file = file("a:b ~!");
  EXPECT_EQ(header(), "Basic QWxhZGRpbjphOmIgfiE=");
  sources_.user = "Ala:ddin";
  refusal(Errc::invalid_argument, "user: expected a name without ':'");
  sources_.user = "Ala\nddin";
  refusal(Errc::invalid_argument, "user: ");
  sources_.user = "";
  refusal(Errc::invalid_argument, "password file: ");
  sources_ = {};
  sources_.user = "Aladdin";
  refusal(Errc::invalid_argument, "user: ");
}

TEST_F(Credentials, FilesWinOverTheEnvironmentAndKeysOverPasswords) {
  sources_.api_key_variable = "KEY";
  sources_.user_variable = "USER_NAME";
  sources_.password_variable = "PASSWORD";
  environment_ = {{"USER_NAME", "u"}, {"PASSWORD", "p"}};
  EXPECT_EQ(header(), "Basic dTpw");
  environment_["KEY"] = "a:b";
  EXPECT_EQ(header(), "ApiKey YTpi");
  sources_.user = "v";
  sources_.password_file = file("q");
  EXPECT_EQ(header(), "Basic djpx");
  sources_.api_key_file = file("c:d");
  EXPECT_EQ(header(), "ApiKey Yzpk");
}

TEST_F(Credentials, AVariableIsJudgedLikeAFile) {
  sources_.api_key_variable = "KEY";
  sources_.user_variable = "USER_NAME";
  sources_.password_variable = "PASSWORD";
  environment_ = {{"KEY", "can\ncanary"}};
  refusal(Errc::invalid_argument, "KEY: ");
  environment_ = {{"USER_NAME", "u"}};
  refusal(Errc::invalid_argument, "USER_NAME: ");
  environment_ = {{"PASSWORD", "canary"}};
  refusal(Errc::invalid_argument, "PASSWORD: ");
  environment_ = {{"USER_NAME", "u"}, {"PASSWORD", "canary\xc3\xa4"}};
  refusal(Errc::invalid_argument, "PASSWORD: ");
}

TEST_F(Credentials, AFileIsPrivateAndOneLine) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0660U, 0777U}) {
    sources_.api_key_file = file("canary:canary", mode);
    refusal(Errc::invalid_argument, sources_.api_key_file);
  }
  const std::string contents[] = {
      "",           "\n",          "\r\n",           "canary:a\ncanary:b",       "canary:a\n\n",
      "canary key", "canary\tkey", "canary\xc3\xa4", std::string("canary\0", 7), std::string(100'000, 'x')};
  for (const std::string& content : contents) {
    sources_.api_key_file = file(content);
    refusal(Errc::invalid_argument, sources_.api_key_file);
  }
  for (const mode_t mode : {0600U, 0400U, 0700U}) {
    sources_.api_key_file = file("id:key", mode);
    EXPECT_EQ(header(), "ApiKey aWQ6a2V5");
  }
}

TEST_F(Credentials, OtherThanAFileIsRefused) {
  sources_.api_key_file = folder_ / "missing";
  refusal(Errc::not_found, "API key file '" + sources_.api_key_file + "'");
  sources_.api_key_file = file("x") + "/below";
  refusal(Errc::not_found, sources_.api_key_file);
  sources_.api_key_file = folder_ / "";
  EXPECT_NE(refusal(Errc::invalid_argument, sources_.api_key_file).find("found a folder"), std::string::npos);
  sources_.api_key_file = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(sources_.api_key_file.c_str(), 0600), 0);
  refusal(Errc::invalid_argument, "a regular file");
}

TEST_F(Credentials, TheyTravelInTheClearOnThisMachineOnly) {
  sources_.api_key_file = file("canary:canary");
  const std::string expected = header();
  EXPECT_EQ(expected.rfind("ApiKey ", 0), 0U);
  for (const char* text :
       {"http://localhost:9200", "http://127.0.0.1", "http://[::1]:9200", "https://10.0.0.1"}) {
    url_ = parse_http_url(text, "url");
    EXPECT_EQ(header(), expected) << text;
  }
  for (const char* text : {"http://search.example", "http://10.0.0.1:9200", "http://localhost.example"}) {
    url_ = parse_http_url(text, "url");
    refusal(Errc::invalid_argument, "expected https");
  }
  sources_ = {};
  EXPECT_EQ(header(), "");
}

}  // namespace
}  // namespace genops
