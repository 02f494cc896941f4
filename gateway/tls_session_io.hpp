#pragma once
#include "gateway/http_types.hpp"
#include "gateway/socket_io.hpp"
#include "loop/ready_set.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace toolscore {

class tls_front;

/// One client's TLS connection and the socket pair behind it. What one side has not taken yet is
/// all that is held, 16 KiB at most, and only then is the other side not read; so who reads slowly
/// is written to slowly.
class tls_session final : public std::enable_shared_from_this<tls_session> {
public:
  tls_session(stream_socket socket, peer_info peer, ssl_ctx_st* context, tls_front& front);
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;
  ~tls_session();

  void start();
  void abort() { close(); }
  /// The node ends: nobody is waited for longer than it takes to write what is answered.
  void hurry();
  std::size_t index_in_front = 0; ///< The front's own.

private:
  enum class phase : std::uint8_t { handshake, open, lingering, closed };
  /// One of the two descriptors.
  struct side final : ready_listener {
    side(tls_session& x, void (tls_session::*end)()) : owner(x), at_end(end) {}
    void on_readable() override { owner.run(); }
    void on_writable() override { owner.run(); }
    void on_hangup() override { (owner.*at_end)(); }
    tls_session& owner;
    void (tls_session::*at_end)();
    int fd = -1;
    ready_set::token token = 0;
    bool input = true; ///< As the set was told.
    bool output = false;
  };
  /// What is on its way and was not taken yet.
  struct backlog {
    std::string text;
    std::size_t at = 0;
    bool empty() const noexcept { return at == text.size(); }
    void took(std::size_t count);
  };

  void run();
  void shake_hands();
  bool open_inner();
  bool pump();
  bool read_outer();
  bool write_inner();
  bool read_inner();
  bool write_outer();
  void on_inner_hangup();
  void end_inner();
  void begin_lingering();
  /// What a call of OpenSSL's that moved nothing waits for. @returns false: nothing was moved
  bool wait_or_end(int outcome);
  void watch();
  void want(side& x, bool input, bool output);
  void release(side& x);
  void arm(std::chrono::milliseconds time);
  void close();

  tls_front* front_; ///< Null once we have left it.
  peer_info peer_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  side outer_{*this, &tls_session::close};
  side inner_{*this, &tls_session::on_inner_hangup};
  backlog in_;               ///< From the client.
  backlog out_;              ///< To it.
  bool wants_write_ = false; ///< OpenSSL waits until the socket takes something.
  bool outer_ended_ = false;
  bool inner_hung_ = false;
  phase phase_ = phase::handshake;
  boost::asio::steady_timer timer_;
};

} // namespace toolscore
