#include "gateway/mcp_endpoint.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/log_levels.hpp"
#include "mcp/older_clients.hpp"
#include "mcp/rounds.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {

namespace {

/// Null where there are none, as nearly always.
std::shared_ptr<const parameter_headers> parameters_of(const header_list& headers) {
  constexpr std::string_view prefix = "mcp-param-";
  std::shared_ptr<parameter_headers> found;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto name = headers.name(i);
    if (name.size() <= prefix.size() || !name.starts_with(prefix)) continue;
    if (!found) found = std::make_shared<parameter_headers>();
    found->emplace_back(name.substr(prefix.size()), headers.value(i));
  }
  return found;
}

} // namespace

void mcp_endpoint::reply(const post& x, int status, std::string json, std::string headers) {
  auto answer = json_answer(status, std::move(json));
  answer.headers = std::move(headers);
  x.connection->answer(x.turn, std::move(answer));
}

record_ids mcp_endpoint::ids_of(const post& x) const {
  record_ids ids;
  const auto& meta = x.client.meta;
  if (!meta.task.empty()) ids.task = mcp::decode(meta.task);
  if (!meta.trajectory.empty()) ids.trajectory = mcp::decode(meta.trajectory);
  if (!meta.traceparent.empty()) ids.trace = mcp::decode(meta.traceparent);
  if (ids.trajectory.empty() && x.session) ids.trajectory = x.session->trajectory;
  return ids;
}

/// Of a modern client each call says anew who calls; most have nothing to say.
std::shared_ptr<const caller> mcp_endpoint::caller_of(const post& x) const {
  if (x.session) return x.session->from;
  const auto& meta = x.client.meta;
  if (x.client.client == era::legacy ||
      (meta.client_capabilities == "{}" && meta.log_level.empty()))
    return nullptr;
  caller who;
  who.principal = x.request.who.name;
  who.capabilities = mcp::read_client_capabilities(meta.client_capabilities);
  if (const auto level = mcp::decode(meta.log_level); mcp::log_severity(level))
    who.log_level = level;
  return std::make_shared<const caller>(std::move(who));
}

std::shared_ptr<http_exchange> mcp_endpoint::make_exchange(const post& x) {
  exchange_options options;
  options.accepts_stream = takes_stream(x.request.headers);
  // With its one stream a client of HTTP+SSE loses its session.
  options.disconnect_cancels = x.client.client == era::modern ||
                               options_.disconnect_cancels_legacy ||
                               (x.session && x.session->channel);
  options.queued_bytes_max = options_.queued_bytes_max;
  options.cuts_off = x.method == "subscriptions/listen";
  options.streams = options_.streams;
  auto made =
      std::make_shared<http_exchange>(x.connection, x.turn, x.request.who, options, exchanges_);
  made->set_request(x.request.body, x.spans.id);
  return made;
}

call_identity mcp_endpoint::identity_of(const post& x) const {
  if (x.asked) return *x.asked;
  const std::string_view body = *x.request.body;
  return {x.request.who.name, std::string(x.request.path()), x.method,
          mcp::decode(x.spans.name.of(body)), std::string(x.spans.arguments.of(body))};
}

/// A call that waits for its client, who is back. @returns false where this is none of those
bool mcp_endpoint::go_on(const post& x) {
  const std::string_view body = *x.request.body;
  const auto params = x.spans.params.of(body);
  if (!mcp::carries_state(params)) return false;
  const auto state = mcp::state_of(params);
  if (!parked_calls::is_ours(state)) return false;
  const auto why = parked_.resume(state, {make_exchange(x), std::string(x.id()),
                                          std::string(x.spans.progress_token.of(body)),
                                          identity_of(x), std::string(params)});
  if (!why.empty() && x.method == "tools/call")
    record_refusal(x, called_server(x), called_name(x), why);
  return true;
}

