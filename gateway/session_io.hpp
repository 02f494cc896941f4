#pragma once
#include "gateway/connection.hpp"
#include "gateway/connection_set_io.hpp"
#include "gateway/request_reader_io.hpp"
#include "gateway/socket_io.hpp"
#include "loop/flush_scope.hpp"
#include "loop/ready_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// One HTTP/1.1 connection. Its input is watched all the time, so that a client that goes away is
/// seen while its call is in flight; what it sends ahead waits in the buffer, which is bounded.
/// Requests are answered one at a time. An answer is written at once, head and body in one call;
/// only what the socket does not take waits for it.
class http_session final : public client_connection,
                           private flushable,
                           private ready_listener,
                           public std::enable_shared_from_this<http_session> {
public:
  using time_point = std::chrono::steady_clock::time_point;

  http_session(stream_socket socket, peer_info peer, connection_set& set);
  ~http_session() override;

  /// @returns false if the kernel watches no more sockets
  bool start();
  /// Ends now, whatever is in flight.
  void abort();
  /// Ends as soon as nothing is in flight.
  void finish();
  time_point deadline() const noexcept { return deadline_; }
  void on_deadline();
  std::size_t index_in_set = 0; ///< The set's own.

  void answer(std::uint64_t turn, outbound_answer x) override;
  void begin_stream(std::uint64_t turn, std::string_view content_type, std::string_view headers,
                    std::string_view first) override;
  void stream(std::uint64_t turn, std::string_view text) override;
  void end_stream(std::uint64_t turn, std::string_view last) override;
  std::size_t unsent() const override { return unsent_; }
  void cut_off(std::uint64_t turn) override;
  void watch(std::uint64_t turn, gone_watcher* watcher) override;
  bool is_over(std::uint64_t turn) const override { return turn != turn_ || !in_flight_; }

private:
  enum class phase : std::uint8_t { idle, head, body, in_flight, lingering, closed };

  void on_readable() override;
  void on_writable() override;
  void on_hangup() override { on_gone(); }
  void make_room();
  void watch_socket();
  void on_read(std::size_t count);
  void on_gone();
  void process();
  bool step();
  bool judge_head();
  void dispatch();
  bool refuse(outbound_answer x);
  bool refuse_unread();
  void upgrade();
  void send(std::string_view text, const bytes& body);
  void flush() override;
  void queue(std::string_view text, const bytes& body, std::size_t written);
  std::size_t write_queued();
  void shut();
  void on_written(std::size_t count);
  void end_turn();
  void linger();
  void close();
  void set_deadline(std::chrono::milliseconds from_now);
  void no_deadline() noexcept { deadline_ = time_point::max(); }

  struct piece {
    std::string own;
    bytes shared; ///< Null = `own` counts.
    const std::string& text() const noexcept { return shared ? *shared : own; }
  };

  int fd_ = -1;
  stream_socket::protocol_type protocol_;
  ready_set::token token_ = 0; ///< While fd_ is open.
  peer_info peer_;
  connection_set* set_; ///< Null once we have left it.
  request_reader reader_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0; ///< Of what was received and not used yet.
  std::size_t end_ = 0;
  bool takes_input_ = true; ///< As the set was told.
  bool writing_ = false;    ///< Waits until the socket takes more; the set was told so.
  bool processing_ = false;
  bool in_flight_ = false;
  bool held_ = false;      ///< The answer lies in scratch_ until the flush.
  bool turn_done_ = false; ///< Answered; the turn ends when all is written.
  bool keep_alive_ = true;
  phase phase_ = phase::idle;
  std::uint64_t turn_ = 0;
  unsigned version_ = 11;
  gone_watcher* watcher_ = nullptr;
  std::string scratch_; ///< Where heads are put together; keeps its room.
  std::deque<piece> out_;
  std::size_t out_offset_ = 0; ///< Of the first piece that is written already.
  std::size_t unsent_ = 0;
  time_point deadline_ = time_point::max();
};

} // namespace toolscore
