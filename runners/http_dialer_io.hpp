#pragma once
#include "loop/name_lookup_io.hpp"
#include "messages/http_place.hpp"
#include "runners/http_stream_io.hpp"
#include "runners/proxy_rules.hpp"
#include "runners/tls_trust_io.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

struct dial_limits {
  std::chrono::milliseconds all{15'000}; ///< Name, connection and TLS together.
  std::chrono::milliseconds one{5'000};  ///< Each address.
  /// A server outside has told this place: it must not lead to this host or a private network.
  bool outside_only = false;
};

/// Connects to servers over HTTP: finds their addresses, refuses those that no server of ours has
/// (address_rules), connects to the first that answers, and in TLS checks who it is. Where a proxy
/// is to be used for a place, it is the proxy that is connected to: by CONNECT, or for http:// by
/// whole targets. The name of a place behind CONNECT is the proxy's to look up, so of addresses
/// only one that stands there itself is judged. One a node; used on the loop's thread.
class http_dialer {
public:
  http_dialer(boost::asio::io_context& io, blocking_runner pool, proxy_settings proxies = {})
      : io_(io), names_(io), trust_(std::move(pool)), proxies_(std::move(proxies)) {}

  using dialed = std::function<void(result<std::unique_ptr<http_stream>>)>;
  /// `then` is called once, on the loop, never from inside. Dropping what is returned ends it
  /// unheard.
  /// @error io_failed   nobody could be connected to; one line that says why
  /// @error bad_config  `ca_file` cannot be read
  std::shared_ptr<void> dial(const http_place& to, const std::string& ca_file, dialed then,
                             dial_limits limits = {});

  boost::asio::io_context& io() { return io_; }

private:
  boost::asio::io_context& io_;
  name_lookup names_;
  tls_trust trust_;
  proxy_settings proxies_;
};

} // namespace toolscore
