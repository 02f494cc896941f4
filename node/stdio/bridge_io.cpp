#include "node/stdio/bridge_io.hpp"

#include "mcp/versions.hpp"
#include "node/stdio/node_answer.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace asio = boost::asio;
using namespace std::chrono_literals;

stdio_bridge::stdio_bridge(asio::io_context& loop, http_address node, std::string target,
                           std::function<void()> on_over, int input, int output,
                           const bridge_limits& limits)
    : loop_(loop), on_over_(std::move(on_over)), node_(place_of(std::move(node))),
      target_(std::move(target)), limits_(limits),
      in_(loop, input, [this](std::string_view part) { on_input(part); }),
      out_(loop, output,
           [this] {
             code_ = exit_code::failed;
             leave();
           }),
      timer_(loop), hear_timer_(loop), doubt_timer_(loop), away_timer_(loop), knock_timer_(loop),
      listen_timer_(loop) {}

void stdio_bridge::start() {
  in_.start();
}

void stdio_bridge::on_input(std::string_view part) {
  std::vector<framed_line> lines;
  if (part.empty())
    framer_.finish(lines);
  else
    framer_.feed(part, lines);
  for (auto& line : lines) on_line(std::move(line));
  if (part.empty()) on_input_end();
}

void stdio_bridge::on_line(framed_line line) {
  if (line.kind == line_kind::overlong)
    return say(refusal_line({}, mcp::code::invalid_request, "a line is over the limit of 64 MiB"));
  if (line.kind == line_kind::garbage)
    return say(refusal_line({}, mcp::code::parse_error,
                            "a line is no JSON object; it begins with " + line.text));
  auto read = read_client_message(scanner_, std::move(line.text));
  if (auto* refusal = std::get_if<std::string>(&read)) return say(std::move(*refusal));
  on_message(std::move(std::get<client_message>(read)));
}

void stdio_bridge::on_message(client_message x) {
  if (x.is_request()) return on_request(std::move(x));
  if (!gone_.empty()) return;
  if (x.method == "notifications/cancelled") return on_cancel(std::move(x));
  // Without a session there is nobody to whom a legacy message could mean something.
  const bool heard = x.speaks == era::modern || opening_ || !session_.id.empty();
  if (!heard || notes_.size() >= limits_.waiting_max) return;
  notes_.push_back(std::move(x));
  pump();
}

void stdio_bridge::on_request(client_message x) {
  if (!gone_.empty()) {
    say(failure_line(x.id, gone_));
    return leave_after(200ms);
  }
  const bool waits = std::any_of(waiting_.begin(), waiting_.end(),
                                 [&](const client_message& other) { return other.id == x.id; });
  if (waits || calls_.count(x.id) != 0)
    return say(refusal_line(x.id, mcp::code::invalid_request,
                            "a request with this id is in flight already"));
  if (waiting_.size() >= limits_.waiting_max || (x.listens() && listens_ >= limits_.listens_max))
    return say(failure_line(x.id, "too many requests at once; wait for some to end"));
  if (x.opens_session()) opening_ = true;
  waiting_.push_back(std::move(x));
  pump();
}

void stdio_bridge::on_cancel(client_message x) {
  const auto waits =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const client_message& other) {
        return other.id == x.cancels && !other.opens_session();
      });
  if (waits != waiting_.end()) {
    waiting_.erase(waits);
    return;
  }
  const auto found = calls_.find(x.cancels);
  if (found == calls_.end()) return; // Answered already; such races are normal.
  const auto cancelled = found->second;
  cancelled->cancelled = true;
  if (cancelled->parked || cancelled->message.speaks == era::modern) {
    if (cancelled->way) cancelled->way->close(); // Over HTTP that is how a modern client says it.
    return remove(cancelled);
  }
  if (notes_.size() >= limits_.waiting_max) return;
  notes_.push_back(std::move(x));
  pump();
}

bool stdio_bridge::may_start(const client_message& x) const {
  if (away_) return false;
  if (x.listens()) return listens_ < limits_.listens_max;
  if (calls_.size() - listens_ >= limits_.calls_max) return false;
  if (x.speaks == era::modern || x.opens_session()) return true;
  return !opening_ && notes_.empty() && !note_in_flight_;
}

