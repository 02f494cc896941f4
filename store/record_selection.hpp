#pragma once
#include "messages/backend.hpp"
#include "messages/error.hpp"
#include "store/record_block.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// Which records are meant; empty fields do not select. A gap is of every server and tool, but of
/// no trajectory and no outcome.
struct record_query {
  std::string server;
  std::string trajectory;
  std::int64_t after = 0;    ///< Only records with a higher number.
  std::size_t limit = 1'000; ///< 0 = as many as `export_rows_max`.
  std::string tool;
  std::uint64_t outcomes = 0; ///< Masks of outcome_bit.
  std::optional<std::int64_t> since_us;
  std::optional<std::int64_t> before_us;
};

/// The outcomes of a word: "success", "failed" (at whichever step), "needs_input", or the step that
/// failed: "admission", "transport", "rpc", "tool". Nothing for another word.
std::optional<std::uint64_t> outcomes_of(std::string_view word) noexcept;

/// @error bad_request  the outcome is no such word
result<record_query> query_of(const trajectory_query& asked);

bool is_meant(const record_query& query, const record_row& row) noexcept;

} // namespace toolscore
