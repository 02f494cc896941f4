// The joint endpoints: /mcp and those of groups.
#include "gateway/joint_answers.hpp"
#include "gateway/joint_exchange.hpp"
#include "gateway/mcp_endpoint.hpp"
#include "gateway/tool_search.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/uri_spans.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {
namespace {

/// Where a value stands in the body that it was read from.
text_span span_in(std::string_view body, std::string_view value) {
  return {static_cast<std::uint32_t>(value.data() - body.data()),
          static_cast<std::uint32_t>(value.size())};
}

std::optional<mcp::served_list> list_of(std::string_view method) {
  for (const auto kind : mcp::all_lists)
    if (mcp::words_of(kind).method == method) return kind;
  return std::nullopt;
}

/// Whether a legacy client may ask for it; modern ones were refused before.
bool is_served(const mcp::served_methods& served, std::string_view method) {
  if (method.starts_with("prompts/")) return served.prompts;
  if (method.starts_with("resources/")) return served.resources;
  return method != "completion/complete" || served.completions;
}

} // namespace

void mcp_endpoint::on_joint_request(post& x) {
  const std::string_view body = *x.request.body;
  if (x.method == "tools/call") {
    on_joint_call(x);
  } else if (!is_served(x.view->served(), x.method)) {
    refuse_method(x);
  } else if (const auto kind = list_of(x.method)) {
    list_manner how{x.client.client,
                    options_.tools_page_max,
                    {cursor_secret_, x.request.where.parameter},
                    options_.steady_clock(),
                    shown_to(x, *kind)};
    if (x.client.client == era::legacy) how.version = x.client.version;
    for (const auto& server : x.view->outdated(*kind, how.now)) tree_.want_lists(server);
    auto answer = list_page(*x.view, *kind, x.id(), x.spans.params.of(body), how);
    reply(x, answer.status, std::move(answer.json));
  } else if (x.method == "prompts/get") {
    on_joint_prompt(x);
  } else if (x.method == "resources/read") {
    on_joint_read(x);
  } else if (x.method == "completion/complete") {
    on_joint_completion(x);
  } else if (x.method == "subscriptions/listen") {
    on_joint_listen(x);
  } else if (x.method == "resources/subscribe" || x.method == "resources/unsubscribe") {
    on_joint_subscription(x);
  } else {
    on_joint_opening(x);
  }
}

/// To whom not everything is shown, the rest is not there.
bool mcp_endpoint::is_shown(const post& x, const server_id& server) {
  return !x.request.access || x.request.access->shows_server(server.value);
}

mcp::entry_filter mcp_endpoint::shown_to(const post& x, mcp::served_list kind) {
  if (!x.request.access) return {};
  if (kind == mcp::served_list::tools)
    return [access = x.request.access](const mcp::list_entry& tool) {
      return access->shows_tool(tool.server.value, tool.original);
    };
  return [access = x.request.access](const mcp::list_entry& item) {
    return access->shows_server(item.server.value);
  };
}

std::function<bool(const std::string&)> mcp_endpoint::servers_shown_to(const post& x) {
  if (!x.request.access) return {};
  return [access = x.request.access](const std::string& server) {
    return access->shows_server(server);
  };
}

void mcp_endpoint::refuse_method(const post& x) {
  auto answer = unknown_method(x.id(), x.method, x.client.client);
  reply(x, answer.status, std::move(answer.json));
}

