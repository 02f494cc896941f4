#pragma once
#include "loop/asio.hpp"
#include "messages/http_place.hpp"
#include "messages/late_value.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace toolscore {

/// Stands before the hosts and puts together what a plan's environment has of late values, so that
/// a secret exists from here to the child's exec and nowhere else. What was put in, and what stands
/// under the name of a secret, is told to `known_secrets` before the child can print it.
/// On the loop's thread; `inner` and the loop outlive it.
class late_host final : public process_host {
public:
  /// @param variables  what inputs are found in, and what commands run with
  late_host(boost::asio::io_context& io, process_host& inner, blocking_runner pool,
            std::map<std::string, std::string> variables = own_variables())
      : io_(io), inner_(inner), pool_(std::move(pool)), variables_(std::move(variables)) {}

  /// The variables of this process.
  static std::map<std::string, std::string> own_variables();

  /// @error spawn_failed  besides: "env.KEY: ${...}: why" of the first value that is not to be had
  void spawn(const launch_plan& plan, spawn_options options, spawned then) override;
  std::optional<kept_instance> kept(const server_id& id) const override { return inner_.kept(id); }
  std::uint64_t last_kept(const server_id& id) const override { return inner_.last_kept(id); }
  bool end_kept(const server_id& id, std::chrono::milliseconds term,
                std::function<void()> then) override {
    return inner_.end_kept(id, term, std::move(then));
  }

  using filled = std::function<void(result<std::shared_ptr<const http_endpoint>>)>;
  /// The same for the headers of an endpoint and for its `auth`. `then` is called once, never from
  /// inside.
  void fill(std::shared_ptr<const http_endpoint> endpoint, filled then);

private:
  using values = std::map<std::string, std::string>;
  void fill_headers(std::shared_ptr<const http_endpoint> endpoint, filled then);
  void fill(const values& of, const std::string& place, std::function<void(result<values>)> then);

  boost::asio::io_context& io_;
  process_host& inner_;
  blocking_runner pool_;
  std::map<std::string, std::string> variables_;
};

} // namespace toolscore
