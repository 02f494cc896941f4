#include "runners/oauth/remote_logins_io.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
std::shared_ptr<token_keeper> remote_logins::keeper(const server_id& server) {
  auto& found = keepers_[server.value];
  if (!found) found = std::make_shared<token_keeper>(world_, server);
  return found;
}

std::shared_ptr<bearer_source> remote_logins::source(const server_id& server, place endpoint) {
  if (authorizes_itself(*endpoint)) return nullptr;
  auto found = keeper(server);
  found->use(std::move(endpoint));
  return found;
}

void remote_logins::end_run(const server_id& server, const char* why) {
  const auto at = runs_.find(server.value);
  if (at == runs_.end()) return;
  at->second->give_up(why);
  runs_.erase(at);
}

std::size_t remote_logins::under_way() const {
  return static_cast<std::size_t>(std::count_if(runs_.begin(), runs_.end(), [](const auto& x) {
    return x.second->answer().is == login_answer::state::waiting;
  }));
}

void remote_logins::begin(const server_id& server, place endpoint,
                          std::function<void(result<login_answer>)> told,
                          std::function<void()> logged_in) {
  const auto refuse = [&](errc code, std::string why) {
    boost::asio::post(world_.dialer.io(),
                      [told, failure = error{code, server.value + ": " + why}] { told(failure); });
  };
  if (authorizes_itself(*endpoint))
    return refuse(errc::bad_request, "its header \"Authorization\" lets it in; remove that to log "
                                     "in by OAuth");
  if (endpoint->auth.grant == oauth_grant::client_credentials)
    return refuse(errc::bad_request, "its client credentials let it in, there is nobody to log in");
  end_run(server, "another login has taken its place");
  if (under_way() >= logins_max)
    return refuse(errc::queue_full, "too many logins are under way; end one");
  auto with = keeper(server);
  with->use(std::move(endpoint));
  auto run = std::make_shared<login_run>(world_.dialer, std::move(with), server.value);
  runs_[server.value] = run;
  run->begin(std::move(told), std::move(logged_in));
}

login_answer remote_logins::look(const server_id& server) const {
  const auto at = runs_.find(server.value);
  return at == runs_.end() ? login_answer{} : at->second->answer();
}

void remote_logins::end(const server_id& server, std::function<void(result<bool>)> told) {
  if (const auto at = runs_.find(server.value); at != runs_.end()) {
    if (at->second->answer().is == login_answer::state::waiting)
      at->second->give_up("it was logged out"); // Whoever began it asks how it ended.
    else
      runs_.erase(at);
  }
  keeper(server)->forget(std::move(told));
}

} // namespace toolscore