void stdio_bridge::pump() {
  if (leaving_ || !gone_.empty()) return;
  if (!away_ && !note_in_flight_ && !opening_ && !notes_.empty()) send_note();
  while (!waiting_.empty() && may_start(waiting_.front())) {
    auto next = std::make_shared<call>();
    next->message = std::move(waiting_.front());
    waiting_.pop_front();
    calls_[next->message.id] = next;
    if (next->message.listens()) ++listens_;
    send(next);
  }
  leave_when_idle();
}

http_request stdio_bridge::post(const client_message& x) const {
  http_request request;
  request.method = "POST";
  request.target = target_;
  request.headers = post_headers(x, session_, mirrored_);
  request.body = x.body;
  return request;
}

exchange_events stdio_bridge::reading() {
  exchange_events events;
  events.may_read = [this](std::function<void()> resume) {
    if (!out_.is_full()) return true;
    out_.when_room(std::move(resume));
    return false;
  };
  return events;
}

std::shared_ptr<node_exchange> stdio_bridge::start(const http_request& request,
                                                   exchange_events events) {
  return node_exchange::start(loop_, node_, request, std::move(events));
}

void stdio_bridge::send(const call_ptr& x) {
  auto events = reading();
  events.on_event = [this, x](std::string message) { on_event(x, std::move(message)); };
  events.on_end = [this, x](exchange_end end) { on_call_end(x, std::move(end)); };
  x->session = session_.id;
  x->way = start(post(x->message), std::move(events));
}

void stdio_bridge::on_event(const call_ptr& x, std::string message) {
  auto answer = read_answer(scanner_, message);
  const bool ends_listening = answer.is_response && !answer.failed && x->message.listens();
  if (ends_listening || (x->message.listens() && goes_on(x, message))) return;
  if (answer.is_response) {
    x->answered = true;
    if (x->message.method == "tools/list") learn_tools(answer.result);
  }
  message = mcp::on_one_line(std::move(message));
  if (x->message.opens_session())
    x->held.push_back(std::move(message));
  else
    say(std::move(message));
}

void stdio_bridge::on_call_end(const call_ptr& x, exchange_end end) {
  const bool opens = x->message.opens_session();
  if (opens) open_session(x, end);
  for (auto& line : x->held) say(std::move(line));
  const bool whole = end.ended == exchange_end::how::whole;
  if (end.ended == exchange_end::how::unreachable) {
    lose(end.why);
    return x->cancelled ? remove(x) : park(x);
  }
  if (x->message.listens() && !x->answered && !x->cancelled && (!whole || end.streamed)) {
    listen_again(x);
    return whole ? void() : suspect();
  }
  if (!whole) {
    if (!x->answered) fail(x, end.why);
    suspect();
  } else if (!end.streamed) {
    if (read_answer(scanner_, end.body).wrong_head && x->message.method == "tools/call" &&
        x->message.speaks == era::modern && !std::exchange(x->repeated, true))
      return repeat_with_tools(x, {}, 0);
    if (is_of_lost_session(x, end)) {
      const bool renewed = x->session != session_.id;
      if (!x->cancelled) park(x);
      renewed ? resume() : reopen();
      return x->cancelled ? remove(x) : void();
    }
    on_answer(x, end);
  } else if (!x->answered && !x->cancelled) {
    fail(x, "the node ended the stream before the answer");
  }
  if (opens) opening_ = false;
  remove(x);
}

void stdio_bridge::on_answer(const call_ptr& x, exchange_end& end) {
  const auto answer = read_answer(scanner_, end.body);
  if (!answer.is_response && x->cancelled) return;
  if (x->message.method == "tools/list") learn_tools(answer.result);
  if (answer.is_response && !answer.failed) {
    reopenings_ = 0;
    memory_.note(scanner_, x->message);
  }
  say(answer_line(scanner_, end.status, std::move(end.body), x->message.id));
}

/// It has not run, and is sent once more in another session.
bool stdio_bridge::is_of_lost_session(const call_ptr& x, const exchange_end& end) {
  return end.status == 404 && x->message.speaks == era::legacy && !x->message.opens_session() &&
         !x->session.empty() && !std::exchange(x->renewed, true);
}

