#include "reason/mcp_post_io.hpp"

#include "mcp/event_reader.hpp"
#include "reason/mcp_messages.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace toolscore::reason {
namespace {

using boost::system::error_code;

class running final : public mcp_post, public std::enable_shared_from_this<running> {
public:
  running(boost::asio::io_context& io, post_request request, post_hooks hooks)
      : io_(io), request_(std::move(request)), hooks_(std::move(hooks)), timer_(io) {}

  void begin(http_client& client) {
    keep_ = shared_from_this();
    if (request_.limit.count() > 0) {
      timer_.expires_after(request_.limit);
      timer_.async_wait([self = shared_from_this()](error_code stopped) {
        if (!stopped)
          self->give_up(
              {errc::call_timed_out,
               "no answer within " + std::to_string(self->request_.limit.count()) + " ms"});
      });
    }
    http_text text;
    text.head = std::move(request_.head);
    text.body = std::make_shared<const std::string>(std::move(request_.line));
    text.repeatable = request_.repeatable;
    const auto with = [weak = weak_from_this()](auto work) {
      return [weak, work](auto&&... what) {
        if (const auto self = weak.lock(); self && !self->over_)
          work(*self, std::forward<decltype(what)>(what)...);
      };
    };
    http_hooks hooks;
    hooks.on_head = with([](running& self, const http_answer_head& head) { self.take_head(head); });
    hooks.on_part = with([](running& self, std::string_view part) { self.take_part(part); });
    hooks.on_end = with([](running& self, const http_end& end) { self.take_end(end); });
    way_ = client.start(std::move(text), std::move(hooks));
  }

  void give_up(error why) override { fail(std::move(why)); }

private:
  void take_head(const http_answer_head& head) {
    end_.status = end_.answer.status = head.status;
    end_.session = head.session;
    if (head.content_type.starts_with("text/event-stream")) reader_.emplace(request_.bytes_max);
  }

  void take_part(std::string_view part) {
    if (!reader_) {
      body_.append(part);
      if (body_.size() > request_.bytes_max) fail(too_large());
      return;
    }
    std::vector<mcp::stream_event> events;
    const bool good = reader_->feed(part, events);
    for (const auto& each : events) {
      take_message(each.data);
      if (over_) return;
    }
    if (!good) fail(too_large());
  }

  void take_message(std::string_view text) {
    auto said = read_message(text, request_.id);
    if (!said.reply.empty() && hooks_.on_reply) hooks_.on_reply(std::move(said.reply));
    if (!said.answers || !request_.answered) return;
    end_.answer.result = std::move(said.result);
    end_.answer.failure = std::move(said.failure);
    finish();
  }

  void take_end(const http_end& end) {
    if (end.how == http_end::fate::unreachable) return fail({errc::server_gone, end.why});
    if (end.how == http_end::fate::broken) return fail({errc::io_failed, end.why});
    const bool accepted = end_.status >= 200 && end_.status < 300;
    if (!request_.answered && accepted) return finish();
    if (!reader_) take_message(body_);
    if (over_) return;
    if (reader_ && accepted) return fail({errc::io_failed, "the stream ended before the answer"});
    fail(no_response(end_.status, body_));
  }

  error too_large() const {
    return {errc::too_large,
            "the answer is over the limit of " + std::to_string(request_.bytes_max) + " bytes"};
  }

  void fail(error why) {
    if (over_) return;
    end_.answer.unanswered = std::move(why);
    finish();
  }

  void finish() {
    if (std::exchange(over_, true)) return;
    timer_.cancel();
    if (way_) way_->close();
    // Whoever is told may start the next one, or let go of this.
    boost::asio::post(io_, [self = std::exchange(keep_, nullptr)] {
      if (const auto tell = std::exchange(self->hooks_.on_end, nullptr))
        tell(std::move(self->end_));
    });
  }

  boost::asio::io_context& io_;
  post_request request_;
  post_hooks hooks_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<running> keep_; ///< Itself, until it has ended.
  std::shared_ptr<client_exchange> way_;
  std::optional<mcp::event_reader> reader_;
  std::string body_;
  post_end end_;
  bool over_ = false;
};

} // namespace

std::shared_ptr<mcp_post> start_post(http_client& client, boost::asio::io_context& io,
                                     post_request request, post_hooks hooks) {
  auto one = std::make_shared<running>(io, std::move(request), std::move(hooks));
  one->begin(client);
  return one;
}

} // namespace toolscore::reason
