#pragma once
#include "bench/board.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace toolscore {

/// One begun life, as it stood when it was read.
struct life {
  std::int64_t born_ns = 0;
  std::int64_t ended_ns = 0;
  std::uint32_t child = 0;
};

/// The bench's side of a board: makes the file, removes it at the end, and reads what children
/// write.
class board_file {
public:
  /// In memory (/dev/shm) where that can be written, else in the directory for temporary files, so
  /// that no disk is measured. @error io_failed
  static result<board_file> create();
  board_file(board_file&& other) noexcept;
  board_file& operator=(board_file&&) = delete;
  ~board_file();

  const std::string& path() const noexcept { return path_; }
  /// Lives begun so far; all their rows can be read.
  std::size_t begun() const noexcept;
  /// The lives from the row `first` on. Ends at the first row that is not yet written.
  std::vector<life> lives(std::size_t first = 0) const;
  /// Waits until `count` lives have begun. @returns false when the time is over or a signal came
  bool wait_for(std::size_t count, std::chrono::milliseconds wait) const;

private:
  board_file(std::string path, board* content) : path_(std::move(path)), content_(content) {}
  std::string path_;
  board* content_ = nullptr;
};

/// CLOCK_MONOTONIC in ns, as the board has it.
std::int64_t monotonic_ns() noexcept;

/// The living processes of a board's children. They are found in /proc by their arguments, so
/// this counts what is there whatever their supervisor believes.
struct living_child {
  int pid = 0;
  std::uint32_t child = 0;
};
std::vector<living_child> census(const board_file& of);

} // namespace toolscore
