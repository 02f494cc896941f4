#include "runners/http_link.hpp"

#include "mcp/versions.hpp"
#include "runners/http_talk_io.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

http_link::state::state(http_dialer& dialer, http_link_options chosen, link_events hooks)
    : io(dialer.io()), options(std::move(chosen)), events(std::move(hooks)),
      client(dialer, options.endpoint, options.client, options.bearer),
      target(options.endpoint.place.target), older_timer(io) {}

std::uint64_t http_link::state::send(bytes line) {
  const auto number = ++accepted;
  if (closing || closed || !line) return number;
  auto says = mcp::read_outgoing(scanner, *line);
  if (!says) return number; // What we write ourselves is a message.
  const bool cancels = says->method == "notifications/cancelled";
  if (cancels && cancel(*says, number)) return number;
  if (queued + line->size() > options.queued_bytes_max) {
    closing = true; // A message lost in the middle would be worse than an end.
    boost::asio::post(io, [self = shared_from_this()] {
      if (!self->closed && self->events.on_overflow)
        self->events.on_overflow("it takes no more requests and " + std::to_string(self->queued) +
                                 " bytes wait; at most " +
                                 std::to_string(self->options.queued_bytes_max) + " may");
    });
    return number;
  }
  queued += line->size();
  auto errand = std::make_shared<http_errand>(number, std::move(line), std::move(*says), io);
  if (cancels)
    queue.push_front(std::move(errand)); // What it cancels may be what holds up the queue.
  else
    queue.push_back(std::move(errand));
  pump_soon();
  return number;
}

std::uint64_t http_link::state::lines_begun() const {
  auto last = begun_done;
  for (const auto& [number, x] : flying)
    if (x->begun) last = std::max(last, number);
  return last;
}

/// @returns whether that is all there is to do
bool http_link::state::cancel(const mcp::outgoing& says, std::uint64_t number) {
  const auto is_it = [&](const http_errand& x) {
    return x.says.is_request() && x.says.id == says.cancels;
  };
  const auto waits = std::find_if(queue.begin(), queue.end(), [&](auto& x) { return is_it(*x); });
  if (waits != queue.end()) {
    queued -= (*waits)->line->size();
    queue.erase(waits);
    return true;
  }
  const auto at = std::find_if(flying.begin(), flying.end(),
                               [&](const auto& entry) { return is_it(*entry.second); });
  if (at == flying.end()) // Answered, such races are normal; or to be answered on the stream.
    return carried == carrier::posts && session.version.empty();
  const auto cancelled = at->second;
  if (cancelled->says.speaks == era::legacy) {
    cancelled->cancelled_by = number;
    return false;
  }
  finish(cancelled); // Over modern HTTP that is how it is said.
  return true;
}

/// The server has been told: whatever it still answers nobody waits for.
void http_link::state::close_cancelled(std::uint64_t by) {
  const auto at = std::find_if(flying.begin(), flying.end(),
                               [&](const auto& entry) { return entry.second->cancelled_by == by; });
  if (at != flying.end()) finish(http_errand_ptr(at->second));
}

/// Not at once: what else this round of the loop has to say is looked at with it.
void http_link::state::pump_soon() {
  if (std::exchange(soon, true)) return;
  boost::asio::post(io, [self = shared_from_this()] {
    self->soon = false;
    self->pump();
  });
}

bool http_link::state::may_begin(const http_errand& x) const {
  if (carried == carrier::opening) return false;
  const bool opening = std::any_of(flying.begin(), flying.end(),
                                   [](const auto& entry) { return entry.second->opens(); });
  if (opening) return false;
  if (x.says.listens()) return listens < options.listens_max;
  return x.says.is_request() ? requests < options.requests_max : notes < options.notes_max;
}

void http_link::state::pump() {
  if (options.older && carried == carrier::posts) open_older(nullptr, {});
  while (!closed && !closing && !queue.empty() && may_begin(*queue.front())) {
    const auto next = std::move(queue.front());
    queue.pop_front();
    queued -= next->line->size();
    flying.emplace(next->number, next);
    ++(next->says.listens() ? listens : next->says.is_request() ? requests : notes);
    begin(next);
  }
}

void http_link::state::begin(const http_errand_ptr& x) {
  http_text request;
  request.head = head_of("POST", mcp::post_headers(x->says, session, mirrored), x->line->size());
  request.body = x->line;
  if (!x->says.is_request()) request.head_wait = options.note_wait;
  request.repeatable = x->says.method != "tools/call";
  x->body.clear();
  x->reader.reset();
  x->way = client.start(std::move(request), hooks_for(x));
}

