// The requestState of modern servers on its way through modern clients.
#include "gateway/mcp_endpoint.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/rounds.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {
namespace {

/// Of whoever comes by loopback without a token: there is nobody else to be told apart from.
constexpr std::string_view anonymous = "local";

std::int64_t milliseconds_of(std::chrono::steady_clock::time_point x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x.time_since_epoch()).count();
}

} // namespace

/// At a server's own endpoint the only user of a host talks with the server itself, to the byte.
bool mcp_endpoint::seals_states(const post& x) {
  if (x.client.client != era::modern || !mcp::may_ask_in(x.method)) return false;
  return x.view != nullptr || x.request.who.name != anonymous;
}

/// A call that goes on reaches its server with the state as that gave it. @returns false where the
/// state is not good for this, and that was told
bool mcp_endpoint::open_state(post& x, const server_id& server, const std::string& tool) {
  const std::string_view body = *x.request.body;
  const auto params = x.spans.params.of(body);
  if (!mcp::carries_state(params)) return true;
  const auto raw = mcp::member_of(params, "requestState");
  const auto state = seal_.open(mcp::decode(raw), identity_of(x), server.value,
                                milliseconds_of(options_.steady_clock()));
  if (!state) {
    const std::string why(mcp::foreign_state);
    if (x.method == "tools/call")
      refuse_call(x, errc::bad_request, server, tool.empty() ? called_name(x) : tool, why);
    else
      reply(x, 200, mcp::error_response(x.id(), mcp::code::bad_params, why));
    return false;
  }
  const auto at = static_cast<std::size_t>(raw.data() - body.data());
  auto opened = std::make_shared<std::string>(body.substr(0, at));
  opened->append(mcp::quote(*state)).append(body.substr(at + raw.size()));
  x.request.body = std::move(opened);
  x.spans = *scanner_.scan(*x.request.body); // Valid JSON stands where valid JSON stood.
  x.client.meta = scanner_.meta();
  return true;
}

/// What the server asks is told with its state sealed and, where there are others, with its name.
void mcp_endpoint::seal_states(const post& x, const server_id& server, http_exchange& reply) {
  if (x.view) {
    const auto* offer = x.view->server(server.value);
    if (offer && offer->handshake && offer->handshake->server == era::legacy) return;
  }
  const bool named = x.view && x.view->servers() > 1;
  reply.add_rewriting([this, alive = std::weak_ptr<int>(alive_), body = x.request.body,
                       spans = std::pair(x.spans.name, x.spans.arguments), asked = x.asked, server,
                       named, method = x.method, path = std::string(x.request.path()),
                       who = x.request.who.name](const bytes& answer) -> bytes {
    if (alive.expired() || answer->find("input_required") == std::string::npos) return answer;
    mcp::scanner scanner;
    const auto found = scanner.scan(*answer);
    if (!found || found->kind != message_kind::response) return answer;
    const auto result = found->result.of(*answer);
    // Our own parked calls need neither.
    if (!mcp::asks_for_input(result) || parked_calls::is_ours(mcp::state_of(result))) return answer;
    const auto call = asked ? *asked
                            : call_identity{who, path, method, mcp::decode(spans.first.of(*body)),
                                            std::string(spans.second.of(*body))};
    const auto until = milliseconds_of(options_.steady_clock() + options_.parking.state_life);
    mcp::asking_changes what;
    if (named) what.asks_as = server.value;
    what.state = [&](const std::string& state) {
      return seal_.seal(state, call, server.value, until);
    };
    return std::make_shared<const std::string>(mcp::changed_asking(*answer, found->result, what));
  });
}

} // namespace toolscore
