#include "runners/http_client_io.hpp"

#include "loop/turn_scope.hpp"
#include "runners/oauth/oauth_text.hpp"

#include <boost/beast/http.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::uint32_t head_bytes_max = 64 * 1024;
constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int interim_max = 4; ///< Heads of status 1xx before the real one.

/// Whether the server has not ended it, as far as we have heard.
bool is_open(http_stream& stream) {
  char byte = 0;
  const auto seen = ::recv(stream.tcp.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  return seen > 0 && stream.tls != nullptr; // Such as a ticket; in clear nobody had to speak.
}

http_answer_head head_of(const http::response_header<>& from) {
  const auto text = [&](auto name) {
    const auto value = from[name];
    return std::string(value.data(), value.size());
  };
  http_answer_head head;
  head.status = static_cast<int>(from.result_int());
  head.content_type = text(http::field::content_type);
  head.session = text("Mcp-Session-Id");
  head.location = text(http::field::location);
  head.retry_after = text(http::field::retry_after);
  const auto [first, last] = from.equal_range(http::field::www_authenticate);
  for (auto at = first; at != last; ++at)
    head.challenge += (head.challenge.empty() ? "" : ", ") + std::string(at->value());
  return head;
}

} // namespace

struct http_client::pool : std::enable_shared_from_this<http_client::pool> {
  pool(http_dialer& through, http_endpoint place, http_client_limits bounds,
       std::shared_ptr<bearer_source> tokens)
      : dialer(through), endpoint(std::move(place)), limits(bounds), bearer(std::move(tokens)),
        timer(through.io()) {}

  std::unique_ptr<http_stream> take() {
    while (!idle.empty()) {
      auto stream = std::move(idle.back()); // The newest is the least likely to have ended.
      idle.pop_back();
      if (is_open(*stream)) return stream;
    }
    return nullptr;
  }
  void keep(std::unique_ptr<http_stream> stream) {
    if (closed || limits.idle_max == 0) return;
    stream->kept = true;
    stream->idle_since = steady_clock::now();
    stream->tcp.expires_never();
    if (idle.size() >= limits.idle_max) idle.pop_front();
    idle.push_back(std::move(stream));
    if (!armed) arm();
  }
  void arm() {
    armed = !idle.empty();
    if (!armed) return;
    timer.expires_at(idle.front()->idle_since + limits.idle);
    timer.async_wait([weak = weak_from_this()](error_code stopped) {
      const auto self = weak.lock();
      if (stopped || !self) return;
      const auto old = steady_clock::now() - self->limits.idle;
      while (!self->idle.empty() && self->idle.front()->idle_since <= old) self->idle.pop_front();
      self->arm();
    });
  }

  http_dialer& dialer;
  http_endpoint endpoint;
  http_client_limits limits;
  std::shared_ptr<bearer_source> bearer;         ///< Null = requests go without a token.
  std::deque<std::unique_ptr<http_stream>> idle; ///< The longest idle first.
  asio::steady_timer timer;
  bool armed = false;
  bool closed = false;
};

namespace {

class running final : public client_exchange, public std::enable_shared_from_this<running> {
public:
  running(std::shared_ptr<http_client::pool> pool, http_text request, http_hooks hooks)
      : pool_(std::move(pool)), request_(std::move(request)), hooks_(std::move(hooks)),
        patience_(pool_->dialer.io()) {}

  void begin() {
    if (!pool_->bearer) return connect();
    pool_->bearer->token([weak = weak_from_this()](result<std::string> token) {
      if (const auto self = weak.lock()) self->take_token(std::move(token));
    });
  }

  void connect() {
    stream_ = pool_->take();
    if (stream_)
      write();
    else
      dial();
  }

