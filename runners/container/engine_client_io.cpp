#include "runners/container/engine_client_io.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <fcntl.h>

#include <cstdint>
#include <limits>
#include <optional>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using failed_code = boost::system::error_code;
using local = asio::local::stream_protocol;

constexpr std::size_t header_bytes_max = 64 * 1024;
constexpr auto connect_limit = std::chrono::seconds(10);

using engine_sockets = std::shared_ptr<const result<std::vector<std::string>>>;

struct exchange_hooks {
  std::function<void(std::string_view)> on_text;            ///< follow alone.
  engine_client::answered on_answer;                        ///< All but a successful attach.
  std::function<void(engine_client::attached)> on_attached; ///< attach alone.
};

/// One request; every step keeps it, and what comes after its end is passed over.
class exchange : public std::enable_shared_from_this<exchange> {
public:
  exchange(asio::io_context& io, engine_sockets places, engine_request request,
           std::chrono::milliseconds limit, exchange_hooks hooks)
      : places_(std::move(places)), asked_(std::move(request)), limit_(limit),
        hooks_(std::move(hooks)), socket_(io), deadline_(io) {}

  void begin() {
    arm(limit_.count() == 0 ? connect_limit : limit_);
    connect(0);
  }
  void abandon() {
    over_ = true;
    hooks_ = {};
    close();
  }

private:
  /// A handler that goes on unless all is over, or fails with `what`.
  template <class Then>
  auto next(const char* what, Then then) {
    return [self = shared_from_this(), what, then](failed_code failed, std::size_t) {
      if (self->over_) return;
      if (failed) return self->broken(what, failed);
      then(*self);
    };
  }

  void arm(std::chrono::milliseconds after) {
    deadline_.expires_after(after);
    deadline_.async_wait([weak = weak_from_this()](failed_code stopped) {
      const auto self = weak.lock();
      if (stopped || !self || self->over_) return;
      self->fail({errc::call_timed_out, "the container engine at " + self->place_ +
                                            " did not answer in time; see whether it hangs"});
    });
  }

  void connect(std::size_t which) {
    if (!*places_) return fail(places_->failure());
    if (which == (*places_)->size()) return fail(nobody());
    place_ = (**places_)[which];
    failed_code failed;
    socket_.open(local(), failed);
    socket_.async_connect(local::endpoint(place_), [self = shared_from_this(),
                                                    which](failed_code refused) {
      if (self->over_) return;
      if (!refused) return self->send();
      self->tried_ += (self->tried_.empty() ? "" : ", ") + self->place_ + ": " + refused.message();
      failed_code ignored;
      self->socket_.close(ignored);
      self->connect(which + 1);
    });
  }

  error nobody() const {
    return {
        errc::not_supported,
        "no container engine answers (" + tried_ +
            "); start one, as with `systemctl start podman.socket`, or say in node.engine where "
            "it listens"};
  }

  void send() {
    wire_ = {http::string_to_verb(asked_.method), asked_.target, 11};
    wire_.set(http::field::host, "engine");
    wire_.set(http::field::user_agent, "toolscore");
    if (hooks_.on_attached) {
      wire_.set(http::field::connection, "Upgrade");
      wire_.set(http::field::upgrade, "tcp");
    } else {
      wire_.set(http::field::connection, "close");
    }
    if (!asked_.body.empty()) wire_.set(http::field::content_type, "application/json");
    wire_.body() = std::move(asked_.body);
    wire_.prepare_payload();
    http::async_write(socket_, wire_, next("writing to", [](exchange& self) { self.read_head(); }));
  }

