#include "bench/floor_io.hpp"

#include "bench/descriptor_io.hpp"
#include "bench/http_text.hpp"
#include "bench/json_scan.hpp"
#include "bench/stdio_child_io.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace toolscore {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t input_bytes_max = http_head_bytes_max + http_body_bytes_max;
constexpr std::size_t connections_max = 4096;

struct connection {
  owned_fd socket;
  std::uint64_t serial = 0; ///< Tells it from a later one with the same descriptor.
  std::string in;
  std::string out;    ///< What the socket did not take at once.
  bool waits = false; ///< Until the socket takes more of `out`.
  bool busy = false;  ///< Its one call is with the server; what it sends meanwhile waits in `in`.
};

struct waiting_call {
  int fd = -1;
  std::uint64_t serial = 0;
  std::string id; ///< As the client wrote it.
  bool opens_session = false;
};

class floor_gateway {
public:
  floor_gateway(owned_fd listener, stdio_child server, bool write_each)
      : write_each_(write_each), listener_(std::move(listener)), server_(std::move(server)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(read_bytes, '\0') {
    set_nonblocking(listener_.get());
    set_nonblocking(server_.to.get());
    set_nonblocking(server_.from.get());
    watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN);
    watch(EPOLL_CTL_ADD, server_.from.get(), EPOLLIN);
    watch(EPOLL_CTL_ADD, server_.to.get(), 0);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (server_alive_) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        const int fd = event.data.fd;
        if (fd == listener_.get())
          accept_all();
        else if (fd == server_.from.get())
          read_server();
        else if (fd != server_.to.get())
          serve(fd, event.events);
        else if ((event.events & EPOLLERR) != 0)
          server_alive_ = false; // It no longer reads.
      }
      flush_server(); // One write for all the calls that this round brought, if they may share one.
    }
  }

