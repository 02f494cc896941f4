#pragma once
#include "runners/login_desk.hpp"
#include "runners/oauth/login_run_io.hpp"

#include <map>
#include <memory>
#include <string>

namespace toolscore {

/// The desk of a node: a keeper and at most one login for each remote server.
class remote_logins final : public login_desk {
public:
  static constexpr std::size_t logins_max = 16; ///< Under way at once.

  /// @param secrets  the directory below which each server has one for its secrets
  remote_logins(http_dialer& dialer, blocking_runner pool, std::string secrets)
      : world_{dialer, std::move(pool), std::move(secrets)} {}

  std::shared_ptr<bearer_source> source(const server_id& server, place endpoint) override;
  void begin(const server_id& server, place endpoint,
             std::function<void(result<login_answer>)> told,
             std::function<void()> logged_in) override;
  login_answer look(const server_id& server) const override;
  void end(const server_id& server, std::function<void(result<bool>)> told) override;

private:
  std::shared_ptr<token_keeper> keeper(const server_id& server);
  std::size_t under_way() const;
  void end_run(const server_id& server, const char* why);

  keeper_world world_;
  std::map<std::string, std::shared_ptr<token_keeper>> keepers_;
  std::map<std::string, std::shared_ptr<login_run>> runs_;
};

} // namespace toolscore
