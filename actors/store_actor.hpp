#pragma once
#include "actors/local_messages_actor.hpp"
#include "store/database_io.hpp"
#include "store/instances_io.hpp"
#include "store/records_io.hpp"
#include "store/specs_io.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace toolscore {

/// The open database with its parts. Touched by the pool's one writing thread only.
struct store_files {
  explicit store_files(database opened) : base(std::move(opened)) {}
  database base;
  specs definitions{base};
  instances live{base};
  records calls{base};
};

/// What the store has kept and lost, read by the metrics on the loop's thread.
struct store_counters {
  std::uint64_t records_kept = 0;
  std::uint64_t records_lost = 0;
};

struct store_options {
  std::shared_ptr<store_files> files;
  /// Runs work on the one writing thread, in order; false when its queue is full.
  std::function<bool(std::function<void()>)> post;
  std::shared_ptr<store_counters> counters;
  std::size_t batch_max = 512; ///< Records a transaction.
  std::size_t pending_max =
      65'536; ///< Records that wait for the writer; more are lost, and counted.
  std::chrono::milliseconds batch_wait{50}; ///< A lone record waits at most so long.
};

struct store_state {
  static inline const char* name = "toolscore.store";
  std::vector<call_record> pending;
  bool flush_armed = false;
  bool writing = false;
  record_gap lost;
  std::vector<std::function<void()>> when_flushed;
};

/// The one writer of SQLite. Definitions are on the disk before they are acknowledged; records go
/// in batches; nothing here blocks the loop.
caf::behavior make_store(caf::stateful_actor<store_state>* self, store_options options);

} // namespace toolscore
