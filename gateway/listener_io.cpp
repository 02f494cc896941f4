#include "gateway/listener_io.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace toolscore {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};

error failed(const std::string& what, const error_code& ec) {
  return error{errc::io_failed, what + ": " + ec.message()};
}

/// Takes away a socket file that nobody listens at any more.
result<done> clear_stale(asio::io_context& io, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return done{};
  if (!S_ISSOCK(info.st_mode))
    return error{errc::already_exists, path + " exists and is no socket; move it away"};
  asio::local::stream_protocol::socket probe{io};
  error_code ec;
  probe.connect(asio::local::stream_protocol::endpoint{path}, ec);
  if (!ec) return error{errc::already_exists, "another node listens at " + path};
  if (::unlink(path.c_str()) != 0)
    return error{errc::io_failed, "unlink " + path + ": " + std::strerror(errno)};
  return done{};
}

peer_info unix_peer(stream_socket& socket) {
  ucred who{};
  socklen_t length = sizeof who;
  peer_info peer;
  peer.local_socket = true;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) {
    peer.name = "uid:unknown";
    return peer;
  }
  peer.owner = who.uid == 0 || who.uid == ::geteuid();
  peer.name = "uid:" + std::to_string(who.uid);
  return peer;
}

} // namespace

listener::listener(asio::io_context& io, accepted then)
    : io_(io), then_(std::move(then)), acceptor_(io), pause_(io) {}

listener::~listener() {
  stop();
}

result<done> listener::open(const asio::generic::stream_protocol::endpoint& at, int protocol,
                            const std::string& shown) {
  error_code ec;
  acceptor_.open(asio::generic::stream_protocol{at.data()->sa_family, protocol}, ec);
  if (ec) return failed("socket for " + shown, ec);
  acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  acceptor_.bind(at, ec);
  if (ec) return failed("cannot listen on " + shown, ec);
  // Nobody can connect before listen, so the mode is never too wide for a moment.
  if (!path_.empty() && ::chmod(path_.c_str(), S_IRUSR | S_IWUSR) != 0)
    return error{errc::io_failed, "chmod " + shown + ": " + std::strerror(errno)};
  acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return failed("cannot listen on " + shown, ec);
  return done{};
}

result<std::unique_ptr<listener>> listener::on_tcp(asio::io_context& io, const std::string& host,
                                                   std::uint16_t port, accepted then) {
  error_code ec;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
  if (ec) return error{errc::bad_config, "node.listen: \"" + host + "\" is no IP address"};
  std::unique_ptr<listener> x{new listener(io, std::move(then))};
  const asio::ip::tcp::endpoint at{address, port};
  const auto opened = x->open(at, IPPROTO_TCP, host + ":" + std::to_string(port));
  if (!opened) return opened.failure();
  const auto bound = x->acceptor_.local_endpoint(ec);
  if (ec) return failed("getsockname", ec);
  asio::ip::tcp::endpoint here;
  here.resize(bound.size());
  std::memcpy(here.data(), bound.data(), bound.size());
  x->port_ = here.port();
  return x;
}

result<std::unique_ptr<listener>> listener::on_unix(asio::io_context& io, const std::string& path,
                                                    accepted then) {
  sockaddr_un limit{};
  if (path.empty() || path.size() >= sizeof limit.sun_path)
    return error{errc::io_failed, "the socket's path is longer than 107 bytes: " + path +
                                      "; choose a shorter node.state_dir"};
  const auto cleared = clear_stale(io, path);
  if (!cleared) return cleared.failure();
  std::unique_ptr<listener> x{new listener(io, std::move(then))};
  x->path_ = path;
  const auto opened = x->open(asio::local::stream_protocol::endpoint{path}, 0, path);
  if (!opened) return opened.failure();
  return x;
}

void listener::start() {
  accept();
}

void listener::stop() {
  if (!acceptor_.is_open()) return;
  error_code ignored;
  alive_.reset();
  acceptor_.close(ignored);
  pause_.cancel();
  if (!path_.empty()) ::unlink(path_.c_str());
}

void listener::accept() {
  auto socket = std::make_shared<stream_socket>(io_);
  acceptor_.async_accept(*socket,
                         [this, socket, alive = std::weak_ptr(alive_)](const error_code& ec) {
                           if (alive.expired() || ec == asio::error::operation_aborted) return;
                           if (!ec) {
                             on_accepted(std::move(*socket));
                             if (!alive.expired()) accept();
                             return;
                           }
                           // No descriptors, or no memory: nobody is served by trying again at
                           // once.
                           pause_.expires_after(accept_pause);
                           pause_.async_wait([this, alive](const error_code& stopped) {
                             if (!stopped && !alive.expired()) accept();
                           });
                         });
}

void listener::on_accepted(stream_socket socket) {
  if (!path_.empty()) {
    auto peer = unix_peer(socket);
    then_(std::move(socket), std::move(peer));
    return;
  }
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  then_(std::move(socket), peer_info{false, false, "local"});
}

} // namespace toolscore
