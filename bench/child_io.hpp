#pragma once
#include "bench/descriptor_io.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace toolscore {

/// A program that the bench started. Destroying it ends it: SIGTERM, SIGKILL once its grace is
/// over, and it is reaped. It leads its own process group, so a Ctrl-C at the terminal reaches the
/// bench alone, which then ends its children in order.
class bench_child {
public:
  struct options {
    std::vector<std::string> command; ///< The first is a path.
    bool take_stdout = false;         ///< Its stdout can be read through read_line().
    std::string log_file; ///< Where stderr (and stdout, if not taken) goes; empty: ours.
    std::chrono::milliseconds grace{2000};
  };

  /// @error spawn_failed
  static result<bench_child> start(const options& wanted);
  bench_child(bench_child&&) = default;
  bench_child& operator=(bench_child&&) = delete;
  ~bench_child();

  int pid() const noexcept { return pid_; }
  bool has_ended() const noexcept;
  /// The next line of its stdout without its newline.
  /// @error io_failed  it ended, or said nothing within `wait`
  result<std::string> read_line(std::chrono::milliseconds wait);
  void signal(int number) const noexcept;
  /// @returns false when it has not ended within `wait`
  bool wait_for_end(std::chrono::milliseconds wait) const noexcept;
  /// Ends it now; true if SIGTERM was enough.
  bool stop();

private:
  bench_child(int pid, owned_fd pidfd, owned_fd output, std::string name,
              std::chrono::milliseconds grace);

  int pid_;
  owned_fd pidfd_; ///< Empty once it has been reaped.
  owned_fd output_;
  std::string name_;
  std::string unread_;
  std::chrono::milliseconds grace_;
};

/// From now on SIGINT and SIGTERM are only remembered, so that what was started can be ended first.
void remember_interrupts();
bool was_interrupted() noexcept;

/// Asks the kernel to end this process with SIGTERM once the thread that started it has ended.
void end_with_parent() noexcept;

} // namespace toolscore