void http_link::state::finish(const http_errand_ptr& x) {
  const auto at = flying.find(x->number);
  if (at == flying.end() || at->second != x) return;
  if (x->begun) begun_done = std::max(begun_done, x->number);
  --(x->says.listens() ? listens : x->says.is_request() ? requests : notes);
  x->timer.cancel();
  if (x->way) x->way->close();
  flying.erase(at);
  if (!x->says.is_request()) close_cancelled(x->number);
  pump_soon();
}

void http_link::state::lose(const std::string& why) {
  if (closed) return;
  begun_done = lines_begun();
  end();
  if (events.on_lost) events.on_lost(why);
}

/// Without a token nothing of what is under way has been run, nor will be.
void http_link::state::lose_token(const http_end& end_of_one) {
  if (end_of_one.how != http_end::fate::no_login || !events.on_login_needed)
    return lose(end_of_one.why);
  if (closed) return;
  begun_done = lines_begun();
  end();
  events.on_login_needed(end_of_one.why);
}

/// Nothing is under way any more, and nobody is told of what was.
void http_link::state::end() {
  closing = closed = true;
  queue.clear();
  queued = 0;
  for (const auto& [number, x] : std::exchange(flying, {})) {
    x->timer.cancel();
    if (x->way) x->way->close();
  }
  if (ear) ear->close();
  older_timer.cancel();
  if (older_way) older_way->close();
  if (farewell) farewell->close();
}

void http_link::state::tell_closed() {
  if (closed) return;
  end();
  if (events.on_closed) events.on_closed();
}

void http_link::state::close_input() {
  if (closed || farewell) return;
  begun_done = lines_begun();
  end();
  closed = false;
  const auto told = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->tell_closed();
  };
  if (session.id.empty()) return boost::asio::post(io, told);
  http_text request;
  request.head = head_of("DELETE", mcp::session_headers(session), 0);
  request.head_wait = options.at_end;
  request.repeatable = true;
  http_hooks hooks;
  hooks.on_end = [told](const http_end&) { told(); };
  farewell = client.start(std::move(request), std::move(hooks));
}

void http_link::state::open_ear() {
  if (ear || closing || carried != carrier::posts) return;
  const auto with = [weak = weak_from_this()](auto work) {
    return [weak, work](auto&&... what) {
      if (const auto self = weak.lock()) return work(*self, std::forward<decltype(what)>(what)...);
    };
  };
  http_ear::hooks tell;
  tell.head = [weak = weak_from_this()](const std::string& last_id) {
    const auto self = weak.lock();
    return self ? self->session_get(last_id) : std::string();
  };
  tell.on_events = with([](state& self, std::vector<mcp::stream_event> all) {
    std::vector<bytes> lines;
    for (auto& one : all)
      lines.push_back(std::make_shared<const std::string>(mcp::on_one_line(std::move(one.data))));
    self.deliver(std::move(lines));
  });
  tell.on_session_lost =
      with([](state& self) { self.lose("it does not know our session any more"); });
  tell.on_no_token = with([](state& self, const http_end& end) { self.lose_token(end); });
  if (options.remote)
    tell.on_unreachable =
        with([](state& self, const std::string& why) { self.lose(self.no_connection(why)); });
  tell.on_overlong = with([](state& self, std::size_t bytes_max) {
    if (self.events.on_overlong) self.events.on_overlong({}, bytes_max);
  });
  ear = std::make_shared<http_ear>(client, io, options.message_bytes_max, std::move(tell));
  ear->open();
}

std::string http_link::state::no_connection(const std::string& why) const {
  return "no connection to " + origin_of(options.endpoint.place) + ": " + why;
}

std::string http_link::state::session_get(const std::string& last_id) const {
  auto headers = mcp::session_headers(session);
  headers.emplace_back("Accept", "text/event-stream");
  if (!last_id.empty()) headers.emplace_back("Last-Event-ID", last_id);
  return head_of("GET", headers, 0);
}

std::string http_link::state::head_of(std::string_view verb, const mcp::header_pairs& headers,
                                      std::size_t body_bytes) const {
  std::string text(verb);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  text.append(authority_of(options.endpoint.place)).append("\r\nUser-Agent: ");
  text.append(mcp::product_name).append("/").append(mcp::product_version).append("\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : headers) add(name, value);
  for (const auto& [name, value] : options.endpoint.headers) add(name, value);
  if (verb == "POST") add("Content-Length", std::to_string(body_bytes));
  return text.append("\r\n");
}

http_link::http_link(http_dialer& dialer, http_link_options options, link_events events)
    : state_(std::make_shared<state>(dialer, std::move(options), std::move(events))) {}

http_link::~http_link() {
  state_->end();
}

std::uint64_t http_link::send(bytes line) {
  return state_->send(std::move(line));
}

std::uint64_t http_link::lines_begun() const {
  return state_->lines_begun();
}

void http_link::close_input() {
  state_->close_input();
}

std::size_t http_link::queued_bytes() const {
  return state_->queued;
}

} // namespace toolscore
