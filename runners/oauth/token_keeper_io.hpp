#pragma once
#include "messages/ids.hpp"
#include "runners/bearer_source.hpp"
#include "runners/oauth/oauth_discovery_io.hpp"
#include "runners/pool_io.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
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

  /// What a login asks for: that of the configuration, else what the server wants, what the login
  /// before had, and what that was too little without.
  /// @param wanted  what the server wants
  std::string scope_to_ask(const std::string& wanted) const;

  void token(got then) override;
  /// A 403 for want of a scope is told here as a 401 is; there a token is given only where another
  /// login has come meanwhile, and once.
  void refused(const std::string& token, const std::string& challenge, bool again,
               got then) override;

  /// A login has come true. @param then  once it is in its file, or could not be written there, or
  /// is one to another place than that of `use`
  void take_login(login_record record, std::function<void(result<done>)> then);
  /// Forgets it, here and on the disk, and then gives its tokens back to who gave them, where he
  /// takes them: at most two requests of 20 s.
  /// @param then  whether there was one
  /// @error store_failed  its file is still there
  /// @error bad_answer    it is gone here, but they were not taken back; one line
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
  void take_refreshed(const result<oauth_tokens>& answer, bool by_force, login_record of,
                      const oauth_reach& from);
  void save(std::function<void(result<done>)> then);
  /// One after the other, for a file that is removed must not be written again.
  void on_disk(std::function<void()> work, std::function<void()> then);
  void next_on_disk();
  void lose_login(const std::string& why);
  error needs_more(const bearer_challenge& said);
  void give_back(const login_record& login, const oauth_reach& reach,
                 std::function<void(result<bool>)> then);
  error login_needed(const std::string& why) const;
  std::string directory() const { return world_.secrets + "/" + server_.value; }

  keeper_world& world_;
  server_id server_;
  std::shared_ptr<const http_endpoint> endpoint_;
  std::string challenge_;
  std::string missing_;          ///< Scopes that its token was too little without.
  std::uint64_t generation_ = 0; ///< Of the settings.
  bool loaded_ = false;          ///< The file has been looked at.
  bool busy_ = false;            ///< Something is read, asked or written for those that wait.
  std::optional<login_record> login_;
  std::optional<oauth_tokens> own_; ///< Of the client alone.
  std::optional<oauth_found> found_;
  std::vector<got> waiting_;
  std::deque<std::pair<std::function<void()>, std::function<void()>>> disk_;
  std::shared_ptr<void> way_;
  std::map<std::uint64_t, std::shared_ptr<void>> returns_; ///< Tokens on their way back.
  std::uint64_t last_return_ = 0;
};

} // namespace toolscore
