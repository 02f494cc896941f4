#pragma once
#include "messages/call.hpp"
#include "messages/error.hpp"
#include "store/database_io.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace toolscore {

struct record_limits {
  std::size_t text_bytes_max = 64u << 10; ///< Of arguments and of result each; the rest is cut off.
  std::size_t export_rows_max = 10'000;
  std::size_t export_bytes_max = 16u << 20; ///< One export ends with the record that passes it.
};

/// Which records to export; empty fields do not select.
struct record_query {
  std::string server;
  std::string trajectory;
  std::int64_t after = 0;    ///< Only records with a higher number.
  std::size_t limit = 1'000; ///< 0 = as many as `export_rows_max`.
};

struct exported_records {
  std::string ndjson;    ///< One JSON object a line, each with its newline.
  std::int64_t last = 0; ///< The highest number in it, for `after`; `query.after` when it is empty.
  std::size_t count = 0;
  bool more = false; ///< A limit ended it: ask again after `last`.
};

/// The recorded calls of one task or session.
struct trajectory_summary {
  std::string name;
  std::int64_t first = 0; ///< Numbers of its first and last record; others stand between them.
  std::int64_t last = 0;
  std::uint64_t count = 0; ///< Records ever kept of it; trim() may have deleted the oldest.
};

/// Records that could not be kept, told in the open.
struct record_gap {
  std::uint64_t count = 0;
  std::chrono::system_clock::time_point from;
  std::chrono::system_clock::time_point to;
  std::string reason; ///< One line.
};

/// The recorded calls. Appending is made to be cheap and happens in batches.
/// @error store_failed from every function that returns a result
class records {
public:
  explicit records(database& base, const record_limits& limits = {});
  records(records&&) noexcept;
  ~records();

  /// Keeps all of `batch` or none, in one transaction; `number` of the records is ignored. Secrets
  /// are redacted and long texts cut on the way. A batch that is refused is remembered as a gap,
  /// which the next batch that succeeds writes down: do not append it again.
  /// @returns the number of the last record, 0 for an empty batch; they count up by one
  result<std::int64_t> append(std::span<const call_record> batch);

  /// Remembers records that were dropped before they came here; also written with the next batch.
  void lost(const record_gap& gap);
  /// Writes down what `append` and `lost` remember. Nothing remembered is a success.
  result<done> flush_gaps();
  /// Not yet written down; never more than one, as later ones widen it.
  const std::optional<record_gap>& pending_gap() const noexcept;

  result<std::uint64_t> count();
  result<exported_records> export_ndjson(const record_query& query);
  /// The most recently used first, at most `limit`.
  result<std::vector<trajectory_summary>> trajectories(std::size_t limit = 1'000);
  /// Oldest first, at most `limit`.
  result<std::vector<record_gap>> gaps(std::size_t limit = 1'000);
  /// Deletes the oldest records until `keep_max` are left, at most `step_max` in one call.
  /// @returns how many were deleted
  result<std::uint64_t> trim(std::uint64_t keep_max, std::uint64_t step_max = 10'000);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace toolscore
