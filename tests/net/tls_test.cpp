// A real TLS server, of Python's standard library, with a certificate made for the test.

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>

#include "net_support.hpp"
#include "support/folder.hpp"

namespace genops {
namespace {

using Kind = HttpFailure::Kind;

// Answers 200 with the size of the body; below /close it closes when it has read the headers, and below /half in
// the middle of its answer.
constexpr const char* kServer = R"(
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args):
        pass
    def do_POST(self):
        if self.path == "/close":
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        text = str(len(body)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text) + (5 if self.path == "/half" else 0)))
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = self.path == "/half"
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
)";

int run_quietly(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str());
}

class TlsServer {
 public:
  // `name`: whom the certificate is for, as IP:127.0.0.1.
  explicit TlsServer(const std::string& name) {
    if (run_quietly(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test"
            " -addext subjectAltName=" +
            name + " -keyout '" + key_ + "' -out '" + certificate_ + "'") != 0)
      throw std::runtime_error("openssl made no certificate");
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    const char* words[] = {"python3", "-c", kServer, certificate_.c_str(), key_.c_str(), nullptr};
    const int code =
        ::posix_spawnp(&child_, "python3", &actions, nullptr, const_cast<char**>(words), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (code == 0) read_port(ends[0]);
    ::close(ends[0]);
    if (code != 0) throw std::runtime_error("python3 did not start");
    if (port_.empty()) ::waitpid(child_, nullptr, 0);
    if (port_.empty()) throw std::runtime_error("the TLS server did not start");
  }
  ~TlsServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  const std::string& certificate() const { return certificate_; }
  std::string host_port() const { return "127.0.0.1:" + port_; }
  std::string url(const std::string& path) const { return "https://" + host_port() + path; }

 private:
  void read_port(int from) {
    for (char byte = 0; ::read(from, &byte, 1) == 1 && byte != '\n';) port_ += byte;
  }

  test::Folder folder_;
  std::string key_ = folder_ / "key.pem", certificate_ = folder_ / "certificate.pem", port_;
  pid_t child_ = -1;
};

class Tls : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_quietly("openssl version") != 0)
      GTEST_SKIP() << "needs the command openssl, which is not installed";
    if (run_quietly("python3 -c 'import ssl'") != 0)
      GTEST_SKIP() << "needs python3 with ssl, which is not installed";
    server_ = std::make_unique<TlsServer>("IP:127.0.0.1");
  }
  HttpResult send(const std::string& url, const std::string& ca_file, std::string_view body = "body") {
    HttpOptions options;
    options.ca_file = ca_file;
    HttpRequest request = post(url, body);
    request.on_sent = [this] { ++sent_; };
    return make_http_transport(options)->send(request);
  }

  std::unique_ptr<TlsServer> server_;
  int sent_ = 0;
};

TEST_F(Tls, AnUnknownCertificateIsRefused) {
  const std::string message = expect_failure(send(server_->url("/"), ""), Kind::untrusted);
  EXPECT_EQ(message.rfind("cannot trust " + server_->host_port() + ": ", 0), 0U) << message;
  EXPECT_EQ(sent_, 0);
}

TEST_F(Tls, ACertificateOfTheGivenFileIsTrusted) {
  const HttpResponse response =
      expect_response(send(server_->url("/"), server_->certificate(), std::string(3'000'000, 'x')));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "3000000");
  EXPECT_EQ(sent_, 1);
}

TEST_F(Tls, ACertificateForAnotherNameIsRefused) {
  const TlsServer other("DNS:other.example");
  expect_failure(send(other.url("/"), other.certificate()), Kind::untrusted);
  expect_failure(send(server_->url("/"), other.certificate()), Kind::untrusted);
  EXPECT_EQ(sent_, 0);
}

TEST_F(Tls, AnUnreadableAuthorityFileIsInvalid) {
  const test::Folder folder;
  std::ofstream(folder / "text.pem") << "no certificate\n";
  for (const char* name : {"missing.pem", "text.pem"}) {
    const std::string message = expect_failure(send(server_->url("/"), folder / name), Kind::invalid);
    EXPECT_NE(message.find(name), std::string::npos) << message;
  }
  EXPECT_EQ(sent_, 0);
}

// Writing to a connection that the other side has closed must not end the process (SIGPIPE).
TEST_F(Tls, AServerThatClosesInTheMiddle) {
  const std::string large(30'000'000, 'x');
  for (int i = 0; i < 5; ++i)
    expect_failure(send(server_->url("/close"), server_->certificate(), large), Kind::interrupted);
  EXPECT_EQ(sent_, 0);
  expect_failure(send(server_->url("/half"), server_->certificate()), Kind::interrupted);
  EXPECT_EQ(sent_, 1);
}

}  // namespace
}  // namespace genops