private:
  void watch(int operation, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  void accept_all() {
    for (;;) {
      owned_fd socket{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!socket || static_cast<std::size_t>(socket.get()) >= connections_max) return;
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const auto slot = static_cast<std::size_t>(socket.get());
      if (connections_.size() <= slot) connections_.resize(slot + 1);
      watch(EPOLL_CTL_ADD, socket.get(), EPOLLIN);
      connections_[slot] = std::make_unique<connection>();
      connections_[slot]->serial = ++last_serial_;
      connections_[slot]->socket = std::move(socket);
    }
  }

  void close(connection& client) {
    connections_[static_cast<std::size_t>(client.socket.get())] = {};
  }

  void serve(int fd, std::uint32_t events) {
    auto& slot = connections_[static_cast<std::size_t>(fd)];
    if (!slot) return;
    connection& client = *slot;
    if ((events & EPOLLOUT) != 0 && !flush(client)) return close(client);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    const ssize_t got = read_some(fd, scratch_.data(), scratch_.size());
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || client.in.size() > input_bytes_max) return close(client);
    client.in.append(scratch_, 0, static_cast<std::size_t>(got));
    take_requests(client);
  }

  void take_requests(connection& client) {
    bool open = true;
    while (open && !client.busy && !client.in.empty()) {
      http_head head;
      const auto progress = read_request_head(client.in, head);
      if (progress == http_progress::incomplete) return;
      if (progress == http_progress::malformed) {
        answer(client, "400 Bad Request", {}, {});
        return close(client);
      }
      const std::size_t size = head.size + head.content_length;
      if (client.in.size() < size) return;
      open = take_request(client, head,
                          std::string_view(client.in).substr(head.size, head.content_length));
      client.in.erase(0, size);
    }
    if (!open) close(client);
  }

  /// @returns false if the client's socket has failed
  bool take_request(connection& client, const http_head& head, std::string_view body) {
    if (!is_loopback_host(head.host) || !is_loopback_origin(head.origin))
      return answer(client, "403 Forbidden", {}, {});
    if (head.method == "GET" && (head.target == "/readyz" || head.target == "/healthz"))
      return answer(client, "200 OK", {}, {});
    if (head.method == "DELETE") return answer(client, "200 OK", {}, {});
    if (head.method != "POST")
      return answer(client, "405 Method Not Allowed", "Allow: POST, DELETE\r\n", {});
    std::array members{json_member{"id"}, json_member{"method"}};
    if (!scan_object(body, members) || members[1].value.empty())
      return answer(client, "400 Bad Request", {}, {});
    const std::string_view id = members[0].value;
    const std::size_t line_at = to_server_.size();
    if (id.empty()) {
      to_server_.append(body);
    } else {
      const std::uint64_t own_id = ++last_id_;
      const auto id_at = static_cast<std::size_t>(id.data() - body.data());
      to_server_.append(body.substr(0, id_at));
      to_server_.append(std::to_string(own_id));
      to_server_.append(body.substr(id_at + id.size()));
      waiting_.emplace(own_id, waiting_call{client.socket.get(), client.serial, std::string(id),
                                            members[1].value == "\"initialize\""});
      client.busy = true;
    }
    // A line break between two tokens is fine in HTTP and the end of the message on stdio.
    std::replace(to_server_.begin() + static_cast<std::ptrdiff_t>(line_at), to_server_.end(), '\n',
                 ' ');
    to_server_ += '\n';
    if (write_each_) flush_server();
    return client.busy || answer(client, "202 Accepted", {}, {});
  }

  void flush_server() {
    while (!to_server_.empty()) {
      const ssize_t put = ::write(server_.to.get(), to_server_.data(), to_server_.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && errno == EAGAIN)
        return watch(EPOLL_CTL_MOD, server_.to.get(), EPOLLOUT | EPOLLONESHOT);
      if (put <= 0) {
        server_alive_ = false;
        return;
      }
      to_server_.erase(0, static_cast<std::size_t>(put));
    }
  }

  void read_server() {
    const ssize_t got = read_some(server_.from.get(), scratch_.data(), scratch_.size());
    if (got <= 0) {
      server_alive_ = got < 0 && errno == EAGAIN;
      return;
    }
    const std::size_t had = from_server_.size();
    from_server_.append(scratch_, 0, static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = from_server_.find('\n', had); end != std::string::npos;
         end = from_server_.find('\n', begin)) {
      take_answer(std::string_view(from_server_).substr(begin, end - begin));
      begin = end + 1;
    }
    from_server_.erase(0, begin);
  }

  void take_answer(std::string_view line) {
    const auto id = find_member(line, "id");
    std::uint64_t own_id = 0;
    if (!id || std::from_chars(id->data(), id->data() + id->size(), own_id).ec != std::errc{})
      return; // A notification, or nothing that was asked for.
    const auto found = waiting_.find(own_id);
    if (found == waiting_.end()) return;
    const waiting_call call = std::move(found->second);
    waiting_.erase(found);
    auto& slot = connections_[static_cast<std::size_t>(call.fd)];
    if (!slot || slot->serial != call.serial) return; // The client is gone.
    slot->busy = false;
    const auto id_at = static_cast<std::size_t>(id->data() - line.data());
    body_.assign(line.substr(0, id_at)).append(call.id).append(line.substr(id_at + id->size()));
    if (!answer(*slot, "200 OK", call.opens_session ? "Mcp-Session-Id: floor\r\n" : "", body_))
      return close(*slot);
    take_requests(*slot);
  }

  /// @param headers  whole lines
  bool answer(connection& client, std::string_view status, std::string_view headers,
              std::string_view body) {
    const bool idle = client.out.empty();
    client.out.append("HTTP/1.1 ").append(status).append("\r\n").append(headers);
    if (!body.empty()) client.out.append("Content-Type: application/json\r\n");
    client.out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    client.out.append(body);
    return !idle || flush(client);
  }

  bool flush(connection& client) {
    while (!client.out.empty()) {
      const ssize_t put =
          ::send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && errno == EAGAIN) {
        watch(EPOLL_CTL_MOD, client.socket.get(), EPOLLIN | EPOLLOUT);
        client.waits = true;
        return true;
      }
      if (put <= 0) return false;
      client.out.erase(0, static_cast<std::size_t>(put));
    }
    if (std::exchange(client.waits, false)) watch(EPOLL_CTL_MOD, client.socket.get(), EPOLLIN);
    return true;
  }

  const bool write_each_;
  owned_fd listener_;
  stdio_child server_;
  owned_fd epoll_;
  std::string scratch_;
  std::string body_;
  std::vector<std::unique_ptr<connection>> connections_; ///< By descriptor.
  std::unordered_map<std::uint64_t, waiting_call> waiting_;
  std::string to_server_; ///< Bounded by one request for each connection.
  std::string from_server_;
  std::uint64_t last_serial_ = 0;
  std::uint64_t last_id_ = 0;
  bool server_alive_ = true;
};

} // namespace

int run_floor(const floor_options& options,
              const std::function<void(std::uint16_t)>& on_listening) {
  std::signal(SIGPIPE, SIG_IGN);
  auto server = start_stdio_child(options.server);
  auto listener = listen_on_loopback(options.port);
  if (!server || !listener) {
    std::fprintf(stderr, "floor: %s\n",
                 (server ? listener.failure() : server.failure()).detail.c_str());
    end_stdio_child();
    return 1;
  }
  const std::uint16_t port = port_of(listener->get());
  floor_gateway gateway{std::move(*listener), std::move(*server), options.write_each};
  on_listening(port);
  gateway.run();
  end_stdio_child();
  std::fprintf(stderr, "floor: the server has ended\n");
  return 1;
}

} // namespace toolscore
