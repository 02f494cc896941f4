#pragma once
#include "messages/call.hpp"
#include "messages/error.hpp"
#include "store/database_io.hpp"
#include "store/record_selection.hpp"

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
  /// Of a name: what a client or a server says of itself and of what is called may be anything.
  static constexpr std::size_t name_bytes_max = 1u << 10;
  static constexpr std::size_t failure_bytes_max = 4u << 10;
  std::size_t export_rows_max = 10'000;
  std::size_t export_bytes_max = 16u << 20; ///< One export ends with the record that passes it.
  /// A block of records ends with the one that passes either.
  std::size_t block_records_max = 128;
  std::size_t block_bytes_max = 128u << 10;
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

/// Records that could not be kept, told in the open: a gap is a record of its own, with a number.
struct record_gap {
  std::uint64_t count = 0; ///< 0 = nobody knows how many, if any.
  std::chrono::system_clock::time_point from;
  std::chrono::system_clock::time_point to;
  std::string reason; ///< One line.
};

/// The recorded calls, in blocks of which each holds the digest of the one before
/// (record_chain_io.hpp). Appending is made to be cheap and happens in batches.
/// @error store_failed from every function that returns a result
class records {
public:
  explicit records(database& base, const record_limits& limits = {});
  records(records&&) noexcept;
  ~records();

  /// Keeps all of `batch` or none, in one transaction; `number` of the records is ignored. Secrets
  /// are redacted and long texts cut on the way. A batch that is refused is remembered as a gap,
  /// which the next batch that succeeds writes down before its own: do not append it again.
  /// @returns the number of the last record, 0 for an empty batch; they count up by one
  result<std::int64_t> append(std::span<const call_record> batch);

  /// Remembers records that were dropped before they came here; also written with the next batch.
  void lost(const record_gap& gap);
  /// Writes down what `append` and `lost` remember. Nothing remembered is a success.
  result<done> flush_gaps();
  /// Not yet written down; never more than one, as later ones widen it.
  const std::optional<record_gap>& pending_gap() const noexcept;

  /// A node begins to record. One that never said that it had ended may have died with records
  /// that it had not written yet: that is a gap of unknown count.
  result<done> begin(std::chrono::system_clock::time_point now);
  /// All that was recorded is written. What comes later makes the end untrue until the next one.
  result<done> end();

  /// How many there are, gaps among them.
  result<std::uint64_t> count();
  result<exported_records> export_ndjson(const record_query& query);
  /// The most recently used first, at most `limit`.
  result<std::vector<trajectory_summary>> trajectories(std::size_t limit = 1'000);
  /// Oldest first, at most `limit`.
  result<std::vector<record_gap>> gaps(std::size_t limit = 1'000);
  /// Deletes the oldest blocks while `keep_max` records are left without them, at most `step_max`
  /// records in one call; also those whose records all are from before `oldest`.
  /// @returns how many records were deleted
  result<std::uint64_t> trim(std::uint64_t keep_max, std::uint64_t step_max = 10'000,
                             std::optional<std::chrono::system_clock::time_point> oldest = {});

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace toolscore
