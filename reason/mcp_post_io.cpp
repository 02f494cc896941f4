#include "reason/mcp_post_io.hpp"

#include "mcp/event_reader.hpp"
#include "reason/mcp_messages.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace toolscore::reason {
namespace {

using boost::system::error_code;

constexpr unsigned resumes_max = 5; ///< In a row without any event.
constexpr std::chrono::milliseconds resume_pause{250};
constexpr std::chrono::milliseconds resume_pause_max{5'000};

class running final : public mcp_post, public std::enable_shared_from_this<running> {
public:
  running(http_client& client, boost::asio::io_context& io, post_request request, post_hooks hooks)
      : client_(client), io_(io), request_(std::move(request)), hooks_(std::move(hooks)),
        timer_(io), pause_(io) {}

  void begin() {
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
    start(std::move(text));
  }

  void give_up(error why) override { fail(std::move(why)); }

private:
  void start(http_text text) {
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
    way_ = client_.start(std::move(text), std::move(hooks));
  }

  void take_head(const http_answer_head& head) {
    const bool streams = head.content_type.starts_with("text/event-stream");
    if (resumes_) {
      body_.clear();
      resumed_status_ = head.status;
    } else {
      end_.status = end_.answer.status = head.status;
      end_.session = head.session;
    }
    if (streams) reader_.emplace(request_.bytes_max);
  }

  void take_part(std::string_view part) {
    if (!reader_) {
      body_.append(part);
      if (body_.size() > request_.bytes_max) fail(too_large());
      return;
    }
    std::vector<mcp::stream_event> events;
    const bool good = reader_->feed(part, events);
    if (!reader_->last_id().empty()) last_id_ = reader_->last_id();
    if (!events.empty()) tries_ = 0;
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
    const bool whole = end.how == http_end::fate::whole;
    if (resumes_ || (reader_ && request_.answered && !last_id_.empty() && request_.resume))
      return go_on(whole ? "the stream ended before the answer" : end.why);
    if (end.how == http_end::fate::unreachable) return fail({errc::server_gone, end.why});
    if (end.how == http_end::fate::broken) return fail({errc::io_failed, end.why});
    const bool accepted = end_.status >= 200 && end_.status < 300;
    if (!request_.answered && accepted) return finish();
    if (!reader_) take_message(body_);
    if (over_) return;
    if (reader_ && accepted) return fail({errc::io_failed, "the stream ended before the answer"});
    fail(no_response(end_.status, body_));
  }

  /// A stream that broke off is gone on with: what was said once is not asked for again.
  void go_on(const std::string& why) {
    const bool refused = resumes_ && !reader_ && resumed_status_ != 0 && resumed_status_ != 503;
    if (lost_.empty()) lost_ = why;
    if (refused || tries_ == resumes_max || last_id_.empty())
      return fail(
          {errc::io_failed, lost_ + ", and could not be gone on with: " +
                                (refused ? no_response(resumed_status_, body_).detail : why)});
    auto wait = std::min(resume_pause * (1U << tries_++), resume_pause_max);
    if (reader_ && reader_->retry()) wait = std::min(*reader_->retry(), resume_pause_max);
    resumes_ = true;
    reader_.reset();
    resumed_status_ = 0;
    body_.clear();
    pause_.expires_after(wait);
    pause_.async_wait([self = shared_from_this()](error_code stopped) {
      if (stopped || self->over_) return;
      http_text text;
      text.head = self->request_.resume(self->last_id_);
      text.repeatable = true;
      self->start(std::move(text));
    });
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
    pause_.cancel();
    if (way_) way_->close();
    // Whoever is told may start the next one, or let go of this.
    boost::asio::post(io_, [self = std::exchange(keep_, nullptr)] {
      if (const auto tell = std::exchange(self->hooks_.on_end, nullptr))
        tell(std::move(self->end_));
    });
  }

  http_client& client_;
  boost::asio::io_context& io_;
  post_request request_;
  post_hooks hooks_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer pause_; ///< Before a stream is gone on with.
  std::shared_ptr<running> keep_;   ///< Itself, until it has ended.
  std::shared_ptr<client_exchange> way_;
  std::optional<mcp::event_reader> reader_;
  std::string body_;
  post_end end_;
  bool over_ = false;
  // Of a stream that broke off.
  std::string last_id_;
  std::string lost_;     ///< Why it did so first.
  bool resumes_ = false; ///< It is gone on with by GETs.
  unsigned tries_ = 0;   ///< Since the last event.
  int resumed_status_ = 0;
};

} // namespace

std::shared_ptr<mcp_post> start_post(http_client& client, boost::asio::io_context& io,
                                     post_request request, post_hooks hooks) {
  auto one = std::make_shared<running>(client, io, std::move(request), std::move(hooks));
  one->begin();
  return one;
}

} // namespace toolscore::reason
