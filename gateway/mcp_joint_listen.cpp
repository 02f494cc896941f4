// Listening at the joint endpoints.
#include "gateway/joint_answers.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/listening.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

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
  if (!joint_.open(std::move(what), exchange, x.request.received))
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
  if (x.session) hear_joint(x, place->server);
  x.spans.name = {static_cast<std::uint32_t>(value.data() - body.data()),
                  static_cast<std::uint32_t>(value.size())};
  forward(x, place->server, std::move(place->uri));
}

} // namespace toolscore
