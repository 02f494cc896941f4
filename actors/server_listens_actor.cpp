#include "actors/server_listens_actor.hpp"

#include "actors/call_refusal.hpp"
#include "actors/server_calls_actor.hpp"
#include "actors/server_ends_actor.hpp"
#include "actors/server_lists_actor.hpp"
#include "actors/server_own_actor.hpp"
#include "actors/server_replicas_actor.hpp"
#include "actors/server_upkeep_actor.hpp"
#include "loop/log_io.hpp"
#include "mcp/answers.hpp"
#include "mcp/json_text.hpp"
#include "mcp/splice.hpp"
#include "mcp/versions.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds listen_again_first{
    1'000}; ///< After a server has ended our stream by itself.
constexpr milliseconds listen_again_max{60'000};

bool session_has_own(const void* context, const std::string& session) {
  return has_own(*static_cast<const server_actor_state*>(context), session);
}

heard_instance heard_of(server_actor_pointer self, const replica& one) {
  return {one.owned_by, session_has_own, &self->state};
}

listen_book& book_of(server_actor_state& state) {
  if (!state.listens) state.listens = std::make_unique<listen_book>();
  return *state.listens;
}

upstream_listen& listens_of(replica& one) {
  if (!one.listens) one.listens = std::make_unique<upstream_listen>();
  return *one.listens;
}

void send_line(const replica& one, std::string line) {
  one.wire->send(std::make_shared<const std::string>(std::move(line)));
}

void sync_all(server_actor_pointer self) {
  for (auto& one : self->state.replicas) sync_listens(self, one);
}

mcp::listenable offered_by(const server_actor_state& state) {
  return state.handshake ? mcp::listenable_of(state.handshake->capabilities_json)
                         : mcp::listenable{};
}

/// A modern server has one stream for all; the next one is open before the former is closed.
void sync_modern(server_actor_pointer self, replica& one, mcp::listen_filter wanted) {
  auto& asked = listens_of(one);
  if (asked.refused || (asked.id != 0 && asked.filter == wanted)) return;
  if (asked.id != 0) {
    if (asked.acknowledged)
      asked.former = asked.id;
    else
      send_line(one, mcp::cancelled_line(asked.id, "another one takes its place"));
  }
  asked.id = self->state.calls.take_id();
  asked.acknowledged = false;
  asked.filter = std::move(wanted);
  send_line(one, mcp::listen_request_line(asked.id, asked.filter, one.handshake->protocol_version));
}

void sync_legacy(server_actor_pointer self, replica& one, const std::vector<std::string>& wanted) {
  if (wanted.empty() && !one.listens) return;
  auto& asked = listens_of(one);
  auto& calls = self->state.calls;
  for (const auto& uri : wanted)
    if (!std::binary_search(asked.subscribed.begin(), asked.subscribed.end(), uri))
      send_line(one, mcp::subscribe_request_line(calls.take_id(), true, uri));
  for (const auto& uri : asked.subscribed)
    if (!std::binary_search(wanted.begin(), wanted.end(), uri))
      send_line(one, mcp::subscribe_request_line(calls.take_id(), false, uri));
  asked.subscribed = wanted;
}

void arm_due(server_actor_pointer self, replica& one, std::chrono::steady_clock::time_point at) {
  self->scheduled_send(self, at, listen_due{++listens_of(one).timer, one.place});
}

void tell_now(server_actor_pointer self, replica& one, mcp::list_kind kind) {
  auto& state = self->state;
  if (one.owned_by.empty()) {
    state.lists_told.add(lists_of(kind));
    fetch_lists_soon(self, lists_of(kind));
  }
  if (state.listens) state.listens->list_changed(kind, heard_of(self, one));
}

/// The server's own, whatever its client knows it by.
std::string uri_in(const call_request& request) {
  return request.tool.empty() ? mcp::uri_of(request.spans.params.of(*request.body)) : request.tool;
}

std::string too_many_uris() {
  return "it watches " + std::to_string(mcp::listen_uris_max) +
         " resources already; unsubscribe from one of them";
}

void begin_listen(server_actor_pointer self, call_request&& request) {
  auto& state = self->state;
  if (request.reply->abandoned()) return;
  const auto offered = offered_by(state);
  if (offered.lists.empty() && !offered.subscribe) {
    request.reply->end(404, std::make_shared<const std::string>(mcp::error_response(
                                id_of(request), mcp::code::unknown_method,
                                "Method not found: it announces nothing to listen to")));
    return;
  }
  auto wanted = mcp::read_listen(request.spans.params.of(*request.body));
  if (!wanted) {
    request.reply->end(200, std::make_shared<const std::string>(mcp::error_response(
                                id_of(request), mcp::code::bad_params, wanted.failure().detail)));
    return;
  }
  auto& book = book_of(state);
  open_listen who;
  who.filter = mcp::honoured(std::move(*wanted), offered);
  if (book.full() || book.watched() + who.filter.uris.size() > listen_book::watched_max)
    return fail_call(self, std::move(request), errc::queue_full,
                     "as many clients listen to it as it keeps in mind; close a stream");
  who.id_raw = id_of(request);
  who.principal = request.reply->who().name;
  who.reply = request.reply;
  who.reply->event(
      std::make_shared<const std::string>(mcp::acknowledged_line(who.id_raw, who.filter)));
  const bool watches = !who.filter.uris.empty();
  book.add(std::move(who));
  if (watches) sync_all(self);
}

/// The instance that a session's subscriptions are asked of; null while there is none.
replica* heard_by(server_actor_state& state, const open_listen& who) {
  const auto hears_it = [&](const replica& x) {
    return x.wire && hears(who, {x.owned_by, session_has_own, &state});
  };
  const auto at = std::find_if(state.replicas.begin(), state.replicas.end(), hears_it);
  return at == state.replicas.end() ? nullptr : &*at;
}

/// @returns true if it is done without the server
bool subscribe_here(server_actor_pointer self, open_listen& who, bool subscribe,
                    const std::string& uri) {
  auto& state = self->state;
  if (state.handshake->server == era::modern) {
    if (subscribe)
      who.filter.add(uri);
    else
      who.filter.remove(uri);
    sync_all(self);
    return true;
  }
  if (subscribe) return false; // Whether there is such a resource only the server knows.
  who.filter.remove(uri);
  const auto* one = heard_by(state, who);
  if (one == nullptr) return false;
  const auto others = state.listens->watched_at({one->owned_by, session_has_own, &state});
  return std::binary_search(others.begin(), others.end(), uri);
}

} // namespace

