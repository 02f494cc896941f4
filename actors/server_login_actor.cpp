#include "actors/server_login_actor.hpp"

#include "actors/server_orders_actor.hpp"
#include "messages/http_place.hpp"

#include <caf/send.hpp>

namespace toolscore {
namespace {

void log_in(server_actor_pointer self, login_desk& desk,
            const std::function<void(result<login_answer>)>& then) {
  const auto& options = *self->state.options;
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto logged_in = [me, self] {
    caf::anon_send(me, resume{[self] {
                     const auto& state = self->state;
                     if (state.desired == desired_state::running &&
                         state.instances != instances_status::ready)
                       take_order(self, {server_verb::start, nullptr});
                   }});
  };
  using answer = result<std::shared_ptr<const http_endpoint>>;
  const auto begin = [&desk, id = options.spec->id, then, logged_in](const answer& endpoint) {
    if (!endpoint) return then(endpoint.failure());
    desk.begin(id, *endpoint, then, logged_in);
  };
  if (!options.outside->fill_headers) return begin(options.spec->endpoint);
  options.outside->fill_headers(options.spec->endpoint, back_to<answer>(self, begin));
}

void log_out(server_actor_pointer self, login_desk& desk,
             const std::function<void(result<login_answer>)>& then) {
  desk.end(self->state.options->spec->id,
           back_to<result<bool>>(self, [self, then](const result<bool>& was) {
             const bool kept = !was && was.failure().code == errc::store_failed;
             if (kept) return then(was.failure());
             // Those that were not taken back are gone here all the same.
             if ((!was || *was) && self->state.desired == desired_state::running)
               take_order(self, {server_verb::restart, nullptr});
             if (!was) return then(was.failure());
             then(login_answer{});
           }));
}

} // namespace

void forget_login(server_actor_pointer self) {
  const auto& options = *self->state.options;
  if (options.outside != nullptr && options.outside->logins != nullptr &&
      options.spec->source == source_kind::remote)
    options.outside->logins->end(options.spec->id, [](const result<bool>&) {});
}

void take_login_request(server_actor_pointer self, const login_request& message) {
  const auto& options = *self->state.options;
  const auto& spec = *options.spec;
  auto* const desk = options.outside != nullptr ? options.outside->logins : nullptr;
  if (desk == nullptr || spec.source != source_kind::remote || spec.endpoint->place.web_socket)
    return message.then(error{errc::bad_request, spec.id.value +
                                                     " is no remote server over HTTP, and only "
                                                     "those are logged in to"});
  switch (message.verb) {
  case login_verb::begin:
    return log_in(self, *desk, message.then);
  case login_verb::look:
    return message.then(desk->look(spec.id));
  case login_verb::end:
    return log_out(self, *desk, message.then);
  }
}

} // namespace toolscore
