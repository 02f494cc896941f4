#include "node/stdio/bridge_io.hpp"
#include "node/stdio/node_answer.hpp"

#include "mcp/listening.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

// How it goes on with a node that was restarted. What never reached the former one waits; the new
// one hears what a session has to be told again; and the client hears that it may have missed
// something.

namespace {

constexpr std::size_t doublings_max = 7;

} // namespace

/// Nobody accepts connections. A node that is restarted is back in a moment.
void stdio_bridge::lose(const std::string& why) {
  if (away_ || leaving_ || !gone_.empty()) return;
  away_ = true;
  away_timer_.expires_after(limits_.away_max);
  away_timer_.async_wait([this, why](boost::system::error_code failure) {
    if (!failure) give_up(exit_code::no_node, no_node_text(to_string(node_.address), why));
  });
  knock();
}

void stdio_bridge::knock() {
  if (!away_ || leaving_ || !gone_.empty()) return;
  ask_health([this](const exchange_end& end) {
    if (end.ended == exchange_end::how::whole) return on_back();
    knock_timer_.expires_after(limits_.knock_every);
    knock_timer_.async_wait([this](boost::system::error_code failure) {
      if (!failure) knock();
    });
  });
}

void stdio_bridge::on_back() {
  away_ = false;
  away_timer_.cancel();
  if (std::exchange(reopening_, false)) return reopen();
  if (memory_.initialized() && !opening_) hear(); // It learns there whether its session is known.
  resume();
}

void stdio_bridge::park(const call_ptr& x) {
  x->way.reset();
  x->parked = true;
}

/// Sends what had to wait and need not any more.
void stdio_bridge::resume() {
  if (away_) return;
  std::vector<call_ptr> ready;
  for (const auto& [id, each] : calls_)
    if (each->parked &&
        (each->message.speaks == era::modern || each->message.opens_session() || !opening_))
      ready.push_back(each);
  for (const auto& each : ready) {
    each->parked = false;
    send(each);
  }
  pump();
}

/// The node does not know the session: the next is opened with the same words.
void stdio_bridge::reopen() {
  if (std::exchange(reopening_, true)) return;
  opening_ = true;
  session_.id.clear();
  hear_timer_.cancel();
  if (ear_) ear_->close();
  if (++reopenings_ > limits_.doubts_max)
    return give_up(exit_code::failed, "the node forgets this session again and again; start anew");
  say_again(memory_.again(), 0);
}

void stdio_bridge::say_again(std::vector<client_message> words, std::size_t at) {
  if (leaving_ || !gone_.empty()) return;
  if (at == words.size()) return on_reopened();
  const auto request = post(words[at]);
  const auto answer = std::make_shared<std::string>();
  exchange_events events;
  events.on_event = [answer](std::string message) { *answer = std::move(message); };
  events.on_end = [this, words = std::move(words), at, answer](exchange_end end) mutable {
    if (end.ended != exchange_end::how::whole) return lose(end.why);
    if (!end.streamed) *answer = std::move(end.body);
    if (at == 0 && !enter(end, *answer)) return;
    say_again(std::move(words), at + 1);
  };
  ear_ = start(request, std::move(events));
}

/// @returns false where the new session is none that the client could go on in
bool stdio_bridge::enter(const exchange_end& end, const std::string& answer) {
  const auto result = read_answer(scanner_, answer).result;
  if (end.session.empty() || end.status != 200) {
    give_up(exit_code::failed, "the node does not know this session any more and opens no other "
                               "(HTTP status " +
                                   std::to_string(end.status) + "); start anew");
    return false;
  }
  if (mcp::protocol_version_of(result) != session_.version) {
    give_up(exit_code::failed, "the node now speaks another protocol version; start anew");
    return false;
  }
  session_.id = end.session;
  announced_ = announced_in(result);
  return true;
}

void stdio_bridge::on_reopened() {
  opening_ = reopening_ = false;
  if (memory_.initialized()) hear();
  announced_.uris = memory_.watched();
  tell_missed(announced_, {});
  resume();
}

/// What may have changed while nobody told.
void stdio_bridge::tell_missed(const mcp::listen_filter& what, std::string_view listen_id) {
  for (const auto kind :
       {mcp::list_kind::tools, mcp::list_kind::prompts, mcp::list_kind::resources})
    if (what.wants(kind)) say(mcp::list_changed_line(kind, listen_id));
  for (const auto& uri : what.uris) say(mcp::resource_updated_line(uri, listen_id));
}

/// A stream of changes that has ended without its client's will is opened anew.
void stdio_bridge::listen_again(const call_ptr& x) {
  park(x);
  listen_timer_.expires_after(limits_.hear_again * (1U << std::min(listen_ends_++, doublings_max)));
  listen_timer_.async_wait([this](boost::system::error_code failure) {
    if (!failure) resume();
  });
}

/// Of a stream that was opened anew its client sees neither the end nor the second beginning.
/// @returns true where the message is not for it
bool stdio_bridge::goes_on(const call_ptr& x, const std::string& message) {
  listen_ends_ = 0;
  const auto acknowledged = acknowledged_in(scanner_, message);
  if (!acknowledged || !std::exchange(x->acknowledged, true)) return false;
  tell_missed(*acknowledged, x->message.id);
  return true;
}

void stdio_bridge::hear_later() {
  hear_timer_.expires_after(limits_.hear_again * (1U << std::min(ear_ends_++, doublings_max)));
  hear_timer_.async_wait([this](boost::system::error_code failure) {
    if (!failure) hear();
  });
}

} // namespace toolscore
