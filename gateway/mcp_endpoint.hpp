#pragma once
#include "gateway/audit.hpp"
#include "gateway/connection.hpp"
#include "gateway/http_exchange.hpp"
#include "gateway/http_types.hpp"
#include "gateway/joint_listens.hpp"
#include "gateway/parked_calls.hpp"
#include "gateway/seen_resources.hpp"
#include "gateway/sessions.hpp"
#include "gateway/stream_pulse.hpp"
#include "mcp/envelope.hpp"
#include "mcp/era.hpp"
#include "mcp/joint_view.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

struct mcp_options {
  session_limits sessions;
  std::size_t queued_bytes_max = 1u << 20; ///< Of one event stream.
  std::size_t tools_page_max = 2'000;      ///< Items in one page of a joint endpoint's list.
  std::string instructions;                ///< What /mcp says of itself; empty = nothing.
  /// An unguessable text of visible ASCII, new every time.
  std::function<std::string()> random_id;
  std::function<std::chrono::system_clock::time_point()> wall_clock;
  std::function<std::chrono::steady_clock::time_point()> steady_clock;
  /// The protocol says that a legacy client that disconnects has not cancelled its call.
  bool disconnect_cancels_legacy = false;
  bool http_sse = false; ///< The transport of 2024-11-05 is served beside the other.
  parking_limits parking;
  stream_limits streams;                             ///< Of a legacy session.
  std::chrono::milliseconds beat_every = usual_beat; ///< Of a stream that is silent.
  /// Runs something on the loop after a while.
  parked_calls::timer after;
  std::string metadata_url;                  ///< For challenges; empty = there is none.
  std::function<void(const denial&)> denied; ///< Told of everybody who is turned away here.
  /// What says, as long as a stream is open, whether its client may have it.
  std::function<standing(const inbound_request&)> standing_of;
};

/// POST, GET and DELETE of /mcp, /mcp/@{group} and /mcp/{server}: checks in the order the protocol
/// demands, sessions of legacy clients, and the way to the server's owner. Pure: connections and
/// the tree are given. On the loop's thread.
class mcp_endpoint {
public:
  using time_point = std::chrono::steady_clock::time_point;
  mcp_endpoint(backend& tree, mcp_options options);

  /// `request.where` is mcp_all, mcp_group or mcp_server.
  void handle(inbound_request& request, const std::shared_ptr<client_connection>& connection,
              std::uint64_t turn);
  /// The same in the HTTP+SSE transport, where `request.where` is one of its kinds.
  void handle_http_sse(inbound_request& request,
                       const std::shared_ptr<client_connection>& connection, std::uint64_t turn);
  bool serves_http_sse() const noexcept { return options_.http_sse; }

  /// Ends those of clients that are not welcome any more.
  void check_streams();
  /// Ends the streams that have no end of their own; the node stops.
  void close_streams();

  const session_table& sessions() const noexcept { return sessions_; }
  const exchange_counters& exchanges() const noexcept { return *exchanges_; }

private:
  /// One POST on its way through the checks.
  struct post {
    inbound_request& request;
    const std::shared_ptr<client_connection>& connection;
    std::uint64_t turn;
    envelope spans;
    std::string method;
    mcp::classified client;
    std::shared_ptr<mcp_session> session; ///< Null for modern clients and for initialize.
    mcp::view_ptr view{};                 ///< Of a joint endpoint; null at a server's own.
    std::optional<call_identity> asked{}; ///< As the client wrote it, where that was changed.
    std::string_view id() const { return spans.id.of(*request.body); }
  };