/// What the endpoint says of itself.
void mcp_endpoint::on_joint_opening(post& x) {
  const bool legacy = x.client.client == era::legacy;
  if (x.method == "initialize" && legacy) {
    const bool opened = x.session && x.session->channel; // By the GET of HTTP+SSE.
    if (!opened && !sessions_.has_room(x.request.received)) {
      reply(x, 503, mcp::error_response(x.id(), mcp::code::internal, "too many sessions"));
      return;
    }
    const auto params = x.spans.params.of(*x.request.body);
    reply(x, 200,
          mcp::gateway_initialize_response(
              x.id(), x.client.version,
              x.view->instructions(options_.instructions, servers_shown_to(x)),
              x.view->capabilities_json(true)),
          opened ? std::string{}
                 : open_session(x.request.who.name, std::string{x.request.path()}, x.client.version,
                                mcp::declared_by_initialize(params)));
  } else if (x.method == "server/discover" && !legacy) {
    reply(x, 200,
          mcp::gateway_discover_response(
              x.id(), x.view->instructions(options_.instructions, servers_shown_to(x)),
              x.view->capabilities_json(true)));
  } else if (x.method == "ping" && legacy) {
    reply(x, 200, mcp::empty_response(x.id(), era::legacy));
  } else {
    refuse_method(x);
  }
}

void mcp_endpoint::on_joint_call(post& x) {
  auto name = called_name(x);
  if (x.view->search()) {
    const auto arguments = x.spans.arguments.of(*x.request.body);
    if (name == search_tool_name) {
      const auto members = search_result(x.view->list(mcp::served_list::tools), arguments,
                                         shown_to(x, mcp::served_list::tools));
      reply(x, 200, mcp::result_response(x.id(), joint_result(x.client.client, members)));
      return;
    }
    if (name == call_tool_name && !unwrap(x, name)) return;
  }
  const auto* found = x.view->list(mcp::served_list::tools).find(name);
  if (!found) {
    // Its owner refuses it, and says how it is approved.
    if (const auto held = x.view->held_tool(name);
        held &&
        (!x.request.access || x.request.access->shows_tool(held->first.value, held->second)))
      return forward(x, held->first, held->second);
    return refuse_call(x, errc::tool_denied, {}, name, unknown_tool(name));
  }
  if (x.request.access && !x.request.access->shows_tool(found->server.value, found->original))
    return refuse_hidden(x, found->server, found->original, name);
  forward(x, found->server, found->original);
}

/// call_tool: from here on it is the call of what it names. @returns false where it was answered
bool mcp_endpoint::unwrap(post& x, std::string& name) {
  const std::string_view body = *x.request.body;
  const auto wrapped = unwrap_call(x.spans.arguments.of(body));
  if (!wrapped) {
    const std::string text = "call_tool needs \"name\", a text, and \"arguments\", an object";
    refuse_call(x, errc::bad_request, {}, name, text);
    return false;
  }
  // A client that is asked comes back with the call as it wrote it.
  x.asked = identity_of(x);
  name = wrapped->name;
  const auto outer = x.spans.arguments;
  auto inner = std::make_shared<std::string>(body.substr(0, outer.at));
  inner->append(wrapped->arguments).append(body.substr(outer.at + outer.length));
  x.request.body = std::move(inner);
  x.spans = *scanner_.scan(*x.request.body); // Valid JSON stands where valid JSON stood.
  x.client.meta = scanner_.meta();
  return true;
}

void mcp_endpoint::on_joint_prompt(post& x) {
  const auto name = mcp::decode(x.spans.name.of(*x.request.body));
  const auto* found = x.view->list(mcp::served_list::prompts).find(name);
  if (!found) {
    reply(x, 200,
          mcp::error_response(x.id(), mcp::code::bad_params,
                              "Unknown prompt: " + name.substr(0, 128)));
    return;
  }
  forward(x, found->server, found->original);
}

/// Nobody but the one server that it belongs to hears of a URI.
std::optional<mcp::resource_place> mcp_endpoint::place_of(const post& x,
                                                          const std::string& uri) const {
  auto place = place_for_all(x, uri);
  return place && is_shown(x, place->server) ? place : std::nullopt;
}

