#pragma once
#include "messages/error.hpp"

#include <string>

namespace toolscore {

/// Creates the directory and its parents (0700) where they are missing.
/// @error store_failed it cannot be made, or is no directory
result<done> ensure_state_dir(const std::string& state_dir);

/// The right to be the one node on a state directory: flock on `<state_dir>/lock`, which also holds
/// the owner's pid as text. The kernel lets go of it however the process dies. Closed on exec.
class state_lock {
public:
  /// @error already_exists another process holds it; the detail names its pid
  /// @error store_failed   the file cannot be made or locked
  static result<state_lock> take(const std::string& state_dir);
  state_lock(state_lock&& other) noexcept;
  state_lock& operator=(state_lock&& other) noexcept;
  ~state_lock();

private:
  explicit state_lock(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

} // namespace toolscore
