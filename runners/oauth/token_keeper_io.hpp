#pragma once
#include "messages/ids.hpp"
#include "runners/bearer_source.hpp"
#include "runners/oauth/oauth_discovery_io.hpp"
#include "runners/pool_io.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// What all keepers of a node share. Outlives them.
struct keeper_world {
  http_dialer& dialer;
  blocking_runner pool;
  std::string secrets; ///< <state_dir>/secrets
};

/// The tokens of one server: has them, renews them before they end and when the server refuses
/// them, one renewal at a time however many requests wait for it. Those of a login are in its file
/// before they are used; those of a client alone are in memory and nowhere else.
class token_keeper final : public bearer_source, public std::enable_shared_from_this<token_keeper> {
public:
  static constexpr std::size_t waiting_max = 1'024; ///< Requests.

  token_keeper(keeper_world& world, server_id server);

  /// As whom and where; other settings than before begin anew, and end what is under way.
  void use(std::shared_ptr<const http_endpoint> endpoint);
  const oauth_settings& settings() const { return endpoint_->auth; }
  oauth_reach reach() const;
  /// Of the last 401; empty = there was none.
  const std::string& challenge() const { return challenge_; }

  void token(got then) override;
  void refused(const std::string& token, const std::string& challenge, bool again,
               got then) override;

  /// A login has come true. @param then  once it is in its file, or could not be written there, or
  /// is one to another place than that of `use`
  void take_login(login_record record, std::function<void(result<done>)> then);
  /// Forgets it, here and on the disk. @param then  whether there was one
  void forget(std::function<void(result<bool>)> then);

private:
  bool alone() const { return settings().grant == oauth_grant::client_credentials; }
  const oauth_tokens* tokens() const;
  void wait(got then);
  void tell(const result<std::string>& what);
  void load();
  void renew(bool by_force);
  void renew_login(bool by_force);
  void ask_alone();
  void take_refreshed(const result<oauth_tokens>& answer, bool by_force);
  void save(std::function<void(result<done>)> then);
  /// One after the other, for a file that is removed must not be written again.
  void on_disk(std::function<void()> work, std::function<void()> then);
  void next_on_disk();
  void lose_login(const std::string& why);
  error login_needed(const std::string& why) const;
  std::string directory() const { return world_.secrets + "/" + server_.value; }

  keeper_world& world_;
  server_id server_;
  std::shared_ptr<const http_endpoint> endpoint_;
  std::string challenge_;
  std::uint64_t generation_ = 0; ///< Of the settings.
  bool loaded_ = false;          ///< The file has been looked at.
  bool busy_ = false;            ///< Something is read, asked or written for those that wait.
  std::optional<login_record> login_;
  std::optional<oauth_tokens> own_; ///< Of the client alone.
  std::optional<oauth_found> found_;
  std::vector<got> waiting_;
  std::deque<std::pair<std::function<void()>, std::function<void()>>> disk_;
  std::shared_ptr<void> way_;
};

} // namespace toolscore
