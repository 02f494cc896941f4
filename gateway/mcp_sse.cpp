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

outbound_answer refusal_of(int status, std::string_view why) {
  return json_answer(status, mcp::error_response({}, mcp::code::invalid_request, why));
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
    return connection->answer(turn, refusal_of(406, "the client must accept text/event-stream"));
  post x{request, connection, turn, {}, {}, {}, nullptr};
  if (!find_place(x)) return;
  const auto session = new_session(request.who.name, std::string(request.path()), {}, {});
  if (!session) return connection->answer(turn, refusal_of(503, "too many sessions"));
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
  const auto id = query_value(request.query(), "sessionId");
  if (!id)
    return connection->answer(
        turn, refusal_of(400, "sessionId is missing: a GET of this path opens a session"));
  const auto session = sessions_.find(*id, request.who.name, request.path(), request.received);
  if (!session || !session->channel)
    return connection->answer(turn, refusal_of(404, "no such session: GET this path again"));
  mcp::http_view view;
  view.content_type = request.headers.get("content-type").value_or(std::string_view{});
  if (const auto why = mcp::check_media(view))
    return connection->answer(turn, json_answer(why->http_status, mcp::refusal_body(*why, {})));
  inbound_request one = request; // `where` points into the first one's target.
  const auto spans = scanner_.scan(*one.body);
  if (!spans && !(session->version == batching_version && begins_array(*one.body))) {
    const auto why = mcp::refuse_scan(scanner_, spans.failure());
    const auto readable = scanner_.readable_id().of(*one.body);
    return connection->answer(turn, json_answer(why.http_status, mcp::refusal_body(why, readable)));
  }
  outbound_answer taken;
  taken.status = 202;
  connection->answer(turn, std::move(taken));
  one.headers.clear(); // Of those that are left none says anything in this transport.
  one.headers.add("content-type", "application/json");
  one.headers.add("mcp-session-id", session->id);
  const std::shared_ptr<sse_channel> channel = session->channel;
  const auto number = channel->begin_turn();
  if (const auto why = spans ? enter(session, one, *spans) : std::string{}; !why.empty())
    return channel->answer(number, json_answer(200, why));
  on_post(one, channel, number);
}

/// The order of a session's first messages. @returns the answer to one that does not fit, or empty
std::string mcp_endpoint::enter(const std::shared_ptr<mcp_session>& session,
                                const inbound_request& request, const envelope& spans) {
  const std::string_view body = *request.body;
  const auto method = mcp::decode(spans.method.of(body));
  const auto refused = [&](int code, std::string_view why) {
    if (spans.kind != message_kind::request) return std::string{};
    return mcp::error_response(spans.id.of(body), code, why);
  };
  if (!scanner_.meta().protocol_version.empty() || method == "server/discover" ||
      method == "subscriptions/listen")
    return refused(mcp::code::unknown_method,
                   "the HTTP+SSE transport speaks no modern protocol version: initialize");
  if (method == "notifications/initialized") {
    if (!std::exchange(session->initialized, true)) listen_on(session, request.where);
  } else if (method == "initialize" && spans.kind == message_kind::request) {
    if (session->initialized)
      return refused(mcp::code::invalid_request, "this session is initialized already");
    const auto params = spans.params.of(body);
    const auto wanted = mcp::is_object(params)
                            ? mcp::decode(mcp::member_of(params, "protocolVersion"))
                            : std::string{};
    session->version =
        wanted == mcp::http_sse_version ? mcp::http_sse_version : mcp::negotiate_legacy(wanted);
    session->from->capabilities = mcp::declared_by_initialize(params);
  } else if (session->version.empty() && method != "ping") {
    return refused(mcp::code::invalid_request, "initialize comes first");
  }
  return {};
}

} // namespace toolscore
