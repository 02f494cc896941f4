#pragma once
#include "loop/asio.hpp"
#include "runners/link.hpp"

#include <cstddef>
#include <memory>

namespace toolscore {

struct stdio_link_limits {
  std::size_t line_bytes_max = std::size_t{64}
                               << 20U; ///< Of one line from the server; a longer one is skipped.
  std::size_t queued_bytes_max = std::size_t{64} << 20U; ///< Of lines it has not read yet.
};

/// The wire to a server that speaks over its stdin and stdout. Callbacks come on the loop's thread,
/// never from inside a call of this class, and not after its destruction; a callback may destroy
/// it.
class stdio_link final : public link {
public:
  struct state;
  /// Owns both descriptors from now on (hosted_process::take_stdin and take_stdout).
  stdio_link(boost::asio::io_context& io, int stdin_fd, int stdout_fd, link_events events,
             stdio_link_limits limits = {});
  ~stdio_link() override;

  /// Written at the end of the loop's turn, gathered with what else waits. After an overflow or
  /// close_input it is dropped.
  std::uint64_t send(bytes line) override;
  std::uint64_t lines_begun() const override;
  void close_input() override;
  std::size_t queued_bytes() const override;

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore
