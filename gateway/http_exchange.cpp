#include "gateway/http_exchange.hpp"

#include "gateway/response_text.hpp"
#include "gateway/sse_channel.hpp"
#include "mcp/answers.hpp"
#include "mcp/client_questions.hpp"
#include "mcp/envelope.hpp"
#include "mcp/older_clients.hpp"
#include "mcp/splice.hpp"
#include "mcp/versions.hpp"

#include <utility>

namespace toolscore {
namespace {

/// Progress that a client of the first version can read.
bytes for_session(bytes json, std::string_view version) {
  if (mcp::is_told_as_it_is("notifications/progress", version)) return json;
  mcp::scanner scanner;
  const auto spans = scanner.scan(*json);
  if (!spans || spans->kind != message_kind::notification || !spans->progress_token) return json;
  return std::make_shared<const std::string>(mcp::older_progress(*json, *spans, version));
}

} // namespace

http_exchange::http_exchange(std::shared_ptr<client_connection> connection, std::uint64_t turn,
                             principal who, exchange_options options,
                             std::shared_ptr<exchange_counters> counters)
    : connection_(std::move(connection)), turn_(turn), who_(std::move(who)), options_(options),
      counters_(std::move(counters)) {
  connection_->watch(turn_, this);
}

http_exchange::~http_exchange() {
  if (!ended_) {
    if (!gone_) ++counters_->repaired;
    const auto id = request_ ? id_.of(*request_) : std::string_view{};
    end(200,
        std::make_shared<const std::string>(mcp::error_response(
            id, mcp::code::internal, "the gateway lost this call; this is a bug of the node")));
  }
  if (!stream_) connection_->watch(turn_, nullptr);
}

void http_exchange::set_request(bytes body, text_span id) {
  request_ = std::move(body);
  id_ = id;
}

void http_exchange::add_rewriting(std::function<bytes(const bytes& answer)> make) {
  if (!rewriting_) {
    rewriting_ = std::move(make);
    return;
  }
  rewriting_ = [first = std::move(rewriting_), then = std::move(make)](const bytes& answer) {
    return then(first(answer));
  };
}

bool http_exchange::has_room() const {
  return options_.accepts_stream && connection_->unsent() <= options_.queued_bytes_max;
}

/// From here on it is the session's: its client may lose the connection and come back for the rest.
void http_exchange::begin_kept_stream() {
  ++counters_->streams;
  streaming_ = true;
  stream_ = session_->begin_stream(false, options_.streams, counters_->kept);
  stream_->on_detached([this] { on_stream_gone(); });
  connection_->watch(turn_, nullptr);
}

void http_exchange::event(bytes json) {
  if (ended_ || gone_) return;
  if (session_) json = for_session(std::move(json), session_->version);
  if (stream_) return stream_->send(json);
  if (session_ && session_->channel) return session_->channel->event(json);
  if (!has_room()) {
    ++counters_->events_dropped;
    if (options_.cuts_off) {
      ++counters_->kept->cut_off;
      connection_->cut_off(turn_);
    }
    return;
  }
  if (session_) {
    begin_kept_stream();
    stream_->send(json); // Kept, and written with the head.
    return stream_->attach(connection_, turn_, 0);
  }
  std::string text;
  text.reserve(json->size() + 32);
  append_sse_message(text, *json);
  if (streaming_) {
    connection_->stream(turn_, text);
    return;
  }
  streaming_ = true;
  ++counters_->streams;
  connection_->begin_stream(turn_, "text/event-stream",
                            "X-Accel-Buffering: no\r\nCache-Control: no-cache\r\n", text);
}

std::uint64_t http_exchange::ask(input_request question, std::function<void(input_response)> then) {
  const bool reads = stream_ ? stream_->attached() : has_room();
  if (ended_ || gone_ || !session_ || !reads) return 0;
  const auto number = session_->ask(this, std::move(then));
  if (number != 0)
    event(std::make_shared<const std::string>(mcp::input_request_line(
        number, question.method, mcp::older_form(question.params, session_->version))));
  return number;
}

void http_exchange::withdraw(std::uint64_t question) {
  if (!session_ || !session_->take_question(question)) return;
  event(std::make_shared<const std::string>(
      mcp::cancelled_line(static_cast<std::int64_t>(question), "the server needs no answer")));
}

void http_exchange::end(int http_status, bytes json) {
  if (ended_) return;
  ended_ = true;
  hook_ = nullptr;
  const auto session = session_;
  leave_session();
  if (gone_) return;
  if (rewriting_) json = rewriting_(json);
  if (stream_) {
    stream_->end(json);
    session->tidy_streams();
    return;
  }
  if (streaming_) {
    std::string text;
    text.reserve(json->size() + 32);
    append_sse_message(text, *json);
    connection_->end_stream(turn_, text);
    return;
  }
  outbound_answer x;
  x.status = http_status;
  x.content_type = "application/json";
  if (headers_) x.headers = headers_(json);
  x.body = std::move(json);
  connection_->answer(turn_, std::move(x));
}

void http_exchange::on_abandoned(std::function<void()> hook) {
  if (ended_) return;
  if (gone_ && options_.disconnect_cancels)
    hook();
  else
    hook_ = std::move(hook);
}

/// The stream that they were asked on is the only way an answer is to be expected by.
void http_exchange::fail_questions() {
  if (!session_) return;
  for (auto& asked : session_->take_questions(this))
    asked.then({true, mcp::error_object(mcp::code::internal, "the client has gone")});
}

/// It may come back for the answer.
void http_exchange::on_stream_gone() {
  fail_questions();
  if (!options_.disconnect_cancels) return;
  gone_ = true;
  if (auto hook = std::exchange(hook_, nullptr)) hook();
}

bool http_exchange::beat() {
  if (ended_ || gone_) return false;
  if (streaming_ && !stream_) connection_->stream(turn_, ":\n\n");
  return !gone_;
}

void http_exchange::finish() {
  if (auto hook = std::exchange(hook_, nullptr)) hook();
}

void http_exchange::on_gone() {
  gone_ = true;
  fail_questions();
  if (ended_ || !options_.disconnect_cancels) return;
  if (auto hook = std::exchange(hook_, nullptr)) hook();
}

void http_exchange::leave_session() noexcept {
  if (!session_) return;
  const auto left = std::exchange(session_, nullptr);
  static_cast<void>(left->take_questions(this)); // Nobody needs the answers now.
  left->finished(this);
}

} // namespace toolscore
