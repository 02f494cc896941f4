#include "actors/instance_link_actor.hpp"

#include "messages/http_place.hpp"
#include "runners/remote_plan.hpp"

#include <caf/send.hpp>

#include <utility>

namespace toolscore {
namespace {

using options_ref = const instance_options_pointer&;

link_choice choice_of(instance_pointer self, options_ref options) {
  link_choice how;
  how.kind = options->policy->link;
  how.server = options->id.server;
  if (!is_dialed(how.kind)) return how;
  const auto plan = options->plan.unpacked();
  how.remote = is_remote(*plan);
  if (!plan->endpoint) return how;
  auto endpoint = std::make_shared<http_endpoint>(*plan->endpoint);
  if (endpoint->place.port == 0) endpoint->place.port = self->state.port;
  how.endpoint = std::move(endpoint);
  return how;
}

/// Asks the port again and again until it takes a connection, or the instance ends.
void await_port(instance_pointer self, options_ref options, std::uint16_t port,
                std::function<void()> then) {
  auto& state = self->state;
  const probe_target target{ready_kind::tcp, port, {}, options->policy->ping.timeout};
  state.evidence->probing = options->outside->probe(
      target, back_to<std::string>(self, [=](std::string failure) {
        auto& now = self->state;
        now.evidence->probing = nullptr;
        if (now.at != instance_state::starting || now.stop_reason || now.verdict) return;
        now.evidence->unheard = std::move(failure);
        if (now.evidence->unheard.empty()) return then();
        const auto again = self->clock().now() + now.evidence->without_handshake.next_pause();
        self->scheduled_send(self, again, resume{[=] {
                               if (self->state.at == instance_state::starting &&
                                   !self->state.stop_reason)
                                 await_port(self, options, port, then);
                             }});
      }));
}

/// Headers may hold what is not known before now.
void with_headers(instance_pointer self, options_ref options, const link_choice& how,
                  std::function<void(const link_choice&)> then) {
  const auto& fill = options->outside->fill_headers;
  if (!fill || !how.endpoint) return then(how);
  if (how.endpoint->headers.empty() && how.endpoint->auth == oauth_settings()) return then(how);
  using answer = result<std::shared_ptr<const http_endpoint>>;
  fill(how.endpoint, back_to<answer>(self, [=](answer endpoint) {
         const auto& now = self->state;
         if (now.at != instance_state::starting || now.stop_reason || now.verdict) return;
         if (!endpoint)
           return condemn(self, gone_kind::handshake_failed, endpoint.failure().detail);
         auto chosen = how;
         chosen.endpoint = *endpoint;
         then(chosen);
       }));
}

} // namespace

result<done> check_port(instance_pointer self, options_ref options) {
  const auto& ask = options->outside->port_holder;
  const bool own = self->state.evidence->port_lease != nullptr; // Looked at when it was given.
  if (!is_dialed(options->policy->link) || self->state.port == 0 || own || !ask) return done{};
  if (options->plan.unpacked()->container)
    return done{}; // Its engine takes the port, or says that it cannot.
  const auto holder = ask(self->state.port);
  if (holder.empty()) return done{};
  return error{errc::spawn_failed, "its port " + std::to_string(self->state.port) +
                                       " is taken by " + holder +
                                       "; end that, or write \"port\": \"auto\""};
}

void begin_link(instance_pointer self, options_ref options, link_events events,
                std::function<void()> then) {
  const auto how = choice_of(self, options);
  auto open = [=, events = std::move(events)](const link_choice& chosen) {
    self->state.wire = (*options->open_link)(*self->state.process, chosen, events);
    then();
  };
  if (!is_dialed(how.kind)) return open(how);
  auto filled = [=] { with_headers(self, options, how, open); };
  if (how.remote) return filled();
  self->state.evidence->unheard = "it has not been asked yet";
  await_port(self, options, how.endpoint->place.port, std::move(filled));
}

void lose_link(instance_pointer self, options_ref options, std::string why) {
  auto& state = self->state;
  if (!is_dialed(options->policy->link) || state.stop_reason) return;
  const auto kind =
      state.at == instance_state::starting ? gone_kind::handshake_failed : gone_kind::disconnected;
  condemn(self, kind, std::move(why));
}

std::string waits_for_port(instance_pointer self) {
  const auto& state = self->state;
  if (state.evidence->unheard.empty()) return {};
  return "its port " + std::to_string(state.port) +
         " to take a connection: " + state.evidence->unheard;
}

} // namespace toolscore
