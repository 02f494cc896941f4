#pragma once
#include "loop/asio.hpp"
#include "runners/process_host.hpp"
#include "runners/remote_plan.hpp"

namespace toolscore {

/// The host of what runs elsewhere: what it "starts" is no process but stands in the place of one
/// while a server is spoken to, and ends when it is told to. Used on the loop's thread.
class remote_host final : public process_host {
public:
  explicit remote_host(boost::asio::io_context& io) : io_(io) {}
  void spawn(const launch_plan& plan, spawn_options options, spawned then) override;

private:
  boost::asio::io_context& io_;
};

/// Gives each launch plan to the host that can start it. Both outlive it.
class host_by_plan final : public process_host {
public:
  host_by_plan(process_host& processes, process_host& remotes)
      : processes_(processes), remotes_(remotes) {}

  void spawn(const launch_plan& plan, spawn_options options, spawned then) override {
    auto& host = is_remote(plan) ? remotes_ : processes_;
    host.spawn(plan, std::move(options), std::move(then));
  }
  std::optional<kept_instance> kept(const server_id& id) const override {
    return processes_.kept(id);
  }
  std::uint64_t last_kept(const server_id& id) const override { return processes_.last_kept(id); }
  bool end_kept(const server_id& id, std::chrono::milliseconds term,
                std::function<void()> then) override {
    return processes_.end_kept(id, term, std::move(then));
  }

private:
  process_host& processes_;
  process_host& remotes_;
};

} // namespace toolscore
