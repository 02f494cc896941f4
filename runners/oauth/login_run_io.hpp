#pragma once
#include "messages/admin.hpp"
#include "runners/oauth/redirect_answer.hpp"
#include "runners/oauth/redirect_listener_io.hpp"
#include "runners/oauth/token_keeper_io.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// One login of a person: who gives tokens, who we are to him, the page, the browser's way back,
/// the tokens, their file. It has its end in any case, a person within five minutes. Used on the
/// loop's thread; dropping it ends it unheard.
class login_run : public std::enable_shared_from_this<login_run> {
public:
  static constexpr std::chrono::minutes person_max{5};

  login_run(http_dialer& dialer, std::shared_ptr<token_keeper> keeper, std::string server);

  /// @param told       once: the page, or why there is none
  /// @param logged_in  once the tokens are there, if that comes
  void begin(std::function<void(result<login_answer>)> told, std::function<void()> logged_in);
  /// Ends it, if it has not ended yet; who waits for it hears why.
  void give_up(const std::string& why);
  /// How it stands; the page is told to its beginner alone.
  const login_answer& answer() const { return answer_; }

private:
  template <class Then>
  auto next(Then then);
  void take_found(oauth_found found);
  void register_us();
  void show_page();
  void take_redirect(const form_fields& query, const redirect_listener::page& page);
  void fetch_tokens(const std::string& code, const redirect_listener::page& page);
  void take_tokens(const oauth_tokens& tokens, const redirect_listener::page& page);
  void fail(const std::string& why);
  std::string end_of(const std::string& text);

  http_dialer& dialer_;
  std::shared_ptr<token_keeper> keeper_;
  std::string server_;
  boost::asio::steady_timer timer_;
  std::function<void(result<login_answer>)> told_; ///< Null once it has been called.
  std::function<void()> logged_in_;
  login_answer answer_;
  oauth_reach reach_; ///< As it was at the beginning.
  oauth_settings settings_;
  oauth_found found_;
  oauth_client client_;
  std::string scope_;
  std::string state_;
  std::string verifier_;
  std::unique_ptr<redirect_listener> listener_;
  std::string redirect_uri_;
  std::shared_ptr<void> way_;
};

} // namespace toolscore
