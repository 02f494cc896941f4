#pragma once
#include "runners/process_host.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace toolscore {

/// The host of every plan: those with a container start where containers come from, all others
/// where processes do. Nobody above knows the difference. On the loop's thread.
class host_choice final : public process_host {
public:
  /// Both outlive it.
  host_choice(process_host& processes, process_host& containers)
      : processes_(processes), containers_(containers) {}

  /// Until open() no start begins: a former node's instances may still live.
  void hold() { held_ = true; }
  void open() {
    held_ = false;
    for (auto& one : std::exchange(waiting_, {}))
      spawn(one.plan, std::move(one.options), std::move(one.then));
  }

  void spawn(const launch_plan& plan, spawn_options options, spawned then) override {
    if (held_) // As many as servers start together; each has its place in the node's gate.
      waiting_.push_back({plan, std::move(options), std::move(then)});
    else
      (plan.container ? containers_ : processes_).spawn(plan, std::move(options), std::move(then));
  }

  std::optional<kept_instance> kept(const server_id& server) const override {
    const auto one = processes_.kept(server);
    return one ? one : containers_.kept(server);
  }
  std::uint64_t last_kept(const server_id& server) const override {
    return std::max(processes_.last_kept(server), containers_.last_kept(server));
  }
  bool end_kept(const server_id& server, std::chrono::milliseconds term,
                std::function<void()> then) override {
    return processes_.end_kept(server, term, then) || containers_.end_kept(server, term, then);
  }

private:
  struct start {
    launch_plan plan;
    spawn_options options;
    spawned then;
  };
  process_host& processes_;
  process_host& containers_;
  bool held_ = false;
  std::vector<start> waiting_;
};

} // namespace toolscore
