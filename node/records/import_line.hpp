#pragma once
#include "node/records/line_chain.hpp"
#include "store/record_line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// The lines of an export, one after the other, each believed only where nothing of it contradicts
/// anything else of it: a member that is missing, unknown or said twice, a success with a failure,
/// outcomes that cannot follow each other, a result where none came. Lines with hashes must hold
/// each other, and numbers rise. Pure.
class import_lines {
public:
  /// Longest texts: arguments and results, which masks may have made longer, and all others.
  static constexpr std::size_t value_bytes_max = 256u << 10;
  static constexpr std::size_t text_bytes_max = 64u << 10;

  explicit import_lines(line_chain::digest digest) : chain_(digest) {}

  /// @param line  without its newline; `row` borrows from it
  /// @returns what is wrong with it, in one line; empty = `row` is the record
  std::string read(std::string_view line);
  /// Of the line read last, marked as imported. Good until the next one.
  const record_row& row() const noexcept { return row_; }
  std::uint64_t lines() const noexcept { return lines_; }

private:
  static constexpr std::size_t texts_max = 20;
  std::string chain_fault(std::string_view line, bool has_hash);

  line_chain chain_;
  std::uint64_t lines_ = 0;
  bool hashed_ = false;
  std::int64_t number_ = 0;
  std::array<std::string, texts_max> texts_; ///< What `row_` shows and the line has escaped.
  record_row row_;
};

/// Microseconds since 1970 of "2025-07-13T12:00:00.123456Z", exactly as timestamp_text writes it.
/// @returns false for any other text
bool read_timestamp(std::string_view text, std::int64_t& microseconds);

} // namespace toolscore
