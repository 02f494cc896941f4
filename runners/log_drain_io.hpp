#pragma once
#include "runners/descriptor_io.hpp"
#include "runners/log_file_io.hpp"
#include "runners/log_ring.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// Reads a child's log pipe for as long as it is open, whatever becomes of what it reads: a server
/// whose log is not drained would block at its next line. None of the `known_secrets` is kept or
/// handed on.
class log_drain : public std::enable_shared_from_this<log_drain> {
public:
  using line_hook = std::function<void(std::string_view line)>;
  log_drain(boost::asio::io_context& io, std::string log_path, line_hook on_line);

  /// @returns false when the loop cannot watch it
  bool start(descriptor pipe);
  /// What comes before it: of an earlier time, for the ring alone; or what was read elsewhere.
  void recall(std::string_view text) { ring_.append(text); }
  void catch_up(std::string_view text) { take(text); }
  /// Reads what is left once every writer is dead, and closes.
  void finish();
  /// The owner of the hook is gone.
  void forget_hook() { on_line_.reset(); }
  const log_ring& ring() const { return ring_; }

private:
  void wait();
  bool read_some();
  void take(std::string_view text);
  void keep(std::string_view text);
  void offer_lines(std::string_view text);

  watched_descriptor pipe_;
  log_ring ring_;
  log_file file_;
  struct line_taker {
    line_hook hook;
    std::string partial; ///< The line under way, at most `line_bytes_max`.
  };
  std::shared_ptr<line_taker> on_line_; ///< Null where nobody wants lines.
  std::string held_;                    ///< What may be the beginning of a secret.
};

} // namespace toolscore