/// A legacy client of an older version is not told what that does not know.
void mcp_endpoint::tell_older(const post& x, http_exchange& reply) {
  if (x.client.client != era::legacy || !x.session ||
      mcp::is_told_as_it_is(x.method, x.session->version))
    return;
  reply.add_rewriting([method = x.method, version = x.session->version](const bytes& answer) {
    mcp::scanner scanner;
    const auto spans = scanner.scan(*answer);
    if (!spans) return answer;
    return std::make_shared<const std::string>(
        mcp::older_response(*answer, *spans, method, version));
  });
}

void mcp_endpoint::forward(post& x, const server_id& server, std::string tool) {
  const bool seals = seals_states(x);
  if (seals && !open_state(x, server, tool)) return;
  auto exchange = make_exchange(x);
  filter_list(x, server, *exchange);
  if (seals) seal_states(x, server, *exchange);
  tell_older(x, *exchange);
  if (!opens_stream(x, exchange)) return;
  auto& plain = *exchange;
  call_request call;
  call.from = caller_of(x);
  call.reply = std::move(exchange);
  if (mcp::may_ask_in(x.method) && !x.session && call.from && call.from->capabilities.any())
    call.reply = parked_.begin(std::move(call.reply), std::string(x.id()), identity_of(x));
  if (x.view) call.reply = joint_way(x, server, std::move(call.reply), call.from.get());
  if (x.session) {
    if (x.method == "resources/subscribe") hear(x.session, server);
    x.session->calls.push_back({std::string{x.id()}, server, call.reply, &plain});
    plain.set_session(x.session);
  } else if (x.method == "initialize") {
    if (!sessions_.has_room(x.request.received)) {
      plain.end(503, std::make_shared<const std::string>(
                         mcp::error_response(x.id(), mcp::code::internal, "too many sessions")));
      return;
    }
    open_session_on_success(x, plain);
  }
  if (x.method == "tools/call") call.ids = ids_of(x);
  call.body = x.request.body;
  call.spans = x.spans;
  call.method = std::move(x.method);
  call.tool = std::move(tool);
  call.client = x.client.client;
  if (x.session) x.session->note_call(server);
  // What call_tool wraps has no headers of its own.
  call.mirrored = x.client.client == era::modern && call.method == "tools/call" && !x.asked;
  if (call.mirrored) call.parameters = parameters_of(x.request.headers);
  call.version = std::move(x.client.version);
  call.received = x.request.received;
  tree_.call(server, std::move(call));
}

/// The owner answers initialize; a session is opened only when it did so with a result.
void mcp_endpoint::open_session_on_success(const post& x, http_exchange& reply) {
  const std::weak_ptr<int> alive = alive_;
  reply.set_headers([this, alive, principal = x.request.who.name,
                     path = std::string{x.request.path()}, version = x.client.version,
                     capabilities = mcp::declared_by_initialize(
                         x.spans.params.of(*x.request.body))](const bytes& answer) -> std::string {
    if (alive.expired()) return {};
    const auto scanned = scanner_.scan(*answer);
    if (!scanned || scanned->kind != message_kind::response) return {};
    return open_session(principal, path, version, capabilities);
  });
}

/// @returns the header line that tells the client its session
std::string mcp_endpoint::open_session(const std::string& principal, const std::string& path,
                                       const std::string& version,
                                       const client_capabilities& capabilities) {
  const auto opened = new_session(principal, path, version, capabilities);
  return opened ? "Mcp-Session-Id: " + opened->id + "\r\n" : std::string{};
}

/// @returns null where there are too many
std::shared_ptr<mcp_session> mcp_endpoint::new_session(const std::string& principal,
                                                       const std::string& path,
                                                       const std::string& version,
                                                       const client_capabilities& capabilities) {
  mcp_session x;
  x.id = options_.random_id();
  x.principal = principal;
  x.path = path;
  x.version = version;
  x.from = std::make_shared<caller>(caller{x.id, principal, capabilities, {}});
  x.trajectory = "session-" + options_.random_id().substr(0, 16);
  return sessions_.open(std::move(x), options_.steady_clock());
}

} // namespace toolscore