  void on_post(inbound_request& request, const std::shared_ptr<client_connection>& connection,
               std::uint64_t turn);
  void on_get(inbound_request& request, const std::shared_ptr<client_connection>& connection,
              std::uint64_t turn);
  void open_channel(inbound_request& request, const std::shared_ptr<client_connection>& connection,
                    std::uint64_t turn);
  void on_channel_post(inbound_request& request,
                       const std::shared_ptr<client_connection>& connection, std::uint64_t turn);
  std::optional<mcp::refusal> enter(const post& x, const route& where);
  void listen_on(const std::shared_ptr<mcp_session>& session, const route& where);
  void hear(const std::shared_ptr<mcp_session>& session, const server_id& server);
  void hear_joint(const std::shared_ptr<mcp_session>& session, const std::string& group,
                  const server_id& server);
  void note_watched(const post& x, const mcp::resource_place& place);
  void hear_again();
  void hear_again_later();
  void subscribe_again(const std::shared_ptr<mcp_session>& session,
                       const mcp_session::watched_resource& what);
  bytes expose_update(const std::string& group, const server_id& server, const bytes& json);
  void on_joint_listen(post& x);
  void on_joint_subscription(post& x);
  standing standing_of(const inbound_request& request) const;
  bool opens_stream(const post& x, const std::shared_ptr<http_exchange>& reply);
  void on_delete(inbound_request& request, client_connection& connection, std::uint64_t turn);
  bool on_batch(inbound_request& request, const std::shared_ptr<client_connection>& connection,
                std::uint64_t turn);
  result<envelope> read(post& x);
  bool pass_checks(post& x);
  void refuse(post& x, mcp::refusal why, std::string_view id_raw);
  bool record_refused(const post& x, const std::string& why);
  bool record_refused_batch(const post& x, const std::string& why);
  bool is_allowed(const post& x);
  bool shows_server(const post& x);
  void refuse_hidden(const post& x, const server_id& server, const std::string& tool,
                     const std::string& asked);
  static std::string unknown_tool(const std::string& name);
  void deny(const post& x, denial_reason reason, std::string_view server, std::string_view tool,
            std::string_view detail);
  static void filter_list(const post& x, const server_id& server, http_exchange& reply);
  void on_notification(const post& x);
  void on_answer(const post& x);
  bool on_log_level(const post& x);
  void on_session_end(mcp_session& ended);
  void on_joint_request(post& x);
  void on_joint_opening(post& x);
  void on_joint_call(post& x);
  bool unwrap(post& x, std::string& name);
  void on_joint_prompt(post& x);
  void on_joint_read(post& x);
  void on_joint_completion(post& x);
  void refuse_method(const post& x);
  std::optional<mcp::resource_place> place_of(const post& x, const std::string& uri) const;
  std::optional<mcp::resource_place> place_for_all(const post& x, const std::string& uri) const;
  static bool is_shown(const post& x, const server_id& server);
  static mcp::entry_filter shown_to(const post& x, mcp::served_list kind);
  static std::function<bool(const std::string&)> servers_shown_to(const post& x);
  exchange_ptr joint_way(const post& x, const server_id& server, exchange_ptr plain,
                         const caller* from);
  bytes expose_uris(const mcp::joint_view& view, const server_id& server, const std::string& method,
                    const std::string& who, const bytes& line);
  bool find_place(post& x);
  void forward(post& x, const server_id& server, std::string tool);
  std::shared_ptr<http_exchange> make_exchange(const post& x);
  call_identity identity_of(const post& x) const;
  static void tell_older(const post& x, http_exchange& reply);
  bool go_on(const post& x);
  static bool seals_states(const post& x);
  bool open_state(post& x, const server_id& server, const std::string& tool);
  void seal_states(const post& x, const server_id& server, http_exchange& reply);
  void open_session_on_success(const post& x, http_exchange& reply);
  std::string open_session(const std::string& principal, const std::string& path,
                           const std::string& version, const client_capabilities& capabilities);
  std::shared_ptr<mcp_session> new_session(const std::string& principal, const std::string& path,
                                           const std::string& version,
                                           const client_capabilities& capabilities);
  void record_refusal(const post& x, const server_id& server, std::string tool,
                      const std::string& failure);
  void refuse_call(const post& x, errc code, const server_id& server, const std::string& tool,
                   const std::string& why);
  static std::string called_name(const post& x);
  static server_id called_server(const post& x);
  record_ids ids_of(const post& x) const;
  std::shared_ptr<const caller> caller_of(const post& x) const;
  void reply(const post& x, int status, std::string json, std::string headers = {});

  backend& tree_;
  mcp_options options_;
  session_table sessions_;
  parked_calls parked_;
  stream_pulse pulse_;
  joint_listens joint_;
  seen_resources seen_;
  struct watching_session {
    std::string group;
    std::weak_ptr<mcp_session> session;
  };
  std::vector<watching_session> watching_; ///< Sessions with resources that they watch here.
  bool hears_later_ = false;
  mcp::mac_key cursor_secret_;
  mcp::state_seal seal_;
  std::shared_ptr<exchange_counters> exchanges_ = std::make_shared<exchange_counters>();
  mcp::scanner scanner_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< Exchanges may outlive us.
};

} // namespace toolscore
