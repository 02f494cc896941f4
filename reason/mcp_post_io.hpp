#pragma once
#include "loop/asio.hpp"
#include "reason/call_fate.hpp"
#include "runners/http_client_io.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace toolscore::reason {

/// What one POST came to.
struct post_end {
  call_answer answer; ///< Without its moments.
  int status = 0;
  std::string session; ///< Mcp-Session-Id of its answer.
};

struct post_hooks {
  std::function<void(std::string)> on_reply; ///< What is to be said to a request of the other side.
  std::function<void(post_end)> on_end;      ///< Once, never from inside start_post().
};

struct post_request {
  std::string head;
  std::string line;
  std::int64_t id = 0;
  bool answered = true; ///< It is a request; else its acceptance is all that comes.
  bool repeatable = false;
  std::chrono::milliseconds limit{0}; ///< From its start to its answer.
  /// The head of a GET that goes on behind the event of this id, where a stream of events broke off
  /// before the answer: in the legacy era. Empty = it is lost.
  std::function<std::string(const std::string&)> resume;
  std::size_t bytes_max = std::size_t{64} << 20U;
};

/// One under way.
class mcp_post {
public:
  mcp_post() = default;
  mcp_post(const mcp_post&) = delete;
  mcp_post& operator=(const mcp_post&) = delete;
  virtual ~mcp_post() = default;
  /// Gives it up: it ends with `why`.
  virtual void give_up(error why) = 0;
};

/// Sends one message and reads its answer, one body or a stream of events, as far as the response
/// that it waits for. On the loop's thread.
std::shared_ptr<mcp_post> start_post(http_client& client, boost::asio::io_context& io,
                                     post_request request, post_hooks hooks);

} // namespace toolscore::reason
