#include "runners/container/container_runner_actor.hpp"

#include "loop/house_handlers.hpp"
#include "messages/in_container.hpp"
#include "messages/server_state.hpp"
#include "runners/container/container_plan.hpp"
#include "runners/process_runner_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>

namespace toolscore {
namespace {

using namespace std::chrono_literals;
using self_pointer = caf::stateful_actor<container_runner_state>*;
using step = image_install::step;

constexpr auto look_limit = 30s;
constexpr auto pull_silence = 300s; // Between two pieces of news.

void answer(self_pointer self, const image_install& to, result<launch_plan> launch,
            const std::string& version) {
  if (to.requester)
    self->send(to.requester,
               install_finished{to.spec.id, to.generation, std::move(launch), version});
}

void tell_manager(self_pointer self, image_install& one, process_status to,
                  const std::string& reason) {
  const auto& manager = self->state.options.manager;
  const auto address = manager ? manager() : caf::actor{};
  if (!address || one.request.beside || std::exchange(one.told, reason) == reason) return;
  state_changed news;
  news.server = one.spec.id;
  news.to = to;
  news.reason = reason;
  self->send(address, std::move(news));
}

engine_client::answered back(self_pointer self, std::uint64_t number) {
  return [me = caf::actor_cast<caf::actor_addr>(self), number](result<engine_answer> answer) {
    if (const auto runner = caf::actor_cast<caf::actor>(me))
      caf::anon_send(runner, engine_said{number, std::make_shared<const result<engine_answer>>(
                                                     std::move(answer))});
  };
}

void look(self_pointer self, std::uint64_t number, image_install& one, step as) {
  one.at = as;
  one.asking =
      self->state.options.engine->ask(image_request(one.image), look_limit, back(self, number));
}

void pump(self_pointer self) {
  auto& state = self->state;
  auto running = std::count_if(state.installs.begin(), state.installs.end(),
                               [](const auto& row) { return row.second.at == step::pulling; });
  for (auto& [number, one] : state.installs) {
    if (one.at != step::queued) continue;
    if (running >= static_cast<std::ptrdiff_t>(state.options.pulls_max)) {
      tell_manager(self, one, process_status::queued, "");
      continue;
    }
    ++running;
    one.at = step::pulling;
    tell_manager(self, one, process_status::cloning, "pulling " + full_name(one.image));
    const auto on_text = [me = caf::actor_cast<caf::actor_addr>(self),
                          number = number](std::string_view text) {
      if (const auto runner = caf::actor_cast<caf::actor>(me))
        caf::anon_send(runner, pull_said{number, std::make_shared<const std::string>(text)});
    };
    one.asking = state.options.engine->follow(pull_request(one.image), pull_silence, on_text,
                                              back(self, number));
  }
}

void end(self_pointer self, std::uint64_t number, result<launch_plan> launch,
         const std::string& version = {}) {
  auto over = std::move(self->state.installs.extract(number).mapped());
  over.asking = nullptr;
  if (!launch && launch.failure().code != errc::cancelled)
    tell_manager(self, over, process_status::failed, launch.failure().detail);
  answer(self, over, std::move(launch), version);
  pump(self);
}

/// The project is fetched and its image built by another, which tells the manager of it.
void build(self_pointer self, image_install& one) {
  one.at = step::building;
  self->send(self->state.options.projects, one.request);
}

void install(self_pointer self, const install_server_request& request) {
  auto& state = self->state;
  image_install one;
  one.spec = request.spec;
  one.generation = request.generation;
  one.requester = caf::actor_cast<caf::actor>(self->current_sender());
  const bool built = is_built(request.spec);
  if (!built) {
    auto image = parse_image_name(request.spec.container.image);
    if (!image) return answer(self, one, image.failure(), "");
    one.image = std::move(*image);
  }
  if (state.installs.size() >= process_runner_state::waiting_max)
    return answer(self, one,
                  error{errc::queue_full, "too many installs wait already; try again when some "
                                          "are done"},
                  "");
  const auto pull = request.spec.container.pull;
  const bool anew = pull == pull_policy::always || (request.refresh && pull != pull_policy::never);
  const auto number = ++state.last_number;
  auto& placed = state.installs.emplace(number, std::move(one)).first->second;
  if (built) {
    placed.request = request;
    placed.request.generation = number;
    return build(self, placed);
  }
  if (!anew) return look(self, number, placed, step::looking);
  placed.at = step::queued;
  pump(self);
}

/// @param build_goes_on  a request for the same build takes its place
void cancel(self_pointer self, const server_id& server, const std::string& why,
            bool build_goes_on = false) {
  auto& installs = self->state.installs;
  const auto at = std::find_if(installs.begin(), installs.end(),
                               [&](const auto& row) { return row.second.spec.id == server; });
  if (at == installs.end()) return;
  if (at->second.at == step::building && !build_goes_on)
    self->send(self->state.options.projects, cancel_install{server});
  end(self, at->first, error{errc::cancelled, why});
}

error no_image(const image_install& one, const std::string& why) {
  return {errc::install_failed, "image " + full_name(one.image) + ": " + why};
}

void take_look(self_pointer self, std::uint64_t number, image_install& one,
               const engine_answer& answer) {
  if (answer.is_good()) {
    const auto id = read_image(answer);
    if (!id) return end(self, number, no_image(one, id.failure().detail));
    auto plan = plan_container(one.spec, *id);
    const auto version = one.at == step::looking_at_built ? one.version : short_image_id(*id);
    return end(self, number, std::move(plan), version);
  }
  const bool missing = answer.status == 404;
  if (missing && one.at == step::looking_at_built && !one.request.present &&
      !std::exchange(one.request.refresh, true))
    return build(self, one); // Somebody has removed it from the engine.
  if (missing && one.at == step::looking && one.spec.container.pull != pull_policy::never) {
    one.at = step::queued;
    return pump(self);
  }
  if (missing && one.at == step::looking)
    return end(self, number,
               no_image(one, "the engine does not have it, and \"pull\" is \"never\"; build or "
                             "import it, or let it be pulled"));
  end(self, number,
      refusal(answer, no_image(one, "looking for it failed").detail, errc::install_failed));
}

void take_answer(self_pointer self, const engine_said& news) {
  const auto found = self->state.installs.find(news.request);
  if (found == self->state.installs.end()) return;
  auto& one = found->second;
  one.asking = nullptr;
  if (!*news.answer) return end(self, news.request, no_image(one, news.answer->failure().detail));
  const auto& answer = **news.answer;
  if (one.at != step::pulling) return take_look(self, news.request, one, answer);
  if (one.progress.failure())
    return end(self, news.request, no_image(one, "pulling it failed: " + *one.progress.failure()));
  if (!answer.is_good())
    return end(self, news.request,
               refusal(answer, no_image(one, "pulling it failed").detail, errc::install_failed));
  look(self, news.request, one, step::looking_again);
  pump(self);
}

void take_build(self_pointer self, const install_finished& news) {
  const auto found = self->state.installs.find(news.generation);
  if (found == self->state.installs.end() || found->second.at != step::building) return;
  auto& one = found->second;
  if (!news.launch) {
    one.told = news.launch.failure().detail; // The manager has heard of it.
    return end(self, found->first, news.launch.failure());
  }
  auto image = parse_image_name(news.launch->container->settings.image);
  if (!image) return end(self, found->first, image.failure());
  one.image = std::move(*image);
  one.version = news.version;
  look(self, found->first, one, step::looking_at_built);
}

void take_news(self_pointer self, const pull_said& news) {
  const auto found = self->state.installs.find(news.request);
  if (found == self->state.installs.end()) return;
  auto& one = found->second;
  one.progress.feed(*news.text);
  if (const auto how_far = one.progress.text(); !how_far.empty())
    tell_manager(self, one, process_status::cloning,
                 "pulling " + full_name(one.image) + ": " + how_far);
}

void stop(self_pointer self) {
  for (auto& [number, one] : std::exchange(self->state.installs, {}))
    answer(self, one,
           error{errc::stopping, "the node is stopping; the install begins anew next time"}, "");
}

} // namespace

caf::behavior make_container_runner(self_pointer self, container_runner_options options) {
  set_house_handlers(self);
  self->state.options = std::move(options);
  self->set_exit_handler([=](const caf::exit_msg& exit) {
    stop(self);
    self->quit(exit.reason);
  });
  return {
      [=](const install_server_request& request) {
        cancel(self, request.spec.id,
               "a later request for " + request.spec.id.value + " took its place",
               is_built(request.spec));
        install(self, request);
      },
      [=](const cancel_install& order) {
        cancel(self, order.server, "the install of " + order.server.value + " was cancelled");
      },
      [=](const install_finished& news) { take_build(self, news); },
      [=](const engine_said& news) { take_answer(self, news); },
      [=](const pull_said& news) { take_news(self, news); },
  };
}

} // namespace toolscore