void stdio_bridge::open_session(const call_ptr& x, const exchange_end& end) {
  if (end.session.empty() || end.status != 200) return;
  const auto answer = read_answer(scanner_, x->held.empty() ? end.body : x->held.back());
  session_.id = end.session;
  session_.version = mcp::protocol_version_of(answer.result);
  announced_ = announced_in(answer.result);
  memory_.note(scanner_, x->message);
}

void stdio_bridge::learn_tools(std::string_view result) {
  for (auto& [name, marked] : mcp::mirrored_in_result(result))
    if (mirrored_.size() < limits_.tools_max || mirrored_.count(name) != 0)
      mirrored_[name] = std::move(marked);
}

/// The call was refused for its headers and has not run. What its tool mirrors now is in the list.
void stdio_bridge::repeat_with_tools(const call_ptr& x, std::string cursor, std::size_t pages) {
  constexpr std::size_t pages_max = 32;
  exchange_events events;
  const auto take = [this, x, pages](const std::string& message) {
    const auto answer = read_answer(scanner_, message);
    if (!answer.is_response) return;
    learn_tools(answer.result);
    x->held = {next_cursor_of(answer.result)};
  };
  events.on_event = take;
  events.on_end = [this, x, take, pages](exchange_end end) {
    if (end.ended == exchange_end::how::unreachable) return lose(end.why);
    if (!end.streamed) take(end.body);
    const auto held = std::exchange(x->held, {});
    if (!held.empty() && !held.front().empty() && pages + 1 < pages_max)
      return repeat_with_tools(x, held.front(), pages + 1);
    send(x);
  };
  if (pages == 0) mirrored_.erase(x->message.name);
  x->way = start(post(list_question(x->message, cursor)), std::move(events));
}

void stdio_bridge::fail(const call_ptr& x, const std::string& why) {
  if (!std::exchange(x->answered, true) && !x->cancelled) say(failure_line(x->message.id, why));
}

void stdio_bridge::remove(const call_ptr& x) {
  const auto found = calls_.find(x->message.id);
  if (found == calls_.end() || found->second != x) return;
  if (x->message.listens()) --listens_;
  calls_.erase(found);
  pump();
}

void stdio_bridge::send_note() {
  auto note = std::move(notes_.front());
  notes_.pop_front();
  note_in_flight_ = true;
  exchange_events events;
  const auto request = post(note);
  events.on_end = [this, sent = std::move(note)](const exchange_end& end) mutable {
    on_note_end(end, std::move(sent));
  };
  exchange_limits limits;
  limits.head = 30s;
  node_exchange::start(loop_, node_, request, std::move(events), limits);
}

void stdio_bridge::on_note_end(const exchange_end& end, client_message sent) {
  note_in_flight_ = false;
  if (end.ended == exchange_end::how::unreachable) {
    notes_.push_front(std::move(sent));
    return lose(end.why);
  }
  if (end.status == 404 && sent.speaks == era::legacy && !session_.id.empty()) return reopen();
  if (sent.method == "notifications/initialized" && end.status == 202) {
    memory_.note(scanner_, sent);
    hear();
  }
  pump();
}

/// What the server says outside of any request comes on a stream of the session's own.
void stdio_bridge::hear() {
  if (away_ || leaving_ || input_over_ || !gone_.empty() || session_.id.empty()) return;
  http_request request;
  request.target = target_;
  request.headers = mcp::session_headers(session_);
  request.headers.emplace_back("Accept", "text/event-stream");
  auto events = reading();
  events.on_event = [this](std::string message) {
    ear_ends_ = 0;
    say(mcp::on_one_line(std::move(message)));
  };
  events.on_end = [this](const exchange_end& end) {
    if (end.ended == exchange_end::how::unreachable) return lose(end.why);
    if (end.status == 404) return reopen();
    if (end.status < 400) hear_later(); // Else it offers no such stream.
  };
  if (ear_) ear_->close();
  ear_ = start(request, std::move(events));
}

} // namespace toolscore