std::optional<mcp::resource_place> mcp_endpoint::place_for_all(const post& x,
                                                               const std::string& uri) const {
  if (auto place = x.view->find_resource(uri)) return place;
  const auto seen = seen_.find(x.request.who.name, uri);
  if (seen && x.view->server(seen->value) != nullptr) return mcp::resource_place{*seen, uri};
  if (auto place = x.view->find_prefixed(uri)) return place;
  if (const auto sole = x.view->sole_resource_server()) return mcp::resource_place{*sole, uri};
  return std::nullopt;
}

void mcp_endpoint::on_joint_read(post& x) {
  const auto uri = mcp::decode(x.spans.name.of(*x.request.body));
  auto place = x.spans.name ? place_of(x, uri) : std::nullopt;
  if (!place) {
    reply(x, 200, unknown_resource(x.id(), uri, x.client.client));
    return;
  }
  forward(x, place->server, std::move(place->uri));
}

/// The name or URI that it completes an argument of is the endpoint's, and goes up as the server's.
void mcp_endpoint::on_joint_completion(post& x) {
  const std::string_view body = *x.request.body;
  const auto ref = mcp::member_of(x.spans.params.of(body), "ref");
  const bool is_prompt = mcp::says(mcp::member_of(ref, "type"), "ref/prompt");
  const auto value = mcp::member_of(ref, is_prompt ? "name" : "uri");
  const auto name = mcp::decode(value);
  std::optional<mcp::resource_place> place;
  const auto take = [&](mcp::served_list kind) {
    const auto* found = x.view->list(kind).find(name);
    if (found && is_shown(x, found->server))
      place = mcp::resource_place{found->server, found->original};
  };
  if (is_prompt) {
    take(mcp::served_list::prompts);
  } else {
    take(mcp::served_list::templates);
    if (!place && !name.empty()) place = place_of(x, name);
  }
  if (!place) {
    reply(x, 200,
          mcp::error_response(x.id(), mcp::code::bad_params,
                              "what it refers to is unknown: " + name.substr(0, 256)));
    return;
  }
  const auto* server = x.view->server(place->server.value);
  if (server == nullptr || (server->handshake && !mcp::declares(*server, "completions"))) {
    reply(x, 200, no_completions(x.id(), x.client.client));
    return;
  }
  x.spans.name = span_in(body, value);
  forward(x, place->server, std::move(place->uri));
}

/// The way back of a joint call: the client's own where nothing of the answer is changed.
exchange_ptr mcp_endpoint::joint_way(const post& x, const server_id& server, exchange_ptr plain,
                                     const caller* from) {
  joint_exchange::changes what;
  if (from != nullptr && from->capabilities.any() && x.view->servers() > 1)
    what.asks_as = server.value;
  if (mcp::may_ask_in(x.method) && x.view->looks_at_uris(server))
    what.answer = [this, alive = std::weak_ptr<int>(alive_), view = x.view, server,
                   method = x.method, who = x.request.who.name](const bytes& line) {
      return alive.expired() ? line : expose_uris(*view, server, method, who, line);
    };
  if (what.asks_as.empty() && !what.answer) return plain;
  return std::make_shared<joint_exchange>(std::move(plain), std::move(what));
}

/// URIs that lead to another server are told with their server's name before them; links that are
/// in no list are kept, so that their reader is led there.
bytes mcp_endpoint::expose_uris(const mcp::joint_view& view, const server_id& server,
                                const std::string& method, const std::string& who,
                                const bytes& line) {
  if (line->find("\"uri\"") == std::string::npos) return line;
  const auto spans = scanner_.scan(*line);
  if (!spans) return line;
  const auto uris = mcp::uri_spans(*line, *spans, method);
  if (uris.empty()) return line;
  if (method != "resources/read")
    for (const auto& span : uris) {
      const auto uri = mcp::decode(span.of(*line));
      if (!view.find_resource(uri)) seen_.note(who, uri, server);
    }
  if (!view.rewrites(server)) return line;
  return std::make_shared<const std::string>(mcp::rewrite_uris(
      *line, uris, [&](const std::string& uri) { return view.exposed_uri(server, uri); }));
}

} // namespace toolscore
