#include "gateway/mcp_endpoint.hpp"

#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/log_levels.hpp"
#include "mcp/versions.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

namespace toolscore {

namespace {

using connection_ptr = std::shared_ptr<client_connection>;

outbound_answer empty_answer(int status) {
  outbound_answer x;
  x.status = status;
  return x;
}

/// At a server's own endpoint the server itself says what it has not.
mcp::served_methods served_at(const mcp::view_ptr& view) {
  if (view) return view->served();
  mcp::served_methods all;
  all.subscriptions = true;
  return all;
}

/// Of an unguessable text that nobody else is told.
mcp::mac_key secret_of(const std::string& random) {
  return {mcp::siphash({1, 2}, random), mcp::siphash({3, 4}, random)};
}

std::string unknown_server(std::string_view name) {
  return "no server is named \"" + std::string{name.substr(0, 64)} +
         "\"; GET /api/v1/servers lists those there are";
}

std::string unknown_group(std::string_view name) {
  return "no group is named \"" + std::string{name.substr(0, 64)} +
         "\"; groups are written in the configuration";
}

} // namespace

mcp_endpoint::mcp_endpoint(backend& tree, mcp_options options)
    : tree_(tree), options_(std::move(options)), sessions_(options_.sessions),
      parked_(options_.parking, options_.random_id, options_.after, options_.steady_clock),
      pulse_(options_.after, options_.beat_every),
      joint_(tree, options_.after, options_.steady_clock) {
  tree_.on_servers_change([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    joint_.take_up();
    hear_again();
  });
  tree_.on_view_change([this, alive = std::weak_ptr(alive_)](
                           std::string_view group, const std::vector<mcp::list_kind>& changed) {
    if (!alive.expired()) joint_.tell(group, changed);
  });
  if (options_.random_id) {
    const auto secret = [this] { return secret_of(options_.random_id() + options_.random_id()); };
    cursor_secret_ = secret();
    seal_ = {secret(), secret()};
  }
  sessions_.on_end([this](mcp_session& ended) { on_session_end(ended); });
}

void mcp_endpoint::handle(inbound_request& request, const connection_ptr& connection,
                          std::uint64_t turn) {
  if (request.method == http_method::post) {
    on_post(request, connection, turn);
  } else if (request.method == http_method::del) {
    on_delete(request, *connection, turn);
  } else {
    on_get(request, connection, turn);
  }
}

void mcp_endpoint::on_delete(inbound_request& request, client_connection& connection,
                             std::uint64_t turn) {
  const auto id = request.headers.get("mcp-session-id");
  if (!id) {
    connection.answer(turn, json_answer(400, mcp::error_response({}, mcp::code::invalid_request,
                                                                 "Mcp-Session-Id is missing")));
  } else if (sessions_.end(*id, request.who.name, request.path(), request.received)) {
    connection.answer(turn, empty_answer(204));
  } else {
    connection.answer(turn, json_answer(404, mcp::error_response({}, mcp::code::invalid_request,
                                                                 "no such session")));
  }
}

void mcp_endpoint::on_post(inbound_request& request, const connection_ptr& connection,
                           std::uint64_t turn) {
  if (on_batch(request, connection, turn)) return;
  post x{request, connection, turn, {}, {}, {}, nullptr};
  if (!pass_checks(x) || !is_allowed(x)) return;
  switch (x.spans.kind) {
  case message_kind::notification:
    on_notification(x);
    connection->answer(turn, empty_answer(202));
    return;
  case message_kind::response:
  case message_kind::error_response:
    on_answer(x);
    connection->answer(turn, empty_answer(202));
    return;
  case message_kind::request:
    break;
  }
  if (x.session && x.session->calls.size() >= sessions_.limits().in_flight_max) {
    call_failure full;
    full.code = errc::queue_full;
    full.detail = std::to_string(sessions_.limits().in_flight_max) +
                  " of this session are in flight; wait for one to end";
    full.server = called_server(x).value;
    if (x.method == "tools/call")
      record_refusal(x, called_server(x), called_name(x), mcp::failure_reason(full));
    reply(x, 200, mcp::failure_response(x.id(), full));
    return;
  }
  if (x.method == "logging/setLevel" && x.session && !on_log_level(x)) return;
  if (x.client.client == era::modern && parked_.size() != 0 && go_on(x)) return;
  if (x.view) {
    on_joint_request(x);
    return;
  }
  std::string tool;
  if (x.method == "tools/call" && x.spans.name) tool = mcp::decode(x.spans.name.of(*request.body));
  forward(x, server_id{std::string{request.where.parameter}}, std::move(tool));
}

/// Media types, JSON-RPC, the server's name, and all that the era demands, in this order.
bool mcp_endpoint::pass_checks(post& x) {
  const auto& headers = x.request.headers;
  mcp::http_view view;
  view.method = "POST";
  view.content_type = headers.get("content-type").value_or(std::string_view{});
  view.accept = headers.get("accept");
  const std::string& body = *x.request.body;
  const auto scanned = read(x);
  auto& known = x.request.found;
  if (const auto why = known.media_good ? std::nullopt : mcp::check_media(view)) {
    refuse(x, *why, {});
    return false;
  }
  known.media_good = true;
  if (!scanned) {
    refuse(x, mcp::refuse_scan(scanner_, scanned.failure()), x.id());
    return false;
  }
  if (!find_place(x)) return false;
  view.protocol_version = headers.get("mcp-protocol-version");
  view.mcp_method = headers.get("mcp-method");
  view.mcp_name = headers.get("mcp-name");
  view.session_id = headers.get("mcp-session-id");
  if (view.session_id)
    x.session =
        sessions_.find(*view.session_id, x.request.who.name, x.request.path(), x.request.received);
  if (x.session) view.session_version = x.session->version;
  auto verdict = mcp::classify(view, body, x.spans, scanner_.meta(), served_at(x.view));
  if (const auto* why = std::get_if<mcp::refusal>(&verdict)) {
    refuse(x, *why, x.id());
    return false;
  }
  x.client = std::move(std::get<mcp::classified>(verdict));
  if (x.client.client == era::modern) x.session = nullptr;
  if (x.session && x.session->channel) x.client.version = x.session->version;
  return true;
}

/// The server or the view that the path names. @returns false where there is none, and that was
/// told
bool mcp_endpoint::find_place(post& x) {
  const auto& where = x.request.where;
  std::string text;
  if (where.kind != route_kind::mcp_server) {
    x.view = tree_.view(where.parameter);
    if (x.view) return true;
    text = unknown_group(where.parameter);
  } else {
    if (tree_.has_server(server_id{std::string{where.parameter}}) && shows_server(x)) return true;
    text = unknown_server(where.parameter);
  }
  const auto server = called_server(x);
  x.client.meta = scanner_.meta();
  if (x.method == "tools/call") record_refusal(x, server, called_name(x), text);
  reply(x, 404,
        mcp::error_response(x.id(), mcp::code::bad_params, text,
                            mcp::refusal_data(errc::unknown_server, server.value)));
  return false;
}

void mcp_endpoint::on_notification(const post& x) {
  if (!x.session) return;
  if (x.method == "notifications/roots/list_changed")
    for (const auto& server : x.session->called) tree_.notify(server, {x.session->id, x.method});
  if (x.method != "notifications/cancelled") return;
  const auto params = nlohmann::json::parse(x.spans.params.of(*x.request.body), nullptr, false);
  if (!params.is_object() || !params.contains("requestId")) return;
  const auto* call = x.session->find(params["requestId"].dump());
  if (!call) return; // finished already; such races are normal
  if (auto exchange = call->reply.lock())
    tree_.cancel(call->server, call_cancel{std::move(exchange), "cancelled"});
}

/// What a server asked of this client is answered; an answer that comes too late is nobody's.
void mcp_endpoint::on_answer(const post& x) {
  if (!x.session) return;
  std::uint64_t number = 0;
  const auto id = x.id();
  if (std::from_chars(id.data(), id.data() + id.size(), number).ec != std::errc{}) return;
  const auto asked = x.session->take_question(number);
  if (!asked) return;
  const bool failed = x.spans.kind == message_kind::error_response;
  const auto part = failed ? x.spans.failure : x.spans.result;
  asked->then({failed, std::string(part.of(*x.request.body))});
}

/// Of a session: what its servers may tell it. @returns false where it was answered
bool mcp_endpoint::on_log_level(const post& x) {
  const auto level = mcp::log_level_of(x.spans.params.of(*x.request.body));
  if (level.empty()) {
    reply(x, 200,
          mcp::error_response(x.id(), mcp::code::bad_params,
                              "\"level\" must be one of debug, info, notice, warning, "
                              "error, critical, alert, emergency"));
    return false;
  }
  x.session->from->log_level = level;
  if (!x.view) return true;
  reply(x, 200, mcp::empty_response(x.id(), era::legacy));
  return false;
}

/// Its servers go on without an answer, and give back what they keep for it.
void mcp_endpoint::on_session_end(mcp_session& ended) {
  for (auto& asked : ended.take_questions(nullptr))
    asked.then({true, mcp::error_object(mcp::code::internal, "the client's session is over")});
  for (const auto& x : ended.streams)
    if (x.own) x.stream->finish();
  for (const auto& server : ended.called) tree_.end_session(server, ended.id);
}

} // namespace toolscore
