#pragma once
#include "actors/local_messages_actor.hpp"
#include "actors/record_inbox.hpp"
#include "store/crashes_io.hpp"
#include "store/database_io.hpp"
#include "store/instances_io.hpp"
#include "store/records_io.hpp"
#include "store/specs_io.hpp"
#include "store/tool_pins_io.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace toolscore {

/// How long recorded calls are kept. What is too old goes with the records that come later.
struct record_retention {
  std::uint64_t keep_max = 5'000'000;
  std::chrono::milliseconds keep_for{0}; ///< 0 = whatever their age.
};

/// The open database with its parts. Touched by the pool's one writing thread only.
struct store_files {
  explicit store_files(database opened) : base(std::move(opened)) {}
  database base;
  specs definitions{base};
  instances live{base};
  records calls{base};
  crashes reports{base};
  tool_pins pins{base};

  /// Deletes the oldest records that are too many or too old, now and then.
  void trim(std::size_t appended, const record_retention& retention);

private:
  static constexpr std::size_t trim_every = 5'000;     ///< Less than one trim deletes at most.
  static constexpr std::chrono::minutes trim_wait{10}; ///< Where fewer come.
  std::size_t since_trim_ = trim_every;                ///< The first batch looks.
  std::chrono::steady_clock::time_point trimmed_{};
};

/// What the store has kept and lost, read by the metrics on the loop's thread.
struct store_counters {
  std::uint64_t records_kept = 0;
  std::uint64_t records_lost = 0;
  std::uint64_t crashes_kept = 0;
  std::uint64_t crashes_lost = 0;
};

struct store_options {
  std::shared_ptr<store_files> files;
  /// Runs work on the one writing thread, in order; false when its queue is full.
  std::function<bool(std::function<void()>)> post;
  std::shared_ptr<store_counters> counters;
  record_inbox* inbox = nullptr; ///< What is to be written; outlives the actor.
  record_retention retention;
  std::chrono::milliseconds batch_wait{50}; ///< A record waits at most so long for its batch.
  /// So long the beginnings and ends of instances, and crash reports, wait for others. They stand
  /// outside a crash's way to its restart then; and a node that dies in between leaves its
  /// instances to PDEATHSIG, which asks no store.
  std::chrono::milliseconds live_wait{20};
  /// And so long, if the last were written less than this ago.
  std::chrono::milliseconds live_wait_busy{200};
};

struct store_state {
  static inline const char* name = "toolscore.store";
  store_state() = default; // Not an aggregate: see set_house_handlers.
  bool flush_armed = false;
  bool live_armed = false;
  std::vector<live_change> live;                                     ///< Not written yet.
  std::optional<std::chrono::steady_clock::time_point> live_written; ///< When last.
  bool writing = false;
  std::vector<std::function<void()>> when_flushed;
  std::vector<call_record> spare; ///< The room of the last batch, for the next one.
};

/// The one writer of SQLite. Definitions are on the disk before they are acknowledged; records go
/// in batches; nothing here blocks the loop.
caf::behavior make_store(caf::stateful_actor<store_state>* self, store_options options);

} // namespace toolscore
