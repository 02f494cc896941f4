#include "runners/oauth/oauth_discovery_io.hpp"

#include <utility>

namespace toolscore {
namespace {

std::vector<std::string> urls_of(const std::vector<http_place>& places) {
  std::vector<std::string> out;
  for (const auto& one : places) out.push_back(origin_of(one) + one.target);
  return out;
}

/// One discovery under way; it lives as long as its asker wants to hear of it.
class discovery : public std::enable_shared_from_this<discovery> {
public:
  discovery(http_dialer& dialer, oauth_reach reach, std::function<void(result<oauth_found>)> then)
      : dialer_(dialer), reach_(std::move(reach)), then_(std::move(then)) {
    found_.resource = resource_identifier(reach_.server);
  }

  void begin(const std::string& challenge) {
    take_challenge(challenge);
    if (!reach_.issuer.empty()) return ask_issuer(reach_.issuer);
    if (!metadata_url_.empty()) return ask_resource();
    oauth_question question;
    question.headers = {{"Accept", "application/json, text/event-stream"}};
    question.head_alone = true;
    ask(origin_of(reach_.server) + reach_.server.target, std::move(question),
        [](discovery& self, const result<oauth_reply>& reply) {
          if (!reply) return self.tell(reply.failure());
          if (reply->status == unauthorized) self.take_challenge(reply->challenge);
          self.ask_resource();
        });
  }

private:
  static constexpr int unauthorized = 401;
  static constexpr int good = 200;

  template <class Then>
  void ask(const std::string& url, oauth_question question, Then next) {
    way_ = ask_oauth(dialer_, reach_, url, std::move(question),
                     [weak = weak_from_this(), next](const result<oauth_reply>& reply) {
                       if (const auto self = weak.lock(); self && self->then_) next(*self, reply);
                     });
  }

  void take_challenge(const std::string& text) {
    const auto challenge = read_challenge(text);
    metadata_url_ = challenge.resource_metadata;
    found_.scope = challenge.scope;
  }

  void ask_resource() {
    left_ = urls_of(resource_metadata_places(reach_.server));
    if (!metadata_url_.empty()) left_.insert(left_.begin(), metadata_url_);
    next_resource();
  }
  void next_resource() {
    // None of them: it may be its own authorization server.
    if (left_.empty()) return ask_issuer(origin_of(reach_.server));
    const auto url = left_.front();
    left_.erase(left_.begin());
    ask(url, {}, [](discovery& self, const result<oauth_reply>& reply) {
      if (!reply && reply.failure().code == errc::bad_answer) return self.tell(reply.failure());
      if (!reply || reply->status != good) return self.next_resource();
      const auto told = read_resource_metadata(reply->body, self.reach_.server);
      if (!told) return self.tell(told.failure());
      self.found_.resource = told->resource;
      if (self.found_.scope.empty()) self.found_.scope = told->scope;
      self.ask_issuer(told->issuers.front());
    });
  }

  void ask_issuer(const std::string& issuer) {
    const auto place = read_http_place(issuer);
    if (!place || place->port == 0)
      return tell(error{errc::bad_answer, "its authorization server is named by no URL"});
    issuer_ = issuer;
    left_ = urls_of(issuer_metadata_places(*place));
    next_issuer({});
  }
  void next_issuer(const std::string& why) {
    if (left_.empty())
      return tell(error{errc::bad_answer, "nobody tells who gives its tokens" +
                                              (why.empty() ? "" : " (" + why + ")") +
                                              "; write \"issuer\" under \"auth\""});
    const auto url = left_.front();
    left_.erase(left_.begin());
    ask(url, {}, [](discovery& self, const result<oauth_reply>& reply) {
      if (!reply && reply.failure().code == errc::bad_answer) return self.tell(reply.failure());
      if (!reply) return self.next_issuer(reply.failure().detail);
      if (reply->status != good)
        return self.next_issuer(self.issuer_ + " has no metadata: HTTP " +
                                std::to_string(reply->status));
      auto told = read_issuer_metadata(reply->body, self.issuer_);
      if (!told)
        return self.tell(error{told.failure().code, self.issuer_ + ": " + told.failure().detail});
      self.found_.issuer = std::move(*told);
      self.tell(std::move(self.found_));
    });
  }

  void tell(result<oauth_found> what) {
    const auto self = shared_from_this();
    if (const auto then = std::exchange(then_, nullptr)) then(std::move(what));
  }

  http_dialer& dialer_;
  oauth_reach reach_;
  std::function<void(result<oauth_found>)> then_; ///< Null once it has been called.
  oauth_found found_;
  std::string metadata_url_; ///< As the server's challenge has it.
  std::string issuer_;
  std::vector<std::string> left_; ///< Places still to be asked.
  std::shared_ptr<void> way_;
};

} // namespace

std::shared_ptr<void> discover_oauth(http_dialer& dialer, const oauth_reach& reach,
                                     const std::string& challenge,
                                     std::function<void(result<oauth_found>)> then) {
  auto one = std::make_shared<discovery>(dialer, reach, std::move(then));
  one->begin(challenge);
  return one;
}

} // namespace toolscore