  void close() override {
    over_ = true; // The hooks stay: this may be called from inside one of them.
    dialing_ = nullptr;
    patience_.cancel();
    if (stream_) stream_->tcp.close();
  }

private:
  void take_token(result<std::string> token) {
    if (over_) return;
    if (token) {
      token_ = std::move(*token);
      return connect();
    }
    const auto why = token.failure();
    // It may be told from inside of what begins this.
    asio::post(pool_->dialer.io(), [self = shared_from_this(), why] {
      if (self->over_) return;
      const turn_scope turn;
      const bool login = why.code == errc::unauthorized;
      self->end(login ? http_end::fate::no_login : http_end::fate::no_token, why.detail);
    });
  }

  /// @returns whether the answer is heard out no further
  bool take_refused_token(http_answer_head head) {
    const bool scope = lacks_scope(head);
    if (!pool_->bearer || (head.status != unauthorized && !scope)) return false;
    stream_.reset(); // Its body tells nothing more.
    const bool again = std::exchange(tried_again_, true);
    const auto challenge = head.challenge;
    pool_->bearer->refused(token_, challenge, again,
                           [weak = weak_from_this(), head = std::move(head),
                            scope](result<std::string> token) mutable {
                             const auto self = weak.lock();
                             if (!self || self->over_) return;
                             if (token || (!scope && token.failure().code != errc::not_supported))
                               return self->take_token(std::move(token));
                             if (scope) head.lacks = token.failure();
                             asio::post(self->pool_->dialer.io(),
                                        [self, head] { self->pass_on(head); });
                           });
    return true;
  }
  /// RFC 6750, 3.1: the token is good, and for too little. It is the end of this request alone.
  bool lacks_scope(const http_answer_head& head) const {
    return head.status == forbidden && !token_.empty() &&
           read_challenge(head.challenge).error == "insufficient_scope";
  }
  void pass_on(const http_answer_head& head) {
    if (over_) return;
    const turn_scope turn;
    if (hooks_.on_head) hooks_.on_head(head);
    if (!over_) end(http_end::fate::whole, {});
  }

  void dial() {
    const auto& endpoint = pool_->endpoint;
    dialing_ = pool_->dialer.dial(
        endpoint.place, endpoint.ca_file,
        [weak = weak_from_this()](result<std::unique_ptr<http_stream>> dialed) {
          const auto self = weak.lock();
          if (!self || self->over_) return;
          const turn_scope turn;
          self->dialing_ = nullptr;
          if (!dialed) return self->end(http_end::fate::unreachable, dialed.failure().detail);
          self->stream_ = std::move(*dialed);
          self->write();
        },
        pool_->limits.dial);
  }

  void write() {
    if (hooks_.on_begun) hooks_.on_begun();
    if (over_) return;
    parser_.emplace();
    parser_->header_limit(head_bytes_max);
    // What is kept is bounded by who takes it; a stream has no end. Boost 1.74 takes none for zero.
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    // Not eagerly: that waits for the chunk behind the one that is there.
    parser_->eager(false);
    static const std::string nothing;
    const auto& before_target = stream_->before_target;
    const bool changed = !token_.empty() || !before_target.empty();
    if (changed) head_ = request_.head;
    if (!token_.empty()) head_.insert(head_.size() - 2, "Authorization: Bearer " + token_ + "\r\n");
    if (!before_target.empty()) head_.insert(head_.find(' ') + 1, before_target);
    if (!stream_->proxy_authorization.empty())
      head_.insert(head_.size() - 2,
                   "Proxy-Authorization: " + stream_->proxy_authorization + "\r\n");
    const std::array<asio::const_buffer, 2> text{
        asio::buffer(changed ? head_ : request_.head),
        asio::buffer(request_.body ? *request_.body : nothing)};
    stream_->tcp.expires_after(pool_->limits.write);
    stream_->with([&](auto& to) {
      asio::async_write(to, text, [self = shared_from_this()](error_code, std::size_t) {
        // A server may answer and close before it has read all: read in any case.
        if (!self->over_) self->await_head();
      });
    });
  }

