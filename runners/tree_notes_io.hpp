#pragma once
#include "messages/error.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/leftover.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// The file in which a node notes the inits of its living trees, for the next node to find what a
/// killed one left. A line of fixed length each, written in place: a start makes no file and an end
/// removes none, which on some file systems costs as much as the start itself.
class tree_notes {
public:
  static constexpr std::size_t line_bytes = 80;
  static constexpr std::size_t no_place = ~std::size_t{0}; ///< Of a tree that is noted elsewhere.
  /// Makes the file where there is none; lines that stand in it stay.
  /// @error io_failed  it cannot be opened or read
  static result<tree_notes> open(const std::string& path);

  /// Notes a child of this process that it has not reaped yet. Should the disk refuse it, the tree
  /// is found by its row in the store alone.
  /// @returns its place, for erase()
  std::size_t note(std::int64_t pid);
  /// It has been reaped.
  void erase(std::size_t place);

private:
  explicit tree_notes(descriptor file) : file_(std::move(file)) {}
  void write(std::size_t place, std::string line);

  descriptor file_;
  std::vector<std::size_t> free_; ///< Places before `places_`.
  std::size_t places_ = 0;
};

/// What stands in such a file; nothing where there is none.
std::vector<process_mark> read_tree_notes(const std::string& path);
/// Replaces it by one in which `kept` stand, or removes it where that is empty.
void rewrite_tree_notes(const std::string& path, const std::vector<process_mark>& kept);

} // namespace toolscore
