#pragma once
#include "gateway/connection.hpp"
#include "gateway/sessions.hpp"
#include "messages/envelope.hpp"
#include "messages/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore {

struct exchange_counters {
  std::uint64_t streams = 0;        ///< Answers that became an event stream.
  std::uint64_t events_dropped = 0; ///< For readers that are too slow or take no stream.
  std::uint64_t repaired = 0;       ///< Dropped without an end.
  std::shared_ptr<stream_counters> kept = std::make_shared<stream_counters>();
};

struct exchange_options {
  bool accepts_stream = true;
  /// The modern era cancels by closing the connection; for a legacy client that means nothing.
  bool disconnect_cancels = true;
  std::size_t queued_bytes_max = 1u << 20; ///< Above it events are dropped, never the answer.
  /// A stream without an end, on which nothing may be missing: then the reader is cut off instead.
  bool cuts_off = false;
  stream_limits streams{};
};

/// The way back to an HTTP client. Nothing is written before the first event or the end: the end
/// first is one JSON answer with its status, an event first commits to an event stream. That of a
/// session's client outlives its connection.
class http_exchange final : public exchange, public beating, private gone_watcher {
public:
  http_exchange(std::shared_ptr<client_connection> connection, std::uint64_t turn, principal who,
                exchange_options options, std::shared_ptr<exchange_counters> counters);
  ~http_exchange() override;

  /// What the request's id was, for the error that a missing end becomes.
  void set_request(bytes body, text_span id);
  /// The session that lists this call as in flight, until it ends.
  void set_session(std::shared_ptr<mcp_session> session) { session_ = std::move(session); }
  /// Header lines for a whole JSON answer, made when it is known.
  void set_headers(std::function<std::string(const bytes& answer)> make) {
    headers_ = std::move(make);
  }

  /// What the answer is made into before anybody else sees it, one after the other.
  void add_rewriting(std::function<bytes(const bytes& answer)> make);

  const principal& who() const override { return who_; }
  bool abandoned() const override { return gone_; }
  void event(bytes json) override;
  void end(int http_status, bytes json) override;
  /// A question goes out on the call's own stream; where the client takes none, it cannot be asked.
  std::uint64_t ask(input_request question, std::function<void(input_response)> then) override;
  void withdraw(std::uint64_t question) override;
  void on_abandoned(std::function<void()> hook) override;

  bool beat() override;
  /// The node stops: whoever holds a call without an end may end it now.
  void finish() override;

private:
  void on_gone() override;
  void on_stream_gone();
  void fail_questions();
  void begin_kept_stream();
  bool has_room() const;
  void leave_session() noexcept;

  std::shared_ptr<client_connection> connection_;
  std::uint64_t turn_;
  principal who_;
  exchange_options options_;
  std::shared_ptr<exchange_counters> counters_;
  bytes request_;
  text_span id_;
  std::shared_ptr<mcp_session> session_;
  std::shared_ptr<event_stream> stream_; ///< Of a session's call, once it has told something.
  std::function<std::string(const bytes&)> headers_;
  std::function<bytes(const bytes&)> rewriting_;
  std::function<void()> hook_;
  bool streaming_ = false;
  bool ended_ = false;
  bool gone_ = false;
};

} // namespace toolscore
