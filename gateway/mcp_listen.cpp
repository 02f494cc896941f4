#include "gateway/mcp_endpoint.hpp"
#include "gateway/session_ear.hpp"
#include "mcp/answers.hpp"
#include "mcp/listening.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {

namespace {

outbound_answer refusal_of(int status, std::string_view why) {
  return json_answer(status, mcp::error_response({}, mcp::code::invalid_request, why));
}

} // namespace

/// A legacy client listens: to what belongs to no call of its, or behind the place at which a
/// stream broke off.
void mcp_endpoint::on_get(inbound_request& request,
                          const std::shared_ptr<client_connection>& connection,
                          std::uint64_t turn) {
  const auto& headers = request.headers;
  const auto version = headers.get("mcp-protocol-version");
  if (version && mcp::is_modern_version(*version)) {
    auto x = refusal_of(405, "this protocol version listens by subscriptions/listen");
    x.headers = "Allow: POST\r\n";
    return connection->answer(turn, std::move(x));
  }
  if (version && !mcp::is_legacy_version(*version))
    return connection->answer(turn, refusal_of(400, "this protocol version is not supported"));
  if (!takes_stream(headers))
    return connection->answer(turn, refusal_of(406, "the client must accept text/event-stream"));
  const auto id = headers.get("mcp-session-id");
  if (!id)
    return connection->answer(
        turn, refusal_of(400, "the header Mcp-Session-Id is missing: initialize first"));
  const auto session = sessions_.find(*id, request.who.name, request.path(), request.received);
  if (!session)
    return connection->answer(turn, refusal_of(404, "no such session: initialize again"));
  const auto place = read_event_id(headers.get("last-event-id").value_or(std::string_view{}));
  auto stream = place ? session->find_stream(place->stream) : nullptr;
  if (stream)
    ++exchanges_->kept->resumed;
  else
    stream = session->begin_stream(true, options_.streams, exchanges_->kept);
  stream->attach(connection, turn, place ? place->event : 0);
  session->tidy_streams();
  pulse_.add(stream, standing_of(request));
  listen_on(session, request.where);
  session->tell_untold();
}

/// Its client hears of what changes at that place from now on.
void mcp_endpoint::listen_on(const std::shared_ptr<mcp_session>& session, const route& where) {
  if (where.kind == route_kind::mcp_server)
    hear(session, server_id{std::string{where.parameter}});
  else
    joint_.add(std::string{where.parameter}, session);
}

/// Its server tells it of changes from now on.
void mcp_endpoint::hear(const std::shared_ptr<mcp_session>& session, const server_id& server) {
  if (!session->hears_first(server)) return;
  session->note_call(server);
  auto ear = std::make_shared<session_ear>(
      session, [this, alive = std::weak_ptr(alive_)](const mcp_session& lost) {
        if (!alive.expired())
          sessions_.end(lost.id, lost.principal, lost.path, options_.steady_clock());
      });
  tree_.listen(server, {session->id, session->principal, std::move(ear)});
}

/// Of lists the joint endpoint tells itself; one server that is lost is not the end of the others.
void mcp_endpoint::hear_joint(const std::shared_ptr<mcp_session>& session, const std::string& group,
                              const server_id& server) {
  if (!session->hears_first(server)) return;
  session->note_call(server);
  auto ear = std::make_shared<session_ear>(
      session, [server](mcp_session& lost) { std::erase(lost.heard, server); },
      [this, alive = std::weak_ptr(alive_), server, group](const bytes& json) {
        return alive.expired() ? json : expose_update(group, server, json);
      });
  tree_.listen(server, {session->id, session->principal, std::move(ear), false});
}

/// A resource is told by the URI that the joint endpoint shows it under.
bytes mcp_endpoint::expose_update(const std::string& group, const server_id& server,
                                  const bytes& json) {
  const auto view = tree_.view(group);
  if (!view || !view->rewrites(server)) return json;
  const auto spans = scanner_.scan(*json);
  if (!spans) return json;
  const auto exposed = view->exposed_uri(server, mcp::uri_of(spans->params.of(*json)));
  return exposed ? std::make_shared<const std::string>(mcp::resource_updated_line(*exposed)) : json;
}

/// A modern client's stream stays open, and is ended with the node.
bool mcp_endpoint::opens_stream(const post& x, const std::shared_ptr<http_exchange>& reply) {
  if (x.method != "subscriptions/listen") return true;
  if (!takes_stream(x.request.headers)) {
    reply->end(406, std::make_shared<const std::string>(mcp::error_response(
                        x.id(), mcp::code::invalid_request,
                        "a client that listens must accept text/event-stream")));
    return false;
  }
  pulse_.add(reply, standing_of(x.request));
  return true;
}

standing mcp_endpoint::standing_of(const inbound_request& request) const {
  return options_.standing_of ? options_.standing_of(request) : standing{};
}

void mcp_endpoint::check_streams() {
  pulse_.check();
}

void mcp_endpoint::close_streams() {
  pulse_.finish();
}

} // namespace toolscore