void admit_listen(server_actor_pointer self, call_request&& request,
                  std::optional<std::chrono::steady_clock::time_point> wait_until) {
  auto& state = self->state;
  const auto verdict = admission_of(self);
  if (verdict == admission::refuse)
    return fail_call(self, std::move(request), errc::server_not_ready, reason_of(state));
  if (state.handshake) return begin_listen(self, std::move(request));
  wait_in_line(self, std::move(request), waits_for::start, wait_until);
}

void take_session_listen(server_actor_pointer self, const session_listen& message) {
  auto& book = book_of(self->state);
  if (book.full() || book.of_session(message.session) != nullptr) return;
  open_listen who;
  who.sink = message.sink;
  who.session = message.session;
  who.principal = message.principal;
  who.filter.tools = who.filter.prompts = who.filter.resources = message.lists;
  book.add(std::move(who));
}

void take_session_notice(server_actor_pointer self, const session_notice& message) {
  for (const auto& one : self->state.replicas) {
    const bool is_its = one.wire && one.handshake && one.handshake->server == era::legacy &&
                        one.owned_by == "s " + message.session;
    if (is_its) send_line(one, R"({"jsonrpc":"2.0","method":)" + mcp::quote(message.method) + "}");
  }
}

bool answer_subscription(server_actor_pointer self, const call_request& request) {
  auto& state = self->state;
  if (!is_subscription(request.method) || !state.handshake) return false;
  const bool subscribe = request.method == "resources/subscribe";
  const auto end = [&](std::string text) {
    request.reply->end(200, std::make_shared<const std::string>(std::move(text)));
    return true;
  };
  const auto refuse = [&](int code, std::string_view why) {
    return end(mcp::error_response(id_of(request), code, why));
  };
  const bool modern = state.handshake->server == era::modern;
  if (modern && !offered_by(state).subscribe)
    return refuse(mcp::code::unknown_method, "Method not found: " + request.method);
  const auto uri = uri_in(request);
  if (uri.empty()) return modern && refuse(mcp::code::bad_params, "\"uri\" must be a text");
  auto* who =
      request.from && state.listens ? state.listens->of_session(request.from->session) : nullptr;
  if (who == nullptr)
    return modern && refuse(mcp::code::internal, "this caller has no stream to be told on");
  const bool full = who->filter.uris.size() >= mcp::listen_uris_max ||
                    state.listens->watched() >= listen_book::watched_max;
  if (subscribe && full && !who->filter.wants(uri))
    return refuse(mcp::code::internal, too_many_uris());
  return subscribe_here(self, *who, subscribe, uri) &&
         end(mcp::empty_response(id_of(request), era::legacy));
}

void note_subscription(server_actor_pointer self, replica& one, const call_request& request) {
  auto& state = self->state;
  auto* who =
      request.from && state.listens ? state.listens->of_session(request.from->session) : nullptr;
  if (who == nullptr || one.handshake->server == era::modern) return;
  const auto uri = uri_in(request);
  auto& subscribed = listens_of(one).subscribed;
  const auto at = std::lower_bound(subscribed.begin(), subscribed.end(), uri);
  const bool there = at != subscribed.end() && *at == uri;
  if (request.method == "resources/subscribe") {
    who->filter.add(uri);
    if (!there) subscribed.insert(at, uri);
  } else if (there) {
    subscribed.erase(at);
  }
  sync_all(self);
}

