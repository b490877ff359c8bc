// Every kind of failure, each made by a server that fails in that way.

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "net_support.hpp"

namespace genops {
namespace {

using test::answer;
using test::ScriptedServer;
using Kind = HttpFailure::Kind;

// A port of this machine on which nobody listens: bound, so that nobody else takes it.
class ClosedPort {
 public:
  ClosedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0)
      throw std::runtime_error("cannot bind a port");
    port_ = ntohs(address.sin_port);
  }
  ~ClosedPort() { ::close(socket_); }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  std::string host_port() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_, port_ = 0;
};

// A variable of the environment for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) ::setenv(name_, before_->c_str(), 1);
    if (!before_) ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

std::string host_port(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

HttpResult send_to(const ScriptedServer& server, HttpOptions options = {}) {
  return make_http_transport(std::move(options))->send(post(server.url(), "body"));
}

TEST(HttpFailure, NobodyListens) {
  const ClosedPort closed;
  int sent = 0;
  HttpRequest request = post("http://" + closed.host_port() + "/_bulk", "body");
  request.on_sent = [&] { ++sent; };
  EXPECT_EQ(expect_failure(make_http_transport({})->send(request), Kind::unreachable),
            "cannot connect to " + closed.host_port() + ": Connection refused");
  EXPECT_EQ(sent, 0);
}

TEST(HttpFailure, NoSuchName) {
  const Variable directly("no_proxy", "*");
  const auto result = make_http_transport({})->send(request_to("http://nowhere.invalid:9200/"));
  const std::string message = expect_failure(result, Kind::unreachable);
  EXPECT_EQ(message.rfind("cannot connect to nowhere.invalid:9200: ", 0), 0U) << message;
}

TEST(HttpFailure, AServerThatSpeaksNoTls) {
  ScriptedServer server(std::vector<test::Reply>{});
  server.greet(test::then_close({"220 mail.example\r\n"}));
  const std::string url = "https://" + host_port(server);
  const std::string message =
      expect_failure(make_http_transport({})->send(post(url, "body")), Kind::unreachable);
  EXPECT_EQ(message.rfind("cannot connect to " + host_port(server) + ": ", 0), 0U) << message;
}

TEST(HttpFailure, AHandshakeThatNeverEnds) {
  ScriptedServer server(std::vector<test::Reply>{});
  server.greet(test::never());
  HttpOptions options;
  options.connect_timeout_ms = 50;
  int sent = 0;
  HttpRequest request = post("https://" + host_port(server), "body");
  request.on_sent = [&] { ++sent; };
  expect_failure(make_http_transport(options)->send(request), Kind::unreachable);
  EXPECT_EQ(sent, 0);
}

TEST(HttpFailure, AProxyThatIsNotThere) {
  const Variable exceptions("no_proxy", "none.invalid");
  const ClosedPort closed;
  const Variable proxy("http_proxy", "http://" + closed.host_port());
  expect_failure(make_http_transport({})->send(request_to("http://search.example/")), Kind::unreachable);
  ScriptedServer server({answer(200)});
  EXPECT_EQ(expect_response(send_to(server)).status, 200) << "no proxy for this machine";
}

TEST(HttpFailure, AProxyIsUsedForOtherMachines) {
  const Variable exceptions("no_proxy", "none.invalid");
  ScriptedServer proxy({answer(407)});
  const Variable variable("http_proxy", proxy.url());
  EXPECT_EQ(expect_response(make_http_transport({})->send(request_to("http://search.example/x"))).status,
            407);
  EXPECT_EQ(proxy.requests().at(0).target, "http://search.example/x");
}

// The tunnel was refused, so nothing of the request has been sent, though the proxy has answered.
TEST(HttpFailure, AProxyThatRefusesATunnel) {
  const Variable exceptions("no_proxy", "none.invalid");
  ScriptedServer proxy({answer(403, "no")});
  const Variable variable("https_proxy", proxy.url());
  int sent = 0;
  HttpRequest request = request_to("https://search.example/");
  request.on_sent = [&] { ++sent; };
  expect_failure(make_http_transport({})->send(request), Kind::unreachable);
  EXPECT_EQ(proxy.requests().at(0).method, "CONNECT");
  EXPECT_EQ(sent, 0);
}

TEST(HttpFailure, AnAnswerThatIsMissingOrDamaged) {
  const std::string packed = gzipped(std::string(10'000, 'x') + "end");
  std::string damaged = packed, wrong_sum = packed;
  damaged[12] = static_cast<char>(damaged[12] ^ 0x55);
  wrong_sum[packed.size() - 6] = static_cast<char>(wrong_sum[packed.size() - 6] ^ 1);
  const test::Headers gzip = {{"Content-Encoding", "gzip"}};
  const std::pair<const char*, test::Reply> table[] = {
      {"none", test::hang_up()},
      {"half a status line", test::cut_short(answer(200), answer(200).bytes.size() - 5)},
      {"headers only in part", test::cut_short(answer(200), 2)},
      {"short body", test::cut_short(answer(200, "0123456789"), 3)},
      {"no body", test::cut_short(answer(200, "0123456789"), 10)},
      {"short chunk", test::cut_short(test::chunked(200, {"0123456789"}), 10)},
      {"no last chunk", test::cut_short(test::chunked(200, {"0123456789"}), 5)},
      {"no gzip", answer(200, "plain text", gzip)},
      {"damaged gzip", answer(200, damaged, gzip)},
      {"wrong check sum", answer(200, wrong_sum, gzip)},
      {"an encoding not asked for", answer(200, "x", {{"Content-Encoding", "aes128gcm"}})},
      {"no HTTP", test::then_close({"SSH-2.0-server\r\n"})},
  };
  for (const auto& [what, reply] : table) {
    SCOPED_TRACE(what);
    ScriptedServer server({test::then_close(reply)});
    int sent = 0;
    HttpRequest request = post(server.url(), "body");
    request.on_sent = [&] { ++sent; };
    const std::string message = expect_failure(make_http_transport({})->send(request), Kind::interrupted);
    EXPECT_EQ(message.rfind("no whole answer from " + host_port(server) + ": ", 0), 0U) << message;
    EXPECT_EQ(sent, 1);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(HttpFailure, AnAnswerAboveTheLimit) {
  HttpOptions options;
  options.max_answer_bytes = 100'000;
  const std::string fits(100'000, 'x'), above(100'001, 'x');
  const test::Headers gzip = {{"Content-Encoding", "gzip"}};
  ASSERT_LT(gzipped(above).size(), 1000U);
  for (const test::Reply& reply :
       {answer(200, fits), test::chunked(200, {fits}), answer(200, gzipped(fits), gzip)}) {
    ScriptedServer server({reply});
    EXPECT_EQ(expect_response(send_to(server, options)).body.size(), 100'000U);
  }
  // The last one is large on the wire only: a thousand of gzip's empty blocks.
  std::string empty_blocks = gzipped("").substr(0, 10);
  for (int i = 0; i < 40'000; ++i) empty_blocks += std::string("\x00\x00\x00\xff\xff", 5);
  for (const test::Reply& reply :
       {answer(200, above), test::chunked(200, {above}), answer(200, gzipped(above), gzip),
        test::chunked(200, {gzipped(std::string(20'000'000, 'x'))}, gzip),
        test::chunked(200, {empty_blocks}, gzip)}) {
    ScriptedServer server({reply});
    EXPECT_EQ(expect_failure(send_to(server, options), Kind::interrupted),
              "no whole answer from " + host_port(server) + ": the answer is larger than 100000 bytes");
  }
}

TEST(HttpFailure, NoAnswerInTime) {
  ScriptedServer server({test::never()});
  HttpRequest request = post(server.url(), "body");
  request.timeout_ms = 500;
  EXPECT_EQ(expect_failure(make_http_transport({})->send(request), Kind::timed_out),
            "no whole answer from " + host_port(server) + " within 500 ms");
}

TEST(HttpFailure, HalfAnAnswerInTime) {
  test::Reply half = answer(200, "0123456789");
  half.bytes.resize(half.bytes.size() - 5);
  half.then = test::Reply::Then::hang;
  ScriptedServer server({half, answer(200, "whole")});
  const auto transport = make_http_transport({});
  HttpRequest request = post(server.url(), "body");
  request.timeout_ms = 500;
  expect_failure(transport->send(request), Kind::timed_out);
  EXPECT_EQ(expect_response(transport->send(post(server.url(), "body"))).body, "whole")
      << "on a fresh connection";
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpFailure, ACancelledRequest) {
  ScriptedServer server({test::never()});
  std::atomic<bool> sent = false;
  HttpOptions options;
  options.cancelled = [&] { return sent.load(); };
  HttpRequest request = post(server.url(), "body");
  request.on_sent = [&] { sent = true; };
  EXPECT_EQ(expect_failure(make_http_transport(options)->send(request), Kind::cancelled),
            "cancelled before " + host_port(server) + " had answered");
}

TEST(HttpFailure, ARequestCancelledFromTheStart) {
  ScriptedServer server(std::vector<test::Reply>{});
  HttpOptions options;
  options.cancelled = [] { return true; };
  expect_failure(send_to(server, options), Kind::cancelled);
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpFailure, ARequestThatCannotBeSent) {
  ScriptedServer server(std::vector<test::Reply>{});
  const auto transport = make_http_transport({});
  for (const std::string& url : {std::string(), std::string("no url"), std::string("127.0.0.1:9200"),
                                 std::string("ftp://127.0.0.1/"), std::string("file:///etc/passwd"),
                                 std::string("http://"), server.url(" x"), std::string("http://h\0x", 10)})
    expect_failure(transport->send(post(url, "body")), Kind::invalid);
  const std::string message =
      expect_failure(transport->send(post("http://me:canary@127.0.0.1:1/", "")), Kind::invalid);
  EXPECT_EQ(message.find("canary"), std::string::npos) << message;
  for (const std::string method : {"", "PO ST", "GET / HTTP/1.1\r\nX: y"})
    expect_failure(transport->send(request_to(server.url(), method)), Kind::invalid);
  const HttpHeader headers[] = {{"", "x"},          {"A B", "x"},  {"A:", "x"},
                                {"A", "x\r\nB: y"}, {"A", "x\ny"}, {"A\n", "x"}};
  for (const HttpHeader& header : headers) {
    HttpRequest request = post(server.url(), "body");
    request.headers.push_back(header);
    expect_failure(transport->send(request), Kind::invalid);
  }
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace genops
