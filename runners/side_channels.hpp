#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "runners/login_desk.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// A socket on which one tree of processes says how it is, as NOTIFY_SOCKET of sd_notify(3). Closed
/// with its last owner.
class notify_channel {
public:
  notify_channel() = default;
  notify_channel(const notify_channel&) = delete;
  notify_channel& operator=(const notify_channel&) = delete;
  virtual ~notify_channel() = default;

  /// What NOTIFY_SOCKET is to be.
  virtual const std::string& address() const = 0;
  /// Nothing is heard before this: from now on what the tree below `init_pid` says is told, and
  /// what anybody else says is dropped. `pid` is the server itself, as the host sees it.
  virtual void listen(std::int64_t init_pid, std::int64_t pid) = 0;
};

/// What a server is asked at its port on loopback.
struct probe_target {
  ready_kind kind = ready_kind::tcp; ///< http, tcp or ws.
  std::uint16_t port = 0;
  std::string path; ///< http, ws.
  milliseconds timeout{5'000};
};

/// What an instance needs of the outside beside its process and its link: sockets in a node, a
/// simulated host in tests on virtual time. Used on the loop's thread only; what is handed in is
/// called there too, and never from inside the call that it was handed to.
struct side_channels {
  /// @param heard  one datagram at a time, at most 4 KiB; what is larger is dropped
  /// @error io_failed  the socket cannot be made
  std::function<result<std::shared_ptr<notify_channel>>(std::function<void(std::string)> heard)>
      open_notify;
  /// Asks once, and within `timeout`; an empty failure is success. Dropping what is returned ends
  /// it unheard.
  std::function<std::shared_ptr<void>(const probe_target&,
                                      std::function<void(std::string failure)>)>
      probe;
  /// A port of loopback that nobody listens on. Nobody else is given it while the lease is held.
  /// @error io_failed  none was found
  std::function<result<std::shared_ptr<const std::uint16_t>>()> lease_port;
  /// The endpoint with what its headers and its `auth` have of late values. Null where they have
  /// none.
  /// @error spawn_failed  "headers.NAME: ${...}: why"
  std::function<void(std::shared_ptr<const http_endpoint>,
                     std::function<void(result<std::shared_ptr<const http_endpoint>>)>)>
      fill_headers;
  /// Who listens on a port of this host, "pid 7 (nginx)"; empty = nobody. May be null.
  std::function<std::string(std::uint16_t port)> port_holder;
  /// Where remote servers are logged in to; may be null. Outlives every actor.
  login_desk* logins = nullptr;
};

} // namespace toolscore
