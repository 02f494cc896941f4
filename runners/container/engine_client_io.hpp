#pragma once
#include "messages/error.hpp"
#include "runners/container/engine_answer.hpp"
#include "runners/container/engine_request.hpp"
#include "runners/descriptor_io.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Asks a container engine at its unix socket, each request on a connection of its own. Used on the
/// loop's thread; what is called back comes on it, once, and never from inside the call. What it
/// returns ends the request unheard when it is dropped.
class engine_client {
public:
  static constexpr std::size_t body_bytes_max = std::size_t{8} << 20U;
  static constexpr std::size_t pull_bytes_max = std::size_t{256} << 20U;

  /// @param places  sockets, tried in turn for each request; or why there are none, which is what
  ///                each request then fails with
  engine_client(boost::asio::io_context& io, result<std::vector<std::string>> places);

  using answered = std::function<void(result<engine_answer>)>;
  /// @param limit  for the whole of it; zero = none
  /// @error not_supported  no engine answers at any place: which were tried, why, what to do
  /// @error call_timed_out
  /// @error io_failed      the connection broke, or what came is no HTTP or too much
  [[nodiscard]] std::shared_ptr<void> ask(engine_request request, std::chrono::milliseconds limit,
                                          answered then);

  /// The same; of a success the body is handed over as it comes and is not kept.
  /// @param silence  between two pieces
  [[nodiscard]] std::shared_ptr<void> follow(engine_request request,
                                             std::chrono::milliseconds silence,
                                             std::function<void(std::string_view)> on_text,
                                             answered then);

  /// An attached stream: the connection, no longer HTTP, non-blocking.
  struct attached {
    descriptor socket;
    std::string early; ///< What has come of the stream already.
  };
  [[nodiscard]] std::shared_ptr<void> attach(engine_request request,
                                             std::chrono::milliseconds limit,
                                             std::function<void(result<attached>)> then);

private:
  boost::asio::io_context& io_;
  std::shared_ptr<const result<std::vector<std::string>>> places_;
};

} // namespace toolscore
