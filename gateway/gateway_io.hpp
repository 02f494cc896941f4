#pragma once
#include "gateway/audit.hpp"
#include "gateway/auth.hpp"
#include "gateway/client_access.hpp"
#include "gateway/connection_set_io.hpp"
#include "gateway/issuer_tokens_io.hpp"
#include "gateway/listener_io.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "gateway/rest_api.hpp"
#include "gateway/tls_front_io.hpp"
#include "gateway/websocket_io.hpp"
#include "loop/blocking_pool.hpp"
#include "messages/backend.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

struct gateway_options {
  std::string host = "127.0.0.1"; ///< Empty = no TCP.
  std::uint16_t port = 8088;      ///< 0 = any that is free.
  std::string unix_path;          ///< Empty = no unix socket.
  std::string token;      ///< The owner's, for TCP. Empty = the owner has the unix socket only.
  bool mcp_token = false; ///< /mcp needs the token on loopback too.
  std::vector<std::string> hosts;  ///< Further names we go by.
  std::vector<known_token> tokens; ///< Of configured clients.
  /// Reads those again, off the loop; empty = none can have changed.
  std::function<result<std::vector<known_token>>()> read_tokens;
  std::vector<access_rule> rules; ///< What they are shown.
  std::optional<issuer_spec> issuer;
  std::optional<tls_spec> tls; ///< Over TCP nothing but TLS is spoken.
  tls_limits tls_connections;
  connection_limits connections;
  mcp_options mcp; ///< Its clocks and random_id are filled in.
  event_feed_limits feeds;
  std::chrono::milliseconds close_patience{5'000};
};

/// The outside of the node: listeners, connections and what they may ask. All on the loop's thread.
class gateway final : private request_handler {
public:
  /// `tree` outlives it.
  gateway(boost::asio::io_context& io, backend& tree, gateway_options options);
  ~gateway() override;

  /// Listens. Blocks on the files of certificates and keys.
  /// @error as listener::on_tcp, listener::on_unix, load_tls, read_key_file and take_keys
  result<done> start();
  /// Reads those files again, off the loop; what cannot be used leaves what is in force, and is
  /// told in the node's log.
  void reload();
  /// "127.0.0.1:8088", with the port that is really bound; empty without TCP.
  std::string tcp_address() const;
  /// Null where TCP is plain.
  const tls_front* tls() const noexcept { return tls_.get(); }
  void stop_accepting();
  /// Stops accepting, ends idle connections, lets calls in flight be answered within
  /// close_patience, and then calls `then`.
  void close(std::function<void()> then);

private:
  head_verdict on_head(inbound_request& request) override;
  void on_request(inbound_request& request, const std::shared_ptr<client_connection>& connection,
                  std::uint64_t turn) override;
  void on_upgrade(inbound_request& request, stream_socket socket) override;

  rest_api::values counters() const;
  standing standing_of(const inbound_request& request);
  void reload_tokens();
  result<done> start_tls();
  result<done> start_issuer();
  /// Runs `work` off the loop, and on it what that returns.
  void off_loop(std::function<std::function<void()>()> work);
  void fetch_keys(std::function<void(result<std::string>)> then);
  void deny(const inbound_request& request, denial_reason reason, std::string_view principal,
            std::string_view detail);
  head_verdict turn_away(const inbound_request& request, route_scope where,
                         const authorization& judged);

  boost::asio::io_context& io_;
  gateway_options options_;
  auth_policy policy_;
  access_table access_;
  audit audit_;
  std::string metadata_url_; ///< Empty = there is no issuer.
  mcp_endpoint mcp_;
  rest_api rest_;
  event_feeds feeds_;
  connection_set connections_;
  std::unique_ptr<tls_front> tls_;                        ///< Null = TCP is plain.
  std::unique_ptr<issuer_tokens> issuer_;                 ///< Null = there is none.
  std::unique_ptr<blocking_pool> files_;                  ///< Once a file was read again.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< What is under way holds it weakly.
  std::unique_ptr<listener> tcp_;
  std::unique_ptr<listener> unix_;
};

} // namespace toolscore
