#pragma once
#include "supervisor/supervisor_actor.hpp"
#include "tests/actor_fixture.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace toolscore::test {

/// A supervisor with children that end on demand, and everything that was seen of them.
struct supervisor_fixture : actor_fixture {
  struct life {
    std::string child;
    std::uint64_t number = 0;
    moment at{};
    caf::actor actor;
  };
  std::vector<life> lives;               ///< In the order of starts.
  std::vector<std::string> log;          ///< What the observer was told: "starting a", ...
  std::vector<child_report> reports;     ///< The same in full.
  std::vector<std::string> asked_to_end; ///< In the order in which exit messages arrived.
  std::string end_reason;                ///< Of the supervisor.
  bool ended = false;
  supervisor_options options;
  caf::actor supervisor;

  enum class manner { polite, slow, stubborn, stuck };
  caf::actor silent; ///< Answers nothing; who is stuck waits for it.

  ~supervisor_fixture() {
    for (auto& x : lives) keep(std::move(x.actor));
    supervisor = nullptr;
  }

  child_spec child(const std::string& id, manner how = manner::polite) {
    child_spec spec;
    spec.id = id;
    spec.backoff.jitter = 0;
    spec.start = [this, id, how](caf::event_based_actor* parent, std::uint64_t number) {
      auto made = parent->spawn([this, id, how](caf::event_based_actor* self) -> caf::behavior {
        self->set_default_handler(caf::drop);
        if (how == manner::stuck)
          self->request(silent, std::chrono::minutes(60), 1).await([] {}, [](caf::error&) {});
        self->set_exit_handler([=, this](const caf::exit_msg& order) {
          asked_to_end.push_back(id);
          if (how == manner::polite) self->quit(order.reason);
          if (how == manner::slow) self->delayed_send(self, std::chrono::seconds(1), 0);
        });
        return {[=](int) { self->quit(); },
                [=](const std::string& why) {
                  self->quit(why == "unnamed" ? caf::make_error(caf::sec::invalid_argument)
                                              : caf::make_error(caf::sec::runtime_error, why));
                }};
      });
      lives.push_back({id, number, now(), made});
      return made;
    };
    return spec;
  }

  supervisor_fixture() {
    silent = spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[=](int) { return self->make_response_promise(); }};
    });
  }

  void run() {
    options.observer = spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {[this](const child_report& x) {
        reports.push_back(x);
        log.push_back(std::string(to_string(x.what)) + " " + x.child);
      }};
    });
    supervisor = keep(spawn_supervisor(system, options));
    spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      self->monitor(supervisor);
      self->set_down_handler([=, this](const caf::down_msg& down) {
        ended = true;
        end_reason = down.reason ? self->system().render(down.reason) : "";
      });
      return {[](int) {}};
    });
    settle();
  }

  std::size_t starts(const std::string& id) const {
    return static_cast<std::size_t>(
        std::count_if(lives.begin(), lives.end(), [&](const auto& x) { return x.child == id; }));
  }
  std::size_t told(const std::string& line) const {
    return static_cast<std::size_t>(std::count(log.begin(), log.end(), line));
  }
  life& last(const std::string& id) {
    return *std::find_if(lives.rbegin(), lives.rend(),
                         [&](const auto& x) { return x.child == id; });
  }
  void crash(const std::string& id, const std::string& why = "exit 1") {
    send(last(id).actor, why);
  }
  void end_well(const std::string& id) { send(last(id).actor, 0); }
  void be_ready(const std::string& id) { send(supervisor, child_ready{id, last(id).number}); }
  child_report last_report() const { return reports.empty() ? child_report{} : reports.back(); }
};

} // namespace toolscore::test