  void read_head() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(hooks_.on_text ? engine_client::pull_bytes_max
                                       : engine_client::body_bytes_max);
    if (limit_.count() == 0) deadline_.cancel();
    http::async_read_header(socket_, buffer_, *parser_,
                            next("reading from", [](exchange& self) { self.take_head(); }));
  }

  void take_head() {
    const auto status = parser_->get().result_int();
    const bool good = status >= 200 && status < 300;
    // An old engine hijacks the connection behind a plain 200.
    const bool hijacked = good && !parser_->content_length() && !parser_->chunked();
    if (hooks_.on_attached && (status == 101 || hijacked)) return hand_over();
    if (hooks_.on_text && good) return read_piece();
    read_rest();
  }

  void read_rest() {
    http::async_read(socket_, buffer_, *parser_,
                     next("reading from", [](exchange& self) { self.finish(); }));
  }

  /// A pull tells what it does for as long as it takes.
  void read_piece() {
    arm(limit_);
    if (parser_->is_done()) return finish();
    http::async_read_some(socket_, buffer_, *parser_, next("reading from", [](exchange& self) {
                            auto& body = self.parser_->get().body();
                            if (!body.empty() && self.hooks_.on_text) self.hooks_.on_text(body);
                            if (self.over_) return;
                            body.clear();
                            self.read_piece();
                          }));
  }

  void hand_over() {
    engine_client::attached out;
    out.early = beast::buffers_to_string(buffer_.data());
    failed_code failed;
    out.socket.reset(socket_.release(failed));
    if (failed) return broken("taking over", failed);
    ::fcntl(out.socket.get(), F_SETFL, O_NONBLOCK);
    over_ = true;
    deadline_.cancel();
    std::exchange(hooks_, {}).on_attached(std::move(out));
  }

  void finish() {
    engine_answer out;
    out.status = parser_->get().result_int();
    out.body = std::move(parser_->get().body());
    end(std::move(out));
  }
  void broken(const char* what, failed_code failed) {
    fail({errc::io_failed, std::string(what) + " the container engine at " + place_ +
                               " failed: " + failed.message()});
  }
  void fail(error why) { end(std::move(why)); }
  void end(result<engine_answer> outcome) {
    over_ = true;
    close();
    if (const auto hooks = std::exchange(hooks_, {}); hooks.on_answer)
      hooks.on_answer(std::move(outcome));
  }
  void close() {
    deadline_.cancel();
    failed_code ignored;
    socket_.close(ignored);
  }

  engine_sockets places_;
  engine_request asked_;
  std::chrono::milliseconds limit_;
  exchange_hooks hooks_;
  local::socket socket_;
  asio::steady_timer deadline_;
  std::string place_;
  std::string tried_;
  beast::flat_buffer buffer_{header_bytes_max + 64 * 1024};
  http::request<http::string_body> wire_;
  std::optional<http::response_parser<http::string_body>> parser_;
  bool over_ = false;
};

std::shared_ptr<void> start(asio::io_context& io, const engine_sockets& places,
                            engine_request request, std::chrono::milliseconds limit,
                            exchange_hooks hooks) {
  auto run = std::make_shared<exchange>(io, places, std::move(request), limit, std::move(hooks));
  asio::post(io, [weak = std::weak_ptr(run)] {
    if (const auto self = weak.lock()) self->begin();
  });
  return {run.get(), [run](void*) { run->abandon(); }};
}

} // namespace

engine_client::engine_client(asio::io_context& io, result<std::vector<std::string>> places)
    : io_(io),
      places_(std::make_shared<const result<std::vector<std::string>>>(std::move(places))) {}

std::shared_ptr<void> engine_client::ask(engine_request request, std::chrono::milliseconds limit,
                                         answered then) {
  return start(io_, places_, std::move(request), limit, {nullptr, std::move(then), nullptr});
}

std::shared_ptr<void> engine_client::follow(engine_request request,
                                            std::chrono::milliseconds silence,
                                            std::function<void(std::string_view)> on_text,
                                            answered then) {
  return start(io_, places_, std::move(request), silence,
               {std::move(on_text), std::move(then), nullptr});
}

std::shared_ptr<void> engine_client::attach(engine_request request, std::chrono::milliseconds limit,
                                            std::function<void(result<attached>)> then) {
  const auto told = std::make_shared<std::function<void(result<attached>)>>(std::move(then));
  exchange_hooks hooks;
  hooks.on_answer = [told](result<engine_answer> answer) {
    (*told)(answer ? refusal(*answer, "attaching to the container was refused") : answer.failure());
  };
  hooks.on_attached = [told](attached stream) { (*told)(std::move(stream)); };
  return start(io_, places_, std::move(request), limit, std::move(hooks));
}

} // namespace toolscore
