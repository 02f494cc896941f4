#pragma once
#include "messages/call.hpp"
#include "messages/crash.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace toolscore {

/// Where records wait for the store, shared by all who make them; on the loop's thread only. It
/// outlives the store actor, so that a restart of that loses none. One message tells the store of
/// many records, for a message each would cost a call more than its record.
struct record_inbox {
  static constexpr std::size_t records_max = 65'536;
  /// Of the texts that the records hold on to: far more than a disk that keeps up leaves waiting.
  static constexpr std::size_t bytes_max = 256u << 20;
  /// So many are written without waiting for more: they would only grow cold.
  static constexpr std::size_t batch_full = 1'024;
  static constexpr std::size_t crashes_max = 4'096;

  std::vector<call_record> records;
  std::size_t bytes_held = 0; ///< Of the texts of `records`.
  bool keeps_calls = true;
  std::uint64_t dropped = 0; ///< Since the store last looked: there was no room.
  bool told = false;         ///< The store knows that something waits.

  /// @returns true if the store is to be told
  bool put(call_record&& record) {
    if (!keeps_calls) return false;
    if (records.size() >= records_max || bytes_held >= bytes_max) {
      ++dropped;
    } else {
      bytes_held += size_of(record.request) + size_of(record.response);
      records.push_back(std::move(record));
    }
    return !std::exchange(told, true) || records.size() == batch_full;
  }
  bool is_full() const noexcept { return records.size() >= batch_full; }
  /// All that waits, for the store; what comes next stands in `room`, which is empty.
  std::vector<call_record> take(std::vector<call_record> room) {
    told = false;
    bytes_held = 0;
    return std::exchange(records, std::move(room));
  }

  static std::size_t size_of(const bytes& text) noexcept { return text ? text->size() : 0; }

  std::vector<crash_report> crashes;
  std::uint64_t crashes_dropped = 0;
  bool crashes_told = false;

  /// The same for crash reports, which go another way to the store: seldom, and soon.
  bool put_crash(crash_report report) {
    if (crashes.size() >= crashes_max)
      ++crashes_dropped;
    else
      crashes.push_back(std::move(report));
    return !std::exchange(crashes_told, true);
  }
};

} // namespace toolscore