bool end_listen(server_actor_pointer self, const exchange* reply) {
  auto& state = self->state;
  auto ended = state.listens ? state.listens->take(reply) : std::nullopt;
  if (!ended) return false;
  ended->reply->end(200,
                    std::make_shared<const std::string>(mcp::listen_ended_response(ended->id_raw)));
  if (!ended->filter.uris.empty()) sync_all(self);
  return true;
}

void end_session_listen(server_actor_pointer self, const std::string& session) {
  auto& state = self->state;
  const auto ended = state.listens ? state.listens->take_session(session) : std::nullopt;
  if (ended && !ended->filter.uris.empty()) sync_all(self);
}

void end_listens(server_actor_pointer self) {
  if (!self->state.listens) return;
  for (auto& ended : self->state.listens->take_all())
    if (ended.reply)
      ended.reply->end(
          200, std::make_shared<const std::string>(mcp::listen_ended_response(ended.id_raw)));
}

void sync_listens(server_actor_pointer self, replica& one) {
  auto& state = self->state;
  if (!one.wire || !one.handshake) return;
  const auto offered = mcp::listenable_of(one.handshake->capabilities_json);
  std::vector<std::string> watched;
  if (state.listens && offered.subscribe) watched = state.listens->watched_at(heard_of(self, one));
  if (one.handshake->server == era::legacy) return sync_legacy(self, one, watched);
  auto wanted = offered.lists;
  wanted.uris = std::move(watched);
  if (!wanted.empty() || one.listens) sync_modern(self, one, std::move(wanted));
}

void announce_new_instance(server_actor_pointer self, replica& one) {
  auto& state = self->state;
  if (!state.listens || !state.listens->watches()) return;
  const auto at = heard_of(self, one);
  for (const auto& uri : state.listens->watched_at(at)) state.listens->resource_updated(uri, at);
}

bool take_change(server_actor_pointer self, replica& one, const std::string& method,
                 const std::string& line, const envelope& spans) {
  auto& state = self->state;
  if (const auto kind = mcp::list_kind_of(method)) {
    tell_list_changed(self, one, *kind);
    return true;
  }
  const auto params = spans.params.of(line);
  if (method == "notifications/resources/updated") {
    if (state.listens) state.listens->resource_updated(mcp::uri_of(params), heard_of(self, one));
    return true;
  }
  if (method != "notifications/subscriptions/acknowledged") return false;
  if (!one.listens || mcp::subscription_of(params) != one.listens->id) return true;
  one.listens->acknowledged = true;
  if (const auto former = std::exchange(one.listens->former, 0); former != 0 && one.wire)
    send_line(one, mcp::cancelled_line(former, "another one has taken its place"));
  return true;
}

void take_listen_end(server_actor_pointer self, std::int64_t id, bool failed) {
  auto& state = self->state;
  const auto at = std::find_if(state.replicas.begin(), state.replicas.end(),
                               [&](const replica& x) { return x.listens && x.listens->id == id; });
  if (at == state.replicas.end()) return; // Closed by us before.
  auto& asked = *at->listens;
  asked.id = asked.former = 0;
  asked.refused = failed;
  if (failed)
    return log::write(log::level::warn, "server.listen_refused",
                      {log::kv("server", state.options->spec->id.value),
                       log::kv("reason", "it announces changes and refuses to be listened to")});
  const auto wait =
      std::min(listen_again_max, listen_again_first * (1 << std::min(asked.ended, 6U)));
  ++asked.ended;
  arm_due(self, *at, self->clock().now() + wait);
}

void take_listen_due(server_actor_pointer self, const listen_due& due) {
  auto& one = self->state.replicas.at(due.replica);
  if (!one.listens || one.listens->timer != due.generation) return;
  for (const auto kind : one.listens->lists.on_timer(self->clock().now()))
    tell_now(self, one, kind);
  if (one.listens->id == 0) sync_listens(self, one);
  if (const auto next = one.listens->lists.next()) arm_due(self, one, *next);
}

void tell_list_differs(server_actor_pointer self, const replica& one, mcp::list_kind kind) {
  if (self->state.listens) self->state.listens->list_changed(kind, heard_of(self, one));
}

void tell_list_changed(server_actor_pointer self, replica& one, mcp::list_kind kind) {
  auto& lists = listens_of(one).lists;
  if (lists.on_change(kind, self->clock().now())) return tell_now(self, one, kind);
  if (const auto next = lists.next()) arm_due(self, one, *next);
}

} // namespace toolscore
