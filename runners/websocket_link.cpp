#include "runners/websocket_link.hpp"

#include "loop/turn_scope.hpp"
#include "mcp/versions.hpp"
#include "runners/line_framer.hpp"
#include "runners/message_assembly.hpp"
#include "runners/websocket_stream_io.hpp"

#include <deque>
#include <utility>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr std::size_t part_bytes = std::size_t{64} << 10U;

std::string reason_text(const websocket::close_reason& why) {
  if (why.code == websocket::close_code::none) return "without a word";
  auto text = "with code " + std::to_string(static_cast<unsigned>(why.code));
  if (!why.reason.empty()) text += ": " + quote_start({why.reason.data(), why.reason.size()});
  return text;
}

} // namespace

struct websocket_link::state : std::enable_shared_from_this<websocket_link::state> {
  state(http_dialer& through, websocket_link_options chosen, link_events hooks)
      : dialer(through), options(std::move(chosen)), events(std::move(hooks)), timer(through.io()),
        incoming(options.message_bytes_max) {}

  void dial();
  void take_dialed(result<std::unique_ptr<http_stream>> dialed);
  void take_opened(error_code failed);
  void read();
  void take_read(error_code failed);
  void take_close();
  void take_part();
  void take_message(message_assembly::outcome came);
  void pump();
  void begin_close();
  void lose(const std::string& why);
  void lose_later(const std::string& why);
  void tell_closed();
  void end();
  std::uint64_t send(bytes line);

  std::string place() const { return origin_of(options.endpoint.place); }
  /// Each step holds this; what comes after the end is passed over.
  template <class Work>
  auto step(Work work) {
    return [self = shared_from_this(), work](auto&&... what) {
      const turn_scope turn;
      if (!self->closed) work(*self, std::forward<decltype(what)>(what)...);
    };
  }

  http_dialer& dialer;
  websocket_link_options options;
  link_events events;
  asio::steady_timer timer; ///< Of a close, or of the exit that is waited for.
  std::shared_ptr<void> dialing;
  std::unique_ptr<http_stream> connection;
  std::unique_ptr<websocket_stream> stream; ///< Null until it is connected.
  websocket::response_type answer;
  boost::beast::flat_buffer part;
  message_assembly incoming;
  std::deque<bytes> queue;
  std::size_t queued = 0;
  std::uint64_t accepted = 0;
  std::uint64_t begun = 0;
  bool open = false;
  bool writing = false;
  bool closing = false; ///< No more is taken,
  bool leaving = false; ///< by our own wish: the connection closes when the queue is out.
  bool closed = false;  ///< The owner has gone, or has been told of the end.
};

void websocket_link::state::dial() {
  dialing = dialer.dial(options.endpoint.place, options.endpoint.ca_file,
                        step([](state& self, result<std::unique_ptr<http_stream>> dialed) {
                          self.take_dialed(std::move(dialed));
                        }));
}

void websocket_link::state::take_dialed(result<std::unique_ptr<http_stream>> dialed) {
  if (!dialed) {
    const auto why = "no connection to " + place() + ": " + dialed.failure().detail;
    return options.remote ? lose(why) : lose_later(why);
  }
  connection = std::move(*dialed);
  stream = open_websocket_on(*connection);
  // Last, so that what the configuration says wins but for what the protocol itself needs.
  std::vector<std::pair<std::string, std::string>> headers{
      {"User-Agent", std::string(mcp::product_name) + "/" + std::string(mcp::product_version)},
      {"Sec-WebSocket-Protocol", "mcp"}};
  headers.insert(headers.end(), options.endpoint.headers.begin(), options.endpoint.headers.end());
  stream->open(
      answer, authority_of(options.endpoint.place), options.endpoint.place.target,
      std::move(headers), options.opening,
      [weak = weak_from_this()] { // The stream keeps it for as long as it is there itself.
        if (const auto self = weak.lock()) self->step([](state& x) { x.take_close(); })();
      },
      step([](state& self, error_code failed) { self.take_opened(failed); }));
}

void websocket_link::state::take_opened(error_code failed) {
  if (failed) {
    std::string why = failed.message();
    if (failed == websocket::error::upgrade_declined)
      why = "it answers with status " + std::to_string(answer.result_int()) +
            " and no WebSocket; check the URL's path and \"headers\"";
    return lose("no WebSocket at " + shown_place(options.endpoint.place) + ": " + why);
  }
  open = true;
  read();
  if (!closed) pump();
}

void websocket_link::state::read() {
  stream->read_some(part, part_bytes, step([](state& self, error_code failed, std::size_t) {
                      self.take_read(failed);
                    }));
}

