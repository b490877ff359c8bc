#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace genops::test {

/// A request as it came over the wire.
struct SeenRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;    ///< its Content-Length bytes, still compressed
  int connection = 0;  ///< from 1, in order of arrival

  /// Value of a header, whatever its case; '' = not there.
  std::string header(const std::string& name) const {
    for (const auto& [key, value] : headers)
      if (strcasecmp(key.c_str(), name.c_str()) == 0) return value;
    return "";
  }
  bool has(const std::string& name) const {
    return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
      return strcasecmp(header.first.c_str(), name.c_str()) == 0;
    });
  }
};

/// What the server does once it has read a request.
struct Reply {
  enum class Then {
    keep,    ///< wait for the next request
    close,   ///< close at once
    linger,  ///< say that nothing follows, and read on until the other side closes
    hang,    ///< say nothing more until the other side closes
  };
  std::string bytes;  ///< sent as they are
  Then then = Then::keep;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

inline std::string head_of(int status, const Headers& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

inline Reply answer(int status, const std::string& body = "", Headers headers = {}) {
  headers.emplace_back("Content-Length", std::to_string(body.size()));
  return {head_of(status, headers) + body};
}

/// `pieces` as the chunks of one body.
inline Reply chunked(int status, const std::vector<std::string>& pieces, Headers headers = {}) {
  headers.emplace_back("Transfer-Encoding", "chunked");
  std::string text = head_of(status, headers);
  for (const std::string& piece : pieces) {
    char size[16];
    text.append(size, std::to_chars(size, size + sizeof size, piece.size(), 16).ptr) +=
        "\r\n" + piece + "\r\n";
  }
  return {text + "0\r\n\r\n"};
}

/// Closes without a word.
inline Reply hang_up() {
  return {"", Reply::Then::close};
}

/// Never answers; the client has to give up.
inline Reply never() {
  return {"", Reply::Then::hang};
}

/// The reply without its last `missing` bytes, then closed.
inline Reply cut_short(Reply reply, std::size_t missing) {
  reply.bytes.resize(reply.bytes.size() - missing);
  reply.then = Reply::Then::close;
  return reply;
}

/// The reply, which promises to keep the connection, which is then closed.
inline Reply then_close(Reply reply) {
  reply.then = Reply::Then::close;
  return reply;
}

/// A server of HTTP/1.1 on 127.0.0.1 and a free port; each connection has its thread, so `handler` may be called
/// by several at once. Bodies need a Content-Length; nobody is asked to continue (100).
class ScriptedServer {
 public:
  using Handler = std::function<Reply(const SeenRequest&)>;

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)) { listen(); }

  /// The replies one after the other; a request beyond them gets 599.
  explicit ScriptedServer(std::vector<Reply> script)
      : ScriptedServer([script = std::move(script),
                        next = std::make_shared<std::atomic<std::size_t>>(0)](const SeenRequest&) {
          const std::size_t turn = (*next)++;
          return turn < script.size() ? script[turn] : answer(599, "the script is over");
        }) {}

  ~ScriptedServer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);  // ends accept
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// From now on the reply to every request, given after its headers and before its body is read, as a proxy says
  /// 413. Such requests are noted without their body.
  void answer_early(Reply reply) {
    const std::lock_guard lock(mutex_);
    early_ = std::move(reply);
  }

  /// From now on given to every connection at once, before anything is read.
  void greet(Reply reply) {
    const std::lock_guard lock(mutex_);
    greeting_ = std::move(reply);
  }

  int port() const { return port_; }
  std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  std::vector<SeenRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  /// Waits until every connection that was accepted has ended on this side.
  void wait_until_closed() {
    std::unique_lock lock(mutex_);
    closed_.wait(lock, [this] { return open_.empty(); });
  }

 private:
  void listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("the scripted server cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        ::close(socket);
        return;
      }
      open_.insert(socket);
      threads_.emplace_back([this, socket, number = ++connections_] { serve(socket, number); });
    }
  }

  void serve(int socket, int number) {
    std::string unread;
    const auto greeting = now(greeting_);
    if (!greeting || send_reply(socket, *greeting, unread))
      while (serve_one(socket, number, unread)) {
      }
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::close(socket);
    closed_.notify_all();
  }

  // False: the connection is to be closed.
  bool serve_one(int socket, int number, std::string& unread) {
    std::size_t end = 0;
    while ((end = unread.find("\r\n\r\n")) == std::string::npos)
      if (!receive(socket, unread)) return false;
    SeenRequest request = parse(unread.substr(0, end + 2));
    request.connection = number;
    unread.erase(0, end + 4);
    const std::string length = request.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    if (const auto early = now(early_)) {
      note(request);
      return send_reply(socket, *early, unread);
    }
    while (unread.size() < size)
      if (!receive(socket, unread)) return false;
    request.body = unread.substr(0, size);
    unread.erase(0, size);
    note(request);
    return send_reply(socket, handler_(request), unread);
  }

  static bool send_reply(int socket, const Reply& reply, std::string& unread) {
    for (std::size_t sent = 0; sent < reply.bytes.size();) {
      const ssize_t count =
          ::send(socket, reply.bytes.data() + sent, reply.bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    if (reply.then == Reply::Then::keep) return true;
    if (reply.then == Reply::Then::close) return false;
    if (reply.then == Reply::Then::linger) ::shutdown(socket, SHUT_WR);
    while (receive(socket, unread)) unread.clear();
    return false;
  }

  static bool receive(int socket, std::string& unread) {
    char bytes[65536];
    const ssize_t count = ::recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    unread.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  // Of the lines up to the empty one, each with its end.
  static SeenRequest parse(const std::string& head) {
    SeenRequest request;
    const std::size_t first = head.find("\r\n");
    const std::size_t space = head.find(' ');
    request.method = head.substr(0, space);
    request.target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    for (std::size_t start = first + 2; start < head.size();) {
      const std::size_t end = head.find("\r\n", start);
      const std::size_t colon = head.find(':', start);
      const std::size_t value = head.find_first_not_of(' ', colon + 1);
      request.headers.emplace_back(head.substr(start, colon - start), head.substr(value, end - value));
      start = end + 2;
    }
    return request;
  }

  void note(const SeenRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  std::optional<Reply> now(const std::optional<Reply>& reply) const {
    const std::lock_guard lock(mutex_);
    return reply;
  }

  Handler handler_;
  int listener_ = -1, port_ = 0, connections_ = 0;
  bool stopping_ = false;
  std::optional<Reply> early_, greeting_;
  std::vector<SeenRequest> requests_;
  std::set<int> open_;
  mutable std::mutex mutex_;
  std::condition_variable closed_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace genops::test
