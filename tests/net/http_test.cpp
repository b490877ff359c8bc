// What goes over the wire, and what comes back.

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "net/gzip.hpp"
#include "net_support.hpp"

namespace genops {
namespace {

using test::answer;
using test::ScriptedServer;

// Larger than what libcurl sends together with the headers.
std::string large_body(std::size_t size = 2'000'000) {
  std::string text;
  for (std::int64_t i = 0; text.size() < size; ++i)
    text += "{\"create\":{\"_id\":\"" + std::to_string(i * 7919) + "\"}}\n";
  return text;
}

TEST(Http, AResponseIsWhatTheServerSaid) {
  ScriptedServer server(
      {answer(201, "{\"took\":3}", {{"Content-Type", "application/json"}, {"retry-after", "7"}})});
  const HttpResponse response =
      expect_response(make_http_transport({})->send(request_to(server.url("/a?b=c"))));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.retry_after, "7");
  EXPECT_EQ(response.body, "{\"took\":3}");
  EXPECT_EQ(server.requests().at(0).method, "GET");
  EXPECT_EQ(server.requests().at(0).target, "/a?b=c");
}

TEST(Http, EveryStatusIsAResponse) {
  for (const int status : {200, 204, 304, 400, 401, 404, 407, 413, 429, 500, 503, 599}) {
    ScriptedServer server(
        {status == 204 || status == 304 ? test::Reply{test::head_of(status, {})} : answer(status, "x")});
    const HttpResponse response = expect_response(make_http_transport({})->send(post(server.url(), "body")));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "");
    EXPECT_EQ(response.retry_after, "");
  }
}

TEST(Http, ARequestIsSentAsGiven) {
  ScriptedServer server([](const test::SeenRequest&) { return answer(200); });
  const auto transport = make_http_transport({});
  for (const std::string method : {"GET", "POST", "PUT"})
    for (const std::string& body : {std::string(), std::string("a\0b\n", 4), large_body()}) {
      HttpRequest request = request_to(server.url("/p"), method);
      request.body = body;
      request.headers = {{"Accept", "application/json"}, {"Authorization", "ApiKey abc"}, {"X-Nothing", ""}};
      expect_response(transport->send(request));
      const test::SeenRequest seen = server.requests().back();
      EXPECT_EQ(seen.method, method);
      EXPECT_TRUE(seen.body == body) << method << ": " << seen.body.size() << " of " << body.size()
                                     << " bytes";
      EXPECT_EQ(seen.header("Accept"), "application/json");
      EXPECT_EQ(seen.header("Authorization"), "ApiKey abc");
      EXPECT_TRUE(seen.has("X-Nothing"));
      EXPECT_EQ(seen.header("Accept-Encoding"), "gzip");
      EXPECT_EQ(seen.header("User-Agent").rfind("genops/", 0), 0U);
      for (const char* name : {"Expect", "Content-Encoding", "Content-Type", "Transfer-Encoding"})
        EXPECT_FALSE(seen.has(name)) << name << ": " << seen.header(name);
      EXPECT_EQ(seen.has("Content-Length"), method != "GET" || !body.empty()) << method;
    }
  EXPECT_EQ(server.requests().size(), 9U);
}

TEST(Http, ABodyTravelsCompressed) {
  ScriptedServer server([](const test::SeenRequest&) { return answer(200); });
  const auto transport = make_http_transport({});
  const std::string large = large_body();
  for (const std::string& body : {large, std::string("short"), large, std::string("\0", 1)}) {
    HttpRequest request = post(server.url(), body);
    request.gzip = true;
    expect_response(transport->send(request));
    const test::SeenRequest seen = server.requests().back();
    EXPECT_EQ(seen.header("Content-Encoding"), "gzip");
    EXPECT_EQ(seen.header("Content-Type"), "application/x-ndjson");
    EXPECT_FALSE(seen.has("Expect"));
    EXPECT_TRUE(gunzipped(seen.body, body.size()) == body);
  }
  EXPECT_TRUE(server.requests().at(0).body == server.requests().at(2).body) << "the same bytes each time";
  EXPECT_LT(server.requests().at(0).body.size(), large.size() / 3);
  HttpRequest empty = post(server.url(), "");
  empty.gzip = true;
  expect_response(transport->send(empty));
  EXPECT_FALSE(server.requests().back().has("Content-Encoding"));
}

TEST(Http, RandomBytesSurviveCompression) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << '\n';
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Gzip gzip;
  for (int i = 0; i < 200; ++i) {
    std::string body(std::uniform_int_distribution<std::size_t>(0, 5000)(random), '\0');
    for (char& byte : body) byte = static_cast<char>(random());
    ASSERT_TRUE(gunzipped(std::string(gzip.compress(body)), body.size()) == body);
  }
}

