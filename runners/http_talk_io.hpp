#pragma once
#include "mcp/event_reader.hpp"
#include "mcp/post_head.hpp"
#include "runners/http_ear_io.hpp"
#include "runners/http_link.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// One line on its way: its POST, and the GETs that read its answer on.
struct http_errand {
  http_errand(std::uint64_t count, bytes text, mcp::outgoing read, boost::asio::io_context& io)
      : number(count), line(std::move(text)), says(std::move(read)), timer(io) {}

  std::uint64_t number;
  bytes line;
  mcp::outgoing says;
  boost::asio::steady_timer timer; ///< Before the next step of it.
  std::shared_ptr<client_exchange> way;
  http_answer_head head;
  answer_way how = answer_way::body;
  std::string body;
  std::unique_ptr<mcp::event_reader> reader;
  std::string last_id;            ///< Where its stream can be read on; empty = nowhere.
  std::uint64_t cancelled_by = 0; ///< The line that tells the server so.
  unsigned redirects = 0;
  unsigned resumes = 0; ///< In a row, without an event.
  bool begun = false;
  bool answered = false;

  /// The handshake's ids are strings, those of calls are none.
  bool greets() const { return says.is_request() && says.id.starts_with('"'); }
  /// What comes behind it waits until it is answered.
  bool opens() const { return says.opens_session() || says.method == "notifications/initialized"; }
};
using http_errand_ptr = std::shared_ptr<http_errand>;

struct http_link::state : std::enable_shared_from_this<http_link::state> {
  state(http_dialer& dialer, http_link_options chosen, link_events hooks);

  // http_link.cpp: which line is next
  std::uint64_t send(bytes line);
  std::uint64_t lines_begun() const;
  void close_input();
  void end();
  void pump_soon();
  void pump();
  bool may_begin(const http_errand& x) const;
  void begin(const http_errand_ptr& x);
  bool cancel(const mcp::outgoing& says, std::uint64_t number);
  void close_cancelled(std::uint64_t by);
  void finish(const http_errand_ptr& x);
  void lose(const std::string& why);
  void lose_token(const http_end& end_of_one);
  void tell_closed();
  void open_ear();
  std::string head_of(std::string_view verb, const mcp::header_pairs& headers,
                      std::size_t body_bytes) const;
  std::string no_connection(const std::string& why) const;
  std::string session_get(const std::string& last_id) const;

  // http_answers_io.cpp: what came back
  http_hooks hooks_for(const http_errand_ptr& x);
  void take_head(const http_errand_ptr& x, const http_answer_head& head);
  void take_part(const http_errand_ptr& x, std::string_view part);
  void take_end(const http_errand_ptr& x, const http_end& end);
  void take_stream(const http_errand_ptr& x, std::string_view part);
  void take_message(http_errand& x, std::string text, std::vector<bytes>& lines);
  void take_body(const http_errand_ptr& x);
  void take_refusal(const http_errand_ptr& x);
  bool take_answer(http_errand& x, std::string text);
  void learn(const http_errand& x, const envelope& spans, const std::string& text);
  void redirect(const http_errand_ptr& x);
  void resume_or_give_up(const http_errand_ptr& x, const std::string& why);
  void give_up(const http_errand_ptr& x, errc code, const std::string& why);
  void give_up_later(const http_errand_ptr& x, const std::string& why);
  void deliver(std::vector<bytes> lines);

  // http_older_io.cpp: servers of 2024-11-05
  void open_older(const http_errand_ptr& refused, std::string refusal);
  void take_older_part(std::string_view part);
  void take_older_event(mcp::stream_event event, std::vector<bytes>& lines);
  void take_older_end(const std::string& why);
  void take_older_head(const http_answer_head& head);

  boost::asio::io_context& io;
  http_link_options options;
  link_events events;
  http_client client;
  mcp::scanner scanner;
  mcp::http_session session;
  mcp::mirrored_tools mirrored;
  std::string target; ///< Where the POSTs go; a permanent redirection moves it.
  std::deque<http_errand_ptr> queue;
  std::map<std::uint64_t, http_errand_ptr> flying; ///< By number.
  std::shared_ptr<http_ear> ear;
  /// How a message gets there.
  enum class carrier : std::uint8_t {
    posts,   ///< Each POST has its answer.
    opening, ///< The stream of an older server is being opened; all waits.
    stream,  ///< All answers come on that stream.
  };
  carrier carried = carrier::posts;
  std::shared_ptr<client_exchange> older_way; ///< That stream's GET.
  std::unique_ptr<mcp::event_reader> older_reader;
  boost::asio::steady_timer older_timer;
  http_errand_ptr older_first;               ///< Whose POST was refused,
  std::string older_refusal;                 ///< and with what.
  std::shared_ptr<client_exchange> farewell; ///< The session's DELETE.
  std::size_t requests = 0;                  ///< Flying, of each kind.
  std::size_t listens = 0;
  std::size_t notes = 0;
  std::uint64_t accepted = 0;   ///< Lines that were given numbers.
  std::uint64_t begun_done = 0; ///< The last begun of those that have ended.
  std::size_t queued = 0;       ///< Bytes in the queue.
  bool soon = false;            ///< A look at the queue is posted.
  bool closing = false;         ///< No more is taken.
  bool closed = false;          ///< Nobody is told anything any more.
};

} // namespace toolscore
