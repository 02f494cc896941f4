#include "runners/oauth/oauth_ask_io.hpp"

#include "messages/known_secrets.hpp"
#include "runners/address_rules.hpp"
#include "runners/http_client_io.hpp"

namespace toolscore {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds patience{20};
constexpr std::size_t body_bytes_max = std::size_t{256} << 10U;

/// Whether what a server tells may lead inside: by its host it is there itself. An address alone
/// counts, for what a name means is in others' hands.
bool tells_inside(const http_place& server) {
  if (is_loopback(server.host)) return true;
  boost::system::error_code failed;
  const auto address = asio::ip::make_address(server.host, failed);
  if (failed) return false;
  const auto reach = reach_of(
      address.is_v6() ? address.to_v6().to_bytes()
                      : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes());
  return reach == address_reach::loopback || reach == address_reach::inside;
}

std::string head_of(const http_place& place, const oauth_question& x) {
  auto text = x.verb + " " + place.target + " HTTP/1.1\r\nHost: " + authority_of(place) +
              "\r\nUser-Agent: toolscore\r\nConnection: close\r\n";
  bool accepts = false;
  for (const auto& [name, value] : x.headers) {
    text += name + ": " + value + "\r\n";
    accepts = accepts || name == "Accept";
  }
  if (!accepts) text += "Accept: application/json\r\n";
  if (x.verb == "POST") text += "Content-Length: " + std::to_string(x.body.size()) + "\r\n";
  return text + "\r\n";
}

http_client_limits limits_for(bool outside_only) {
  http_client_limits limits;
  limits.dial.outside_only = outside_only;
  return limits;
}

/// One question under way; it lives as long as its asker wants to hear of it.
class asking : public std::enable_shared_from_this<asking> {
public:
  asking(http_dialer& dialer, http_endpoint endpoint, bool outside_only, bool head_alone,
         oauth_heard then)
      : place_(shown_place(endpoint.place)), head_alone_(head_alone), then_(std::move(then)),
        client_(dialer, std::move(endpoint), limits_for(outside_only)), timer_(dialer.io()) {}
  ~asking() {
    if (way_) way_->close();
  }
  asking(const asking&) = delete;
  asking& operator=(const asking&) = delete;

  void begin(http_text request) {
    const auto with = [weak = weak_from_this()](auto work) {
      return [weak, work](auto&&... what) {
        if (const auto self = weak.lock(); self && self->then_)
          work(*self, std::forward<decltype(what)>(what)...);
      };
    };
    timer_.expires_after(patience);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
      const auto self = weak.lock();
      if (!stopped && self && self->then_) self->fail(errc::io_failed, "no answer in time");
    });
    http_hooks hooks;
    hooks.on_head = with([](asking& self, const http_answer_head& head) { self.take(head); });
    hooks.on_part = with([](asking& self, std::string_view part) {
      self.reply_.body.append(part);
      if (self.reply_.body.size() > body_bytes_max)
        self.fail(errc::bad_answer,
                  "its answer is over " + std::to_string(body_bytes_max) + " bytes");
    });
    hooks.on_end = with([](asking& self, const http_end& end) {
      if (end.how != http_end::fate::whole) return self.fail(errc::io_failed, end.why);
      self.tell(std::move(self.reply_));
    });
    way_ = client_.start(std::move(request), std::move(hooks));
  }

private:
  void take(const http_answer_head& head) {
    reply_.status = head.status;
    reply_.challenge = head.challenge;
    if (head.status >= 300 && head.status < 400)
      return fail(errc::bad_answer, "it answers with a redirection, and none is followed here");
    if (head_alone_) tell(std::move(reply_));
  }
  void fail(errc code, const std::string& why) { tell(error{code, place_ + ": " + why}); }
  void tell(result<oauth_reply> what) {
    const auto self = shared_from_this();
    timer_.cancel();
    if (way_) way_->close();
    if (const auto then = std::exchange(then_, nullptr)) then(std::move(what));
  }

  std::string place_;
  bool head_alone_;
  oauth_heard then_; ///< Null once it has been called.
  http_client client_;
  asio::steady_timer timer_;
  std::shared_ptr<client_exchange> way_;
  oauth_reply reply_;
};

} // namespace

std::shared_ptr<void> ask_oauth(http_dialer& dialer, const oauth_reach& reach,
                                const std::string& url, oauth_question question, oauth_heard then) {
  const auto refuse = [&](std::string why) -> std::shared_ptr<void> {
    auto alive = std::make_shared<int>();
    asio::post(dialer.io(), [weak = std::weak_ptr<int>(alive), then, why = std::move(why)] {
      if (weak.lock()) then(error{errc::bad_answer, why});
    });
    return alive;
  };
  const auto place = read_http_place(url);
  if (!place || place->port == 0) return refuse("it names a place that is no URL");
  const auto issuer = read_http_place(reach.issuer);
  const bool named = same_origin(*place, reach.server) || (issuer && place->host == issuer->host);
  const bool inside = named || tells_inside(reach.server);
  // The server itself is asked as it is configured.
  if (!same_origin(*place, reach.server))
    if (auto fault = told_place_fault(*place, inside); !fault.empty())
      return refuse(std::move(fault));
  http_endpoint endpoint;
  endpoint.place = *place;
  if (place->tls) endpoint.ca_file = reach.ca_file;
  http_text request;
  request.head = head_of(*place, question);
  if (!question.body.empty())
    request.body = std::make_shared<const std::string>(std::move(question.body));
  auto one = std::make_shared<asking>(dialer, std::move(endpoint), !inside, question.head_alone,
                                      std::move(then));
  one->begin(std::move(request));
  return one;
}

std::shared_ptr<void> ask_tokens(http_dialer& dialer, const oauth_reach& reach,
                                 const std::string& url, token_request request,
                                 const oauth_tokens& before,
                                 std::function<void(result<oauth_tokens>)> then) {
  oauth_question question;
  question.verb = "POST";
  question.headers = std::move(request.headers);
  question.body = std::move(request.body);
  return ask_oauth(dialer, reach, url, std::move(question),
                   [before, then = std::move(then)](const result<oauth_reply>& reply) {
                     if (!reply) return then(reply.failure());
                     auto tokens = read_token_answer(reply->status, reply->body,
                                                     std::chrono::system_clock::now(), before);
                     if (tokens) {
                       known_secrets::here().add(tokens->access);
                       known_secrets::here().add(tokens->refresh);
                     }
                     then(std::move(tokens));
                   });
}

} // namespace toolscore
