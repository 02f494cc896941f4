#pragma once
#include "mcp/listening.hpp"
#include "messages/error.hpp"
#include "node/exit_code.hpp"
#include "node/stdio/client_message.hpp"
#include "node/stdio/exchange_io.hpp"
#include "node/stdio/pipes_io.hpp"
#include "node/stdio/session_memory.hpp"
#include "runners/line_framer.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace toolscore {

struct bridge_limits {
  std::size_t calls_max = 64;     ///< Requests at the node at once, without those that listen.
  std::size_t listens_max = 64;   ///< subscriptions/listen at once.
  std::size_t waiting_max = 1024; ///< Messages that wait for their turn, of each kind.
  std::chrono::milliseconds at_end{5'000};    ///< For what is in flight when stdin ends.
  std::chrono::milliseconds for_words{5'000}; ///< For a first request, where no node answers.
  std::chrono::milliseconds hear_again{500};  ///< Before a session's stream is opened anew.
  std::size_t doubts_max = 10;                ///< Looks for a node that breaks each of them.
  std::chrono::milliseconds away_max{15'000}; ///< For a node that is being restarted.
  std::chrono::milliseconds knock_every{250}; ///< Meanwhile.
  std::size_t tools_max = 4096;               ///< Of which it is known what they mirror.
};

/// Between a client on stdin and stdout and one path of a node. One object a run, on one thread.
class stdio_bridge {
public:
  /// `on_over`: nothing of it is under way any more.
  stdio_bridge(boost::asio::io_context& loop, http_address node, std::string target,
               std::function<void()> on_over, int input = 0, int output = 1,
               const bridge_limits& limits = {});

  void start();
  /// There is nothing to talk to: requests are answered with that, and it ends.
  void give_up(exit_code code, std::string why);
  /// Soon: what is in flight is dropped.
  void finish();
  exit_code code() const { return code_; }

private:
  struct call {
    client_message message;
    std::shared_ptr<node_exchange> way;
    bool answered = false;
    bool cancelled = false;
    bool parked = false;           ///< Not at the node, and to be sent (again).
    bool renewed = false;          ///< Once, in a new session.
    bool acknowledged = false;     ///< A listening one: its client has heard so.
    std::string session;           ///< In which it was sent.
    bool repeated = false;         ///< Once, with headers from a fresh list of tools.
    std::vector<std::string> held; ///< Of `initialize`: told with the session.
  };
  using call_ptr = std::shared_ptr<call>;

  // What comes from the client.
  void on_input(std::string_view part);
  void on_line(framed_line line);
  void on_message(client_message x);
  void on_request(client_message x);
  void on_cancel(client_message x);
  void on_input_end();
  // Requests.
  void pump();
  bool may_start(const client_message& x) const;
  void send(const call_ptr& x);
  void on_event(const call_ptr& x, std::string message);
  void on_call_end(const call_ptr& x, exchange_end end);
  void on_answer(const call_ptr& x, exchange_end& end);
  static bool is_of_lost_session(const call_ptr& x, const exchange_end& end);
  void learn_tools(std::string_view result);
  void open_session(const call_ptr& x, const exchange_end& end);
  void repeat_with_tools(const call_ptr& x, std::string cursor, std::size_t pages);
  void fail(const call_ptr& x, const std::string& why);
  void remove(const call_ptr& x);
  // What needs no answer.
  void send_note();
  void on_note_end(const exchange_end& end, client_message sent);
  // The session's own stream.
  void hear();
  void hear_later();
  // A node that was restarted.
  void suspect();
  void ask_health(std::function<void(const exchange_end&)> then);
  void lose(const std::string& why);
  void knock();
  void on_back();
  void park(const call_ptr& x);
  void resume();
  void reopen();
  void say_again(std::vector<client_message> words, std::size_t at);
  bool enter(const exchange_end& end, const std::string& answer);
  void on_reopened();
  void tell_missed(const mcp::listen_filter& what, std::string_view listen_id);
  void listen_again(const call_ptr& x);
  bool goes_on(const call_ptr& x, const std::string& message);
  // The end.
  bool is_idle() const;
  void leave_when_idle();
  void leave_after(std::chrono::milliseconds time);
  void leave();
  void flush();

  http_request post(const client_message& x) const;
  exchange_events reading();
  std::shared_ptr<node_exchange> start(const http_request& request, exchange_events events);
  void say(std::string line) { out_.write(std::move(line)); }

  boost::asio::io_context& loop_;
  std::function<void()> on_over_;
  node_place node_;
  std::string target_;
  bridge_limits limits_;
  input_pipe in_;
  output_pipe out_;
  line_framer framer_;
  mcp::scanner scanner_;
  mcp::http_session session_; ///< Empty before `initialize` is answered.
  session_memory memory_;
  mcp::listen_filter announced_; ///< What the session's node tells of unasked.
  bool opening_ = false;         ///< `initialize` is on its way: what a legacy client says waits.
  mcp::mirrored_tools mirrored_;
  std::map<std::string, call_ptr> calls_; ///< By id.
  std::size_t listens_ = 0;
  std::deque<client_message> waiting_;
  std::deque<client_message> notes_; ///< Notifications and responses, one at a time, in order.
  bool note_in_flight_ = false;
  std::shared_ptr<node_exchange> ear_;
  std::size_t ear_ends_ = 0; ///< In a row, without a word on it.
  std::shared_ptr<node_exchange> suspicion_;
  std::size_t doubts_ = 0; ///< In a row.
  bool away_ = false;      ///< Nobody answers at the moment.
  bool reopening_ = false;
  std::size_t reopenings_ = 0;  ///< In a row, without an answer in between.
  std::size_t listen_ends_ = 0; ///< In a row, without a word on one.
  bool input_over_ = false;
  bool leaving_ = false;
  std::string gone_; ///< Why there is no node; empty = as far as we know there is.
  exit_code code_ = exit_code::ok;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer hear_timer_;
  boost::asio::steady_timer doubt_timer_;
  boost::asio::steady_timer away_timer_;
  boost::asio::steady_timer knock_timer_;
  boost::asio::steady_timer listen_timer_;
};

} // namespace toolscore