void websocket_link::state::take_read(error_code failed) {
  if (failed == websocket::error::closed) return take_close();
  if (failed && leaving) return tell_closed();
  if (failed) return lose_later("its WebSocket has ended: " + failed.message());
  if (!stream->got_text()) {
    closing = true;
    stream->close({websocket::close_code::unknown_data, "text alone is a message"},
                  step([](state&, error_code) {}));
    return lose("it sent a binary message; MCP's are text");
  }
  take_part();
  if (!closed) read();
}

/// Its word that it closes is its end, whatever becomes of the connection.
void websocket_link::state::take_close() {
  if (leaving) return tell_closed();
  lose_later("it closed its WebSocket " + reason_text(stream->closed_for()));
}

void websocket_link::state::take_part() {
  const std::string_view text(static_cast<const char*>(part.data().data()), part.size());
  auto came = incoming.feed(text, stream->message_done());
  part.consume(part.size());
  if (came) take_message(std::move(*came));
}

void websocket_link::state::take_message(message_assembly::outcome came) {
  switch (came.is) {
  case message_assembly::kind::overlong:
    if (events.on_overlong) events.on_overlong(std::move(came.text), options.message_bytes_max);
    break;
  case message_assembly::kind::garbage:
    if (events.on_garbage) events.on_garbage(std::move(came.text));
    break;
  case message_assembly::kind::message:
    if (events.on_lines)
      events.on_lines({std::make_shared<const std::string>(std::move(came.text))});
    break;
  }
}

std::uint64_t websocket_link::state::send(bytes line) {
  const auto number = ++accepted;
  if (closing || closed || !line) return number;
  if (queued + line->size() > options.queued_bytes_max) {
    closing = true; // A message lost in the middle would be worse than an end.
    asio::post(dialer.io(), step([](state& self) {
                 if (self.events.on_overflow)
                   self.events.on_overflow("it takes no more messages and " +
                                           std::to_string(self.queued) + " bytes wait; at most " +
                                           std::to_string(self.options.queued_bytes_max) + " may");
               }));
    return number;
  }
  queued += line->size();
  queue.push_back(std::move(line));
  if (open && !writing) {
    writing = true; // At the end of the turn.
    asio::post(dialer.io(), step([](state& self) {
                 self.writing = false;
                 self.pump();
               }));
  }
  return number;
}

void websocket_link::state::pump() {
  if (!open || writing) return;
  if (queue.empty()) {
    if (leaving) begin_close();
    return;
  }
  writing = true;
  ++begun;
  const auto line = queue.front();
  stream->write(asio::buffer(*line), step([line](state& self, error_code failed) {
                  self.writing = false;
                  self.queued -= line->size();
                  self.queue.pop_front();
                  // What it said before it ended is read first; the end is told there.
                  if (!failed) self.pump();
                }));
}

/// Its own close is waited for by the read that is out.
void websocket_link::state::begin_close() {
  if (std::exchange(writing, true)) return;
  stream->close(websocket::close_code::normal,
                step([](state& self, error_code) { self.tell_closed(); }));
}

void websocket_link::state::lose_later(const std::string& why) {
  if (options.remote) return lose(why);
  if (std::exchange(closing, true)) return; // It is on its way already.
  timer.expires_after(options.exit_first);
  timer.async_wait(step([why](state& self, error_code stopped) {
    if (!stopped) self.lose(why);
  }));
}

void websocket_link::state::lose(const std::string& why) {
  if (closed) return;
  end();
  if (events.on_lost) events.on_lost(why);
}

void websocket_link::state::tell_closed() {
  if (closed) return;
  end();
  if (events.on_closed) events.on_closed();
}

void websocket_link::state::end() {
  closing = closed = true;
  timer.cancel();
  dialing = nullptr;
  queue.clear();
  queued = 0;
  if (connection) connection->tcp.close();
}

websocket_link::websocket_link(http_dialer& dialer, websocket_link_options options,
                               link_events events)
    : state_(std::make_shared<state>(dialer, std::move(options), std::move(events))) {
  state_->dial();
}

websocket_link::~websocket_link() {
  state_->end();
}

std::uint64_t websocket_link::send(bytes line) {
  return state_->send(std::move(line));
}

std::uint64_t websocket_link::lines_begun() const {
  return state_->begun;
}

void websocket_link::close_input() {
  auto& all = *state_;
  if (all.closed || all.closing) return;
  all.closing = all.leaving = true;
  all.timer.expires_after(all.options.at_end);
  all.timer.async_wait(all.step([](state& self, error_code stopped) {
    if (!stopped) self.tell_closed();
  }));
  if (!all.writing)
    asio::post(all.dialer.io(), all.step([](state& self) {
      if (self.open)
        self.pump();
      else
        self.tell_closed();
    }));
}

std::size_t websocket_link::queued_bytes() const {
  return state_->queued;
}

} // namespace toolscore
