#include "runners/remote_io.hpp"

#include "messages/http_place.hpp"

#include <csignal>
#include <utility>

namespace toolscore {
namespace {

/// Ends by any order to: nobody here can end what runs elsewhere, only leave it alone.
class remote_presence final : public hosted_process {
public:
  remote_presence(boost::asio::io_context& io, std::string place)
      : io_(io), place_(std::move(place)) {}

  std::int64_t pid() const override { return 0; }
  std::int64_t init_pid() const override { return 0; }
  confinement held_by() const override { return confinement::none; }
  std::string confined() const override { return place_; }
  std::string not_given() const override { return {}; }
  int take_stdin() override { return -1; }
  int take_stdout() override { return -1; }
  void signal(int number) override {
    if (number == SIGTERM) end();
  }
  void kill() override { end(); }
  void on_exit(std::function<void(process_exit)> hook) override {
    *hook_ = std::move(hook);
    if (ended_) tell();
  }
  std::string log_tail(std::size_t) const override { return {}; }
  std::uint64_t log_bytes() const override { return 0; }

private:
  void end() {
    if (!std::exchange(ended_, true) && *hook_) tell();
  }
  void tell() {
    boost::asio::post(io_, [weak = std::weak_ptr<hook_type>(hook_)] {
      if (const auto hook = weak.lock(); hook && *hook) std::exchange(*hook, nullptr)({});
    });
  }

  using hook_type = std::function<void(process_exit)>;
  boost::asio::io_context& io_;
  std::string place_;
  std::shared_ptr<hook_type> hook_ = std::make_shared<hook_type>(); ///< Goes with this.
  bool ended_ = false;
};

} // namespace

void remote_host::spawn(const launch_plan& plan, spawn_options, spawned then) {
  boost::asio::post(io_, [&io = io_, endpoint = plan.endpoint, then = std::move(then)] {
    then(std::unique_ptr<hosted_process>(
        std::make_unique<remote_presence>(io, "remote: " + shown_place(endpoint->place))));
  });
}

} // namespace toolscore
