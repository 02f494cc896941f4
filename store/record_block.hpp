#pragma once
#include "store/record_line.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// What stands in a block, so that a search passes by those that hold nothing of what it looks for.
/// Of names there is one bit of 64 each: a block may seem to hold one that it does not.
struct block_labels {
  std::int64_t from_us = 0; ///< The earliest and the latest time in it.
  std::int64_t to_us = 0;
  std::uint64_t servers = 0;
  std::uint64_t tools = 0;
  std::uint64_t outcomes = 0; ///< Bits of outcome_bit.
};

/// How a record ended, as a bit of `block_labels::outcomes`; `needs_input` = no step failed, and
/// the tool has not come to an end.
enum class outcome_bit : std::uint8_t {
  success,
  admission,
  transport,
  rpc,
  tool,
  needs_input,
  gap
};
outcome_bit outcome_of(const record_row& row) noexcept;
constexpr std::uint64_t mask_of(outcome_bit x) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(x);
}
std::uint64_t mask_of(std::string_view name) noexcept;

/// Puts records behind each other into bytes. One insert, one page's head and one digest serve them
/// all then, which together cost more than the bytes of a record. Numbers are not written: the
/// block has its first one. A text that is the same as the record's before costs one byte.
class block_writer {
public:
  void add(const record_row& row);
  std::size_t records() const noexcept { return records_; }
  std::string_view bytes() const noexcept { return {bytes_.data(), used_}; }
  const block_labels& labels() const noexcept { return labels_; }
  void clear();

private:
  static constexpr std::size_t texts = 12;
  char* room_for(const record_row& row);
  char* put_text(char* to, std::size_t field, std::string_view text);

  struct place {
    std::size_t at = 0;
    std::size_t length = 0;
  };
  std::string bytes_;    ///< Keeps its length from block to block.
  std::size_t used_ = 0; ///< Of it.
  std::size_t records_ = 0;
  block_labels labels_;
  std::int64_t before_us_ = 0;
  place before_[texts]; ///< The texts of the record before, in `bytes_`.
};

/// Reads such bytes again. They may be anything: what is no record ends the reading.
class block_reader {
public:
  /// @param first  the number of the first record
  block_reader(std::string_view text, std::int64_t first) : bytes_(text), number_(first) {}
  /// @returns false at the end and where the bytes are broken
  bool next(record_row& row);
  bool broken() const noexcept { return broken_; }

private:
  std::uint64_t take();
  std::int64_t take_signed();
  void take_text(std::size_t field, std::string_view& text);

  static constexpr std::size_t texts = 12;
  std::string_view bytes_;
  std::int64_t number_;
  std::size_t at_ = 0;
  bool broken_ = false;
  std::int64_t before_us_ = 0;
  std::string_view before_[texts];
};

} // namespace toolscore
