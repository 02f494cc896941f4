#include "runners/side_channels_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/notify_socket_io.hpp"
#include "runners/port_holder_io.hpp"
#include "runners/probe_io.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace toolscore {
namespace {

constexpr int candidates_max = 400;

template <class Address>
bool can_bind(int family, const Address& address) {
  const descriptor fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

/// Every address of the host is tried, so that it does not matter which one the server takes.
bool is_free(std::uint16_t port) {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  six.sin6_addr = in6addr_any;
  if (can_bind(AF_INET6, six)) return true;
  if (errno == EADDRINUSE) return false;
  sockaddr_in four{}; // A host without IPv6.
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  return can_bind(AF_INET, four);
}

using lease = std::shared_ptr<const std::uint16_t>;

result<lease> lease_from(const std::shared_ptr<port_pool>& pool, port_range ports) {
  for (int tries = 0; tries < candidates_max; ++tries) {
    const auto port = pool->candidate();
    if (port == 0) break;
    if (!is_free(port)) continue;
    pool->hold(port);
    return lease(new const std::uint16_t(port), [pool](const std::uint16_t* held) {
      pool->give_back(*held);
      delete held;
    });
  }
  return error{errc::io_failed, "no free port between " + std::to_string(ports.first) + " and " +
                                    std::to_string(ports.last) +
                                    "; give it one with \"port\", or others to the node with "
                                    "\"ports\""};
}

} // namespace

side_channels open_side_channels(boost::asio::io_context& io, const std::string& run_directory,
                                 std::optional<port_range> ports) {
  remove_notify_sockets(run_directory);
  side_channels made;
  made.open_notify = [&io, run_directory](std::function<void(std::string)> heard) {
    return notify_socket::open(io, next_notify_path(run_directory), std::move(heard));
  };
  made.probe = [&io](const probe_target& target, std::function<void(std::string)> then) {
    return begin_probe(io, target, std::move(then));
  };
  const auto seed = static_cast<std::uint32_t>(::getpid()) * 97;
  const auto pool =
      ports ? std::make_shared<port_pool>(*ports, seed) : std::make_shared<port_pool>(seed);
  made.lease_port = [pool, named = ports.value_or(further_ports)] {
    return lease_from(pool, named);
  };
  made.port_holder = holder_of_port;
  return made;
}

} // namespace toolscore