TEST(Http, AnAnswerMayBeChunkedOrCompressed) {
  const std::string text = large_body(300'000);
  const std::string packed = gzipped(text);
  ScriptedServer server(std::vector<test::Reply>{
      test::chunked(200, {text.substr(0, 10), text.substr(10)}),
      answer(200, packed, {{"Content-Encoding", "gzip"}}),
      test::chunked(200, {packed.substr(0, 7), packed.substr(7)}, {{"content-encoding", "gzip"}}),
      test::then_close({test::head_of(200, {{"Connection", "close"}}) + text})});
  const auto transport = make_http_transport({});
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(expect_response(transport->send(request_to(server.url()))).body == text) << i;
}

TEST(Http, ARedirectIsAnAnswer) {
  ScriptedServer elsewhere(std::vector<test::Reply>{});
  for (const int status : {301, 302, 303, 307, 308}) {
    ScriptedServer server({answer(status, "", {{"Location", elsewhere.url("/next")}})});
    EXPECT_EQ(expect_response(make_http_transport({})->send(post(server.url(), "x"))).status, status);
    EXPECT_EQ(server.requests().size(), 1U);
  }
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(Http, AConnectionIsKept) {
  ScriptedServer server([](const test::SeenRequest&) { return answer(200, "x"); });
  const auto transport = make_http_transport({});
  for (int i = 0; i < 5; ++i) expect_response(transport->send(post(server.url(), "body")));
  EXPECT_EQ(server.requests().size(), 5U);
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, AKeptConnectionThatWasClosedIsReplaced) {
  ScriptedServer server(
      std::vector<test::Reply>{test::then_close(answer(200, "first")), answer(200, "second")});
  const auto transport = make_http_transport({});
  expect_response(transport->send(post(server.url(), "body")));
  server.wait_until_closed();
  EXPECT_EQ(expect_response(transport->send(post(server.url(), "body"))).body, "second");
  EXPECT_EQ(server.connections(), 2);
}

// The server closes just while the request is on its way: no byte of an answer came, so libcurl tries once more.
TEST(Http, AKeptConnectionThatDiesUnderARequestIsReplaced) {
  ScriptedServer server(
      std::vector<test::Reply>{answer(200, "first"), test::hang_up(), answer(200, "second")});
  const auto transport = make_http_transport({});
  expect_response(transport->send(post(server.url(), "body")));
  int sent = 0;
  HttpRequest request = post(server.url(), "body");
  request.on_sent = [&] { ++sent; };
  EXPECT_EQ(expect_response(transport->send(request)).body, "second");
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(server.connections(), 2);
}

// The server never answers and the client gives up as soon as it has said so: it said so by itself.
TEST(Http, SentIsSaidBeforeAnAnswer) {
  const std::string large = large_body(3'000'000);
  for (const std::string_view body : {std::string_view("x"), std::string_view(large)})
    for (const bool gzip : {false, true}) {
      ScriptedServer server({test::never()});
      int sent = 0;
      HttpOptions options;
      options.cancelled = [&] { return sent > 0; };
      HttpRequest request = post(server.url(), body);
      request.gzip = gzip;
      request.on_sent = [&] { ++sent; };
      expect_failure(make_http_transport(options)->send(request), HttpFailure::Kind::cancelled);
      EXPECT_EQ(sent, 1) << body.size() << ' ' << gzip;
    }
}

TEST(Http, SentIsSaidOnce) {
  const std::string large = large_body(3'000'000);
  for (const std::string_view body : {std::string_view(), std::string_view("x"), std::string_view(large)}) {
    ScriptedServer server({answer(200, large)});
    int sent = 0;
    HttpRequest request = post(server.url(), body);
    request.on_sent = [&] { ++sent; };
    EXPECT_TRUE(expect_response(make_http_transport({})->send(request)).body == large);
    EXPECT_EQ(sent, 1) << body.size();
  }
}

TEST(Http, SentIsNotSaidOfABodyThatDidNotLeave) {
  int sent = 0;
  const std::string large = large_body(30'000'000);
  ScriptedServer server(std::vector<test::Reply>{});
  test::Reply refusal = answer(413, "too large", {{"Connection", "close"}});
  refusal.then = test::Reply::Then::linger;
  server.answer_early(refusal);
  HttpRequest request = post(server.url(), large);
  request.on_sent = [&] { ++sent; };
  const HttpResponse response = expect_response(make_http_transport({})->send(request));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "too large");
  EXPECT_EQ(sent, 0);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Http, WhatACallbackThrowsComesOut) {
  ScriptedServer server([](const test::SeenRequest&) { return answer(200, "x"); });
  HttpRequest request = post(server.url(), "body");
  request.on_sent = [] { throw std::runtime_error("from on_sent"); };
  const auto transport = make_http_transport({});
  EXPECT_THROW(transport->send(request), std::runtime_error);
  EXPECT_EQ(expect_response(transport->send(post(server.url(), "body"))).status, 200);
  HttpOptions options;
  options.cancelled = []() -> bool { throw std::logic_error("from cancelled"); };
  EXPECT_THROW(make_http_transport(options)->send(post(server.url(), "body")), std::logic_error);
}

}  // namespace
}  // namespace genops
