// The HTTP+SSE transport of 2024-11-05: a GET opens a session and its one stream, each POST says
// something in it.
#include "gateway/batch.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "gateway/sse_channel.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {
namespace {

/// What its reader may owe: two of the largest answers may come in a row.
constexpr std::size_t channel_unsent_max = std::size_t{64} << 20;

mcp::refusal refusal_of(int status, const char* why) {
  return {status, mcp::code::invalid_request, why, {}};
}

outbound_answer answer_of(const mcp::refusal& why) {
  return json_answer(why.http_status, mcp::refusal_body(why, {}));
}

route_kind plain_kind(route_kind x) {
  if (x == route_kind::sse_server) return route_kind::mcp_server;
  return x == route_kind::sse_group ? route_kind::mcp_group : route_kind::mcp_all;
}

/// Where its client is to POST to, as its first event.
std::string endpoint_event(std::string_view path, std::string_view session) {
  return std::string("event: endpoint\ndata: ")
      .append(path)
      .append("?sessionId=")
      .append(session)
      .append("\n\n");
}

} // namespace

void mcp_endpoint::handle_http_sse(inbound_request& request,
                                   const std::shared_ptr<client_connection>& connection,
                                   std::uint64_t turn) {
  request.where.kind = plain_kind(request.where.kind);
  if (request.method == http_method::get)
    open_channel(request, connection, turn);
  else
    on_channel_post(request, connection, turn);
}

void mcp_endpoint::open_channel(inbound_request& request,
                                const std::shared_ptr<client_connection>& connection,
                                std::uint64_t turn) {
  if (!takes_stream(request.headers))
    return connection->answer(
        turn, answer_of(refusal_of(406, "the client must accept text/event-stream")));
  post x{request, connection, turn, {}, {}, {}, nullptr};
  if (!find_place(x)) return;
  const auto session = new_session(request.who.name, std::string(request.path()), {}, {});
  if (!session) return connection->answer(turn, answer_of(refusal_of(503, "too many sessions")));
  auto limits = options_.streams;
  limits.kept_events_max = 0; // Who comes back begins anew.
  limits.unsent_max = channel_unsent_max;
  const auto stream =
      std::make_shared<event_stream>(1, event_numbering::none, limits, exchanges_->kept);
  session->channel = std::make_shared<sse_channel>(stream);
  session->streams.push_back({stream, true});
  const auto over = [this, alive = std::weak_ptr(alive_), known = std::weak_ptr(session)] {
    const auto lost = known.lock();
    if (!lost) return;
    lost->channel->close();
    if (!alive.expired())
      sessions_.end(lost->id, lost->principal, lost->path, options_.steady_clock());
  };
  stream->on_detached(over);
  session->channel->on_revoked(over);
  ++exchanges_->streams;
  stream->attach(connection, turn, 0, endpoint_event(request.path(), session->id));
  pulse_.add(session->channel, standing_of(request));
}

/// What is no message at all is refused at once; everything else is taken, and answered on the
/// session's stream.
void mcp_endpoint::on_channel_post(inbound_request& request,
                                   const std::shared_ptr<client_connection>& connection,
                                   std::uint64_t turn) {
  inbound_request one = request; // `where` points into the first one's target.
  post x{one, connection, turn, {}, {}, {}, nullptr};
  const auto scanned = read(x);
  const auto id = query_value(request.query(), "sessionId");
  if (!id)
    return refuse(x, refusal_of(400, "sessionId is missing: a GET of this path opens a session"),
                  {});
  const auto session = sessions_.find(*id, request.who.name, request.path(), request.received);
  if (!session || !session->channel)
    return refuse(x, refusal_of(404, "no such session: GET this path again"), {});
  x.session = session;
  mcp::http_view view;
  view.content_type = request.headers.get("content-type").value_or(std::string_view{});
  if (const auto why = mcp::check_media(view)) return refuse(x, *why, {});
  if (!scanned && !(session->version == batching_version && begins_array(*one.body)))
    return refuse(x, mcp::refuse_scan(scanner_, scanned.failure()), x.id());
  outbound_answer taken;
  taken.status = 202;
  connection->answer(turn, std::move(taken));
  one.headers.clear(); // Of those that are left none says anything in this transport.
  one.headers.add("content-type", "application/json");
  one.headers.add("mcp-session-id", session->id);
  const auto number = session->channel->begin_turn();
  const std::shared_ptr<client_connection> channel = session->channel;
  post told{one, channel, number, x.spans, std::move(x.method), {}, session};
  if (const auto why = scanned ? enter(told, request.where) : std::nullopt)
    return refuse(told, *why, told.id());
  on_post(one, channel, number);
}

/// The order of a session's first messages. @returns why one does not fit, where it is a request
std::optional<mcp::refusal> mcp_endpoint::enter(const post& x, const route& where) {
  const auto& session = x.session;
  const bool asks = x.spans.kind == message_kind::request;
  const auto refused = [&](int code, const char* why) {
    return asks ? std::optional(mcp::refusal{200, code, why, {}}) : std::nullopt;
  };
  if (!scanner_.meta().protocol_version.empty() || x.method == "server/discover" ||
      x.method == "subscriptions/listen")
    return refused(mcp::code::unknown_method,
                   "the HTTP+SSE transport speaks no modern protocol version: initialize");
  if (x.method == "notifications/initialized") {
    if (!std::exchange(session->initialized, true)) listen_on(session, where);
  } else if (x.method == "initialize" && asks) {
    if (session->initialized)
      return refused(mcp::code::invalid_request, "this session is initialized already");
    const auto params = x.spans.params.of(*x.request.body);
    const auto wanted = mcp::is_object(params)
                            ? mcp::decode(mcp::member_of(params, "protocolVersion"))
                            : std::string{};
    session->version =
        wanted == mcp::http_sse_version ? mcp::http_sse_version : mcp::negotiate_legacy(wanted);
    session->from->capabilities = mcp::declared_by_initialize(params);
  } else if (session->version.empty() && x.method != "ping") {
    return refused(mcp::code::invalid_request, "initialize comes first");
  }
  return std::nullopt;
}

} // namespace toolscore
