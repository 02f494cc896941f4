#include "runners/oauth/oauth_revoke_io.hpp"

#include <utility>
#include <vector>

namespace toolscore {
namespace {

class revocation : public std::enable_shared_from_this<revocation> {
public:
  revocation(http_dialer& dialer, oauth_reach reach, const login_record& login,
             std::function<void(std::string)> then)
      : dialer_(dialer), reach_(std::move(reach)), endpoint_(login.revocation_endpoint),
        then_(std::move(then)) {
    for (const auto& [kind, token] : {std::pair{"access_token", login.tokens.access},
                                      std::pair{"refresh_token", login.tokens.refresh}})
      if (!token.empty())
        left_.emplace_back(
            kind, make_token_request(login.client, {{"token", token}, {"token_type_hint", kind}}));
  }

  /// The last first. Who does not take one is not asked about another.
  void next() {
    auto [kind, request] = std::move(left_.back());
    left_.pop_back();
    oauth_question question;
    question.verb = "POST";
    question.headers = std::move(request.headers);
    question.body = std::move(request.body);
    way_ = ask_oauth(dialer_, reach_, endpoint_, std::move(question),
                     [weak = weak_from_this(), kind = kind](const result<oauth_reply>& reply) {
                       const auto self = weak.lock();
                       if (!self) return;
                       auto why = fault_of(reply);
                       if (why.empty() && !self->left_.empty()) return self->next();
                       if (!why.empty()) why = std::string(kind) + ": " + why;
                       if (const auto then = std::exchange(self->then_, nullptr)) then(why);
                     });
  }

private:
  static std::string fault_of(const result<oauth_reply>& reply) {
    if (!reply) return reply.failure().detail;
    const bool good = reply->status >= 200 && reply->status < 300;
    return good ? std::string() : "HTTP " + std::to_string(reply->status);
  }

  http_dialer& dialer_;
  oauth_reach reach_;
  std::string endpoint_;
  std::function<void(std::string)> then_; ///< Null once it has been called.
  std::vector<std::pair<const char*, token_request>> left_;
  std::shared_ptr<void> way_;
};

} // namespace

std::shared_ptr<void> revoke_tokens(http_dialer& dialer, const oauth_reach& reach,
                                    const login_record& login,
                                    std::function<void(std::string)> then) {
  auto one = std::make_shared<revocation>(dialer, reach, login, std::move(then));
  one->next();
  return one;
}

} // namespace toolscore
