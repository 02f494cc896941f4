// Listening at the joint endpoints.
#include "gateway/joint_answers.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "gateway/own_call.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/listening.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

/// A modern client's stream, from all servers at once.
void mcp_endpoint::on_joint_listen(post& x) {
  auto wanted = mcp::read_listen(x.spans.params.of(*x.request.body));
  if (!wanted) {
    reply(x, 200, mcp::error_response(x.id(), mcp::code::bad_params, wanted.failure().detail));
    return;
  }
  joint_listens::request what;
  what.group = x.request.where.parameter;
  what.id_raw = x.id();
  what.filter =
      mcp::honoured(std::move(*wanted), mcp::listenable_of(x.view->capabilities_json(true)));
  std::vector<std::string> known;
  for (const auto& uri : what.filter.uris)
    if (auto place = place_of(x, uri)) {
      what.watched.push_back(std::move(*place));
      known.push_back(uri);
    }
  what.filter.uris = std::move(known); // The others are nobody's to tell of.
  const auto exchange = make_exchange(x);
  if (!opens_stream(x, exchange)) return;
  if (!joint_.open(std::move(what), exchange))
    exchange->end(200, std::make_shared<const std::string>(mcp::error_response(
                           x.id(), mcp::code::internal, "too many clients listen here")));
}

/// resources/subscribe and resources/unsubscribe of a legacy client: the resource's own server
/// answers, and tells the session.
void mcp_endpoint::on_joint_subscription(post& x) {
  const std::string_view body = *x.request.body;
  const auto value = mcp::member_of(x.spans.params.of(body), "uri");
  const auto uri = mcp::decode(value);
  auto place = uri.empty() ? std::nullopt : place_of(x, uri);
  if (!place) {
    reply(x, 200, unknown_resource(x.id(), uri, x.client.client));
    return;
  }
  if (x.session) {
    hear_joint(x.session, std::string(x.request.where.parameter), place->server);
    note_watched(x, *place);
  }
  x.spans.name = {static_cast<std::uint32_t>(value.data() - body.data()),
                  static_cast<std::uint32_t>(value.size())};
  forward(x, place->server, std::move(place->uri));
}

/// What is to be asked for again, should the server's owner be lost.
void mcp_endpoint::note_watched(const post& x, const mcp::resource_place& place) {
  auto& watched = x.session->watched;
  const mcp_session::watched_resource what{place.server, place.uri};
  const bool known = std::erase(watched, what) != 0;
  if (x.method != "resources/subscribe" || watched.size() >= mcp::listen_uris_max) return;
  const bool first = watched.empty() && !known;
  watched.push_back(what);
  if (first) watching_.push_back({std::string(x.request.where.parameter), x.session});
}

/// Servers have come: sessions that watch their resources go on doing so.
void mcp_endpoint::hear_again() {
  std::erase_if(watching_, [](const watching_session& x) {
    const auto session = x.session.lock();
    return !session || session->over || session->watched.empty();
  });
  for (const auto& [group, weak] : watching_) {
    const auto session = weak.lock();
    for (const auto& what : session->watched) {
      const auto& heard = session->heard;
      const bool lost = std::find(heard.begin(), heard.end(), what.server) == heard.end();
      if (!lost || !tree_.has_server(what.server)) continue;
      hear_joint(session, group, what.server);
      for (const auto& each : session->watched)
        if (each.server == what.server) subscribe_again(session, each);
    }
  }
}

void mcp_endpoint::hear_again_later() {
  constexpr std::chrono::seconds pause{5};
  if (std::exchange(hears_later_, true)) return;
  options_.after(pause, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    hears_later_ = false;
    hear_again();
  });
}

/// Its client is told to look once it is done: what happened meanwhile nobody has told.
void mcp_endpoint::subscribe_again(const std::shared_ptr<mcp_session>& session,
                                   const mcp_session::watched_resource& what) {
  const auto done = [this, alive = std::weak_ptr(alive_), weak = std::weak_ptr(session),
                     what](const bytes& answer) {
    const auto known = weak.lock();
    if (alive.expired() || !known || known->over) return;
    const auto spans = scanner_.scan(*answer);
    if (spans && spans->kind == message_kind::response) {
      const auto at = std::find_if(watching_.begin(), watching_.end(),
                                   [&](const auto& x) { return x.session.lock() == known; });
      const auto line = std::make_shared<const std::string>(mcp::resource_updated_line(what.uri));
      if (at != watching_.end()) known->tell(expose_update(at->group, what.server, line));
    } else if (answer->find("\"toolscore\"") == std::string::npos) {
      std::erase(known->watched, what); // The server itself has no such resource any more.
    } else {
      std::erase(known->heard, what.server);
      hear_again_later();
    }
  };
  call_request call;
  call.body = std::make_shared<const std::string>(mcp::subscribe_request_line(1, true, what.uri));
  call.spans = *mcp::scanner{}.scan(*call.body);
  call.method = "resources/subscribe";
  call.version = session->version;
  call.from = session->from;
  call.reply = std::make_shared<own_call>(principal{session->principal, false}, done);
  call.received = options_.steady_clock();
  tree_.call(what.server, std::move(call));
}

} // namespace toolscore
