#include "reason/chat/chat_client_io.hpp"

#include "mcp/event_reader.hpp"
#include "mcp/versions.hpp"
#include "node/printable.hpp"
#include "node/reply_json.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace toolscore::reason {
namespace {

constexpr std::size_t answer_bytes_max = std::size_t{64} << 20U;
constexpr std::size_t refusal_bytes_max = std::size_t{64} << 10U;
constexpr std::chrono::milliseconds refusal_wait{5'000}; ///< For the words of one, behind its head.
constexpr std::size_t quoted_max = 200;

std::string refusal_text(int status, const std::string& body) {
  std::string said;
  if (const auto value = read_json(body)) {
    const auto& failure = member_of(*value, "error");
    said = failure.is_string() ? failure.get<std::string>() : text_of(failure, "message");
  } else {
    said = body;
  }
  return status_words(status) +
         (said.empty() ? "" : ": " + cut_to_width(printable(said), quoted_max));
}

} // namespace

/// One question on its way.
struct chat_client::question {
  explicit question(boost::asio::io_context& io) : timer(io) {}

  void take_part(std::string_view part) {
    if (is_refusal()) {
      body.append(part.substr(0, refusal_bytes_max - body.size()));
      if (body.size() == refusal_bytes_max) end({});
      return;
    }
    if (!reader) {
      body.append(part);
      if (body.size() > answer_bytes_max)
        end("the answer is over its limit of " + std::to_string(answer_bytes_max) + " bytes");
      return;
    }
    std::vector<mcp::stream_event> events;
    const bool good = reader->feed(part, events);
    for (const auto& each : events)
      if (!stream.feed(each.data)) return end({});
    if (!good) end("an event of the answer is over its limit");
  }
  bool is_refusal() const { return head.status != 0 && head.status != 200; }
  void end_after(std::chrono::milliseconds limit) {
    timer.expires_after(limit);
    timer.async_wait([this, limit](boost::system::error_code stopped) {
      if (!stopped) end("no answer within " + std::to_string(limit.count()) + " ms");
    });
  }
  void end(std::string why) {
    if (std::exchange(over, true)) return;
    broken = std::move(why);
    timer.cancel();
    if (way) way->close();
  }

  boost::asio::steady_timer timer;
  std::shared_ptr<client_exchange> way;
  http_answer_head head;
  std::string body;
  std::optional<mcp::event_reader> reader;
  chat_stream stream;
  std::string broken; ///< Why there is no whole answer; empty = there is.
  bool over = false;
};

chat_client::chat_client(event_loop& loop, http_dialer& dialer, chat_place to)
    : loop_(loop), target_(to.place.target), to_(std::move(to)),
      client_(dialer, http_endpoint{to_.place, {}, {}, {}}) {
  while (target_.ends_with('/')) target_.pop_back();
  target_ += "/chat/completions";
}

chat_client::~chat_client() = default;

std::variant<chat_answer, chat_failure> chat_client::ask(const std::string& body,
                                                         std::chrono::milliseconds limit) {
  if (interrupted_) return chat_failure{0, {}, "it was interrupted"};
  question one(loop_.io());
  http_text request;
  request.head = "POST " + target_ + " HTTP/1.1\r\nHost: " + authority_of(to_.place) +
                 "\r\nUser-Agent: toolscore-reason/" + std::string(mcp::product_version) +
                 "\r\nContent-Type: application/json\r\nAccept: application/json, "
                 "text/event-stream\r\n";
  if (!to_.key.empty()) request.head += "Authorization: Bearer " + to_.key + "\r\n";
  request.head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request.body = std::make_shared<const std::string>(body);
  request.repeatable = true;
  http_hooks hooks;
  hooks.on_head = [&](const http_answer_head& head) {
    one.head = head;
    const auto left = one.timer.expiry() - std::chrono::steady_clock::now();
    if (one.is_refusal() && left > refusal_wait) one.end_after(refusal_wait);
    if (head.status == 200 && head.content_type.starts_with("text/event-stream"))
      one.reader.emplace(answer_bytes_max);
  };
  hooks.on_part = [&](std::string_view part) { one.take_part(part); };
  hooks.on_end = [&](const http_end& end) {
    one.end(end.how == http_end::fate::whole ? std::string() : end.why);
  };
  asked_ = &one;
  one.end_after(limit);
  one.way = client_.start(std::move(request), std::move(hooks));
  loop_.run_until([&] { return one.over; });
  asked_ = nullptr;
  loop_.io().poll(); // The timer's last word speaks of `one`.

  if (interrupted_) return chat_failure{0, {}, "it was interrupted"};
  if (one.is_refusal()) // Also where not all of its words have come.
    return chat_failure{one.head.status, read_retry_after(one.head.retry_after),
                        refusal_text(one.head.status, one.body)};
  if (!one.broken.empty()) return chat_failure{0, {}, one.broken};
  auto answer = one.reader ? one.stream.finish() : read_chat_answer(one.body);
  if (!answer) return chat_failure{0, {}, answer.failure().detail};
  return std::move(*answer);
}

void chat_client::pause(std::chrono::milliseconds time) {
  bool over = false;
  boost::asio::steady_timer timer(loop_.io(), time);
  timer.async_wait([&over](boost::system::error_code) { over = true; });
  loop_.run_until([&] { return over || interrupted_; });
  timer.cancel();
  loop_.run_until([&] { return over; });
}

void chat_client::interrupt() {
  interrupted_ = true;
  if (asked_ != nullptr) asked_->end("it was interrupted");
}

} // namespace toolscore::reason