  void await_head() {
    stream_->tcp.expires_never();
    if (request_.head_wait.count() > 0) {
      patience_.expires_after(request_.head_wait);
      patience_.async_wait([self = shared_from_this()](error_code stopped) {
        if (!stopped && !self->over_) self->end(http_end::fate::broken, "no answer in time");
      });
    }
    read_head();
  }

  void read_head() {
    stream_->with([&](auto& from) {
      http::async_read_header(from, stream_->read_ahead, *parser_,
                              [self = shared_from_this()](error_code failed, std::size_t) {
                                if (self->over_) return;
                                const turn_scope turn;
                                self->take_head(failed);
                              });
    });
  }

  void take_head(error_code failed) {
    if (failed) {
      const bool untouched = stream_->kept && !parser_->got_some() && request_.repeatable &&
                             failed != http::error::header_limit;
      if (!untouched) return broke(failed);
      stream_.reset(); // Its server had ended it: a fresh one is no second try of anything.
      return dial();
    }
    const auto status = parser_->get().result_int();
    if (status < 200 && status != 101 && ++interim_ <= interim_max) {
      parser_.emplace();
      parser_->header_limit(head_bytes_max);
      parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
      parser_->eager(false);
      return read_head();
    }
    patience_.cancel();
    auto head = head_of(parser_->get());
    if (take_refused_token(head)) return;
    if (hooks_.on_head) hooks_.on_head(head);
    if (!over_) read_on();
  }

  void read_on() {
    if (parser_->is_done()) return finish();
    parser_->get().body().data = stream_->part.data();
    parser_->get().body().size = stream_->part.size();
    stream_->with([&](auto& from) {
      http::async_read_some(from, stream_->read_ahead, *parser_,
                            [self = shared_from_this()](error_code failed, std::size_t) {
                              if (self->over_) return;
                              const turn_scope turn;
                              self->take_part(failed);
                            });
    });
  }

  void take_part(error_code failed) {
    const auto size = stream_->part.size() - parser_->get().body().size;
    if (size != 0 && hooks_.on_part) hooks_.on_part({stream_->part.data(), size});
    if (over_) return;
    if (failed && failed != http::error::need_buffer) return broke(failed);
    read_on();
  }

  void finish() {
    if (parser_->get().keep_alive() && stream_->read_ahead.size() == 0)
      pool_->keep(std::move(stream_));
    end(http_end::fate::whole, {});
  }

  void broke(const error_code& failed) {
    const bool ended = failed == http::error::end_of_stream || failed == asio::error::eof ||
                       failed == http::error::partial_message ||
                       failed == asio::ssl::error::stream_truncated;
    end(http_end::fate::broken,
        ended ? "the server closed the connection before it had answered" : failed.message());
  }

  void end(http_end::fate how, std::string why) {
    const auto self = shared_from_this();
    const auto tell = std::move(hooks_.on_end);
    close();
    if (tell) tell({how, std::move(why)});
  }

  std::shared_ptr<http_client::pool> pool_;
  http_text request_;
  http_hooks hooks_;
  std::string token_; ///< Empty = none.
  std::string head_;  ///< As it is written, where that is another.
  bool tried_again_ = false;
  std::unique_ptr<http_stream> stream_;
  std::shared_ptr<void> dialing_;
  asio::steady_timer patience_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  int interim_ = 0;
  bool over_ = false;
};

} // namespace

http_client::http_client(http_dialer& dialer, http_endpoint endpoint, http_client_limits limits,
                         std::shared_ptr<bearer_source> bearer)
    : pool_(std::make_shared<pool>(dialer, std::move(endpoint), limits, std::move(bearer))) {}

http_client::~http_client() {
  pool_->closed = true;
  pool_->idle.clear();
  pool_->timer.cancel();
}

std::shared_ptr<client_exchange> http_client::start(http_text request, http_hooks hooks) {
  auto one = std::make_shared<running>(pool_, std::move(request), std::move(hooks));
  one->begin();
  return one;
}

std::size_t http_client::idle() const {
  return pool_->idle.size();
}

} // namespace toolscore
