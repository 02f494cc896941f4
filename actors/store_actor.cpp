#include "actors/store_actor.hpp"

#include "actors/former_node_io.hpp"
#include "loop/house_handlers.hpp"
#include "loop/log_io.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <iterator>

namespace toolscore {
namespace {

using self_pointer = caf::stateful_actor<store_state>*;

void flush(self_pointer self, const store_options& options);

/// Runs `work` on the writing thread and `then` with its answer on the loop.
template <class Answer>
void on_pool(self_pointer self, const store_options& options,
             std::function<Answer(store_files&)> work, std::function<void(Answer)> then) {
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto posted = options.post([files = options.files, me, work, then] {
    auto answer = std::make_shared<Answer>(work(*files));
    caf::anon_send(me, resume{[then, answer] {
                     if (then) then(std::move(*answer));
                   }});
  });
  if (!posted && then)
    then(error{errc::queue_full, "the store's queue is full; try again in a moment"});
}

/// Records that were dropped for want of room, as the store remembers them.
record_gap gap_of(record_inbox& inbox) {
  record_gap gap;
  gap.count = std::exchange(inbox.dropped, 0);
  gap.from = gap.to = std::chrono::system_clock::now();
  gap.reason = "the records' queue was full";
  return gap;
}

void tell_refused(const char* what, std::size_t count, const error& why) {
  log::write(log::level::error, "store.refused",
             {log::kv(what, count), log::kv("reason", why.detail)});
}

void arm_flush(self_pointer self, const store_options& options) {
  if (self->state.writing || std::exchange(self->state.flush_armed, true)) return;
  self->delayed_send(self, options.batch_wait, flush_due{});
}

/// No record waits any more. What was lost and no later record has told is written down last.
void end_flush(self_pointer self, const store_options& options) {
  if (self->state.when_flushed.empty()) return;
  const auto gap = gap_of(*options.inbox);
  options.counters->records_lost += gap.count;
  on_pool<result<done>>(
      self, options,
      [gap](store_files& files) {
        files.calls.lost(gap);
        return files.calls.flush_gaps();
      },
      [self](const result<done>& kept) {
        if (!kept) tell_refused("gaps", 1, kept.failure());
        for (const auto& then : std::exchange(self->state.when_flushed, {})) then();
      });
}

void written(self_pointer self, const store_options& options, std::size_t count,
             const result<std::int64_t>& answer) {
  auto& state = self->state;
  state.writing = false;
  if (answer) {
    options.counters->records_kept += count;
  } else {
    options.counters->records_lost += count;
    tell_refused("records", count, answer.failure());
  }
  if (options.inbox->records.empty())
    end_flush(self, options);
  else if (!state.when_flushed.empty() || options.inbox->is_full())
    flush(self, options);
  else
    arm_flush(self, options);
}

/// Records are big: a list that grew anew with each batch would move each of them several times.
void keep_room(store_state& state, std::vector<call_record>& emptied) {
  constexpr std::size_t room_max = 4096;
  if (emptied.capacity() <= room_max) state.spare = std::move(emptied);
}

/// Writes all that waits in one transaction; what comes meanwhile makes the next.
void flush(self_pointer self, const store_options& options) {
  auto& state = self->state;
  auto& inbox = *options.inbox;
  if (state.writing || inbox.records.empty()) return;
  state.writing = true;
  auto batch =
      std::make_shared<std::vector<call_record>>(inbox.take(std::exchange(state.spare, {})));
  const auto gap = gap_of(inbox);
  options.counters->records_lost += gap.count;
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto retention = options.retention;
  const auto posted = options.post([=, files = options.files] {
    if (gap.count != 0) files->calls.lost(gap);
    auto answer = std::make_shared<result<std::int64_t>>(files->calls.append(*batch));
    files->trim(batch->size(), retention);
    const auto count = batch->size();
    batch->clear(); // Bodies are freed here, not on the loop's thread.
    caf::anon_send(me, resume{[=] {
                     keep_room(self->state, *batch);
                     written(self, options, count, *answer);
                   }});
  });
  if (posted) return;
  state.writing = false;
  inbox.dropped += batch->size();
}

/// The reports of all that crashed within `live_wait`, in one transaction.
void flush_crashes(self_pointer self, const store_options& options) {
  auto& inbox = *options.inbox;
  inbox.crashes_told = false;
  options.counters->crashes_lost += std::exchange(inbox.crashes_dropped, 0);
  if (inbox.crashes.empty()) return;
  const auto count = inbox.crashes.size();
  auto batch = std::make_shared<std::vector<crash_report>>(std::exchange(inbox.crashes, {}));
  on_pool<result<done>>(
      self, options, [batch](store_files& files) { return files.reports.put(*batch); },
      [count, counters = options.counters](const result<done>& kept) {
        (kept ? counters->crashes_kept : counters->crashes_lost) += count;
        if (!kept) tell_refused("crashes", count, kept.failure());
      });
}

/// All that began and ended within `live_wait`, in one transaction.
void flush_live(self_pointer self, const store_options& options) {
  self->state.live_armed = false;
  self->state.live_written = self->clock().now();
  flush_crashes(self, options);
  auto changes = std::make_shared<std::vector<live_change>>(std::exchange(self->state.live, {}));
  if (changes->empty()) return;
  on_pool<result<done>>(
      self, options,
      [changes](store_files& files) {
        for (auto& change : *changes)
          if (auto* begun = std::get_if<stored_instance>(&change)) mark_child(*begun);
        return files.live.change(*changes);
      },
      [count = changes->size()](const result<done>& kept) {
        if (!kept) tell_refused("instances", count, kept.failure());
      });
}

/// One alone is written soon. While many come, as from servers that die at their start, a
/// transaction for a few of them each costs more than what is in it.
void arm_live(self_pointer self, const store_options& options) {
  auto& state = self->state;
  if (std::exchange(state.live_armed, true)) return;
  const auto now = self->clock().now();
  const bool busy = state.live_written && now - *state.live_written < options.live_wait_busy;
  self->delayed_send(self, busy ? options.live_wait_busy : options.live_wait, live_due{});
}

void keep_live(self_pointer self, const store_options& options, stored_instance begun) {
  self->state.live.push_back(std::move(begun));
  arm_live(self, options);
}

/// What began and ended unwritten leaves nothing for the next node to look for.
void end_live(self_pointer self, const store_options& options, const instance_id& ended) {
  auto& live = self->state.live;
  const auto at = std::find_if(live.rbegin(), live.rend(), [&](const auto& change) {
    const auto* begun = std::get_if<stored_instance>(&change);
    return begun != nullptr && begun->id == ended;
  });
  if (at != live.rend()) {
    live.erase(std::next(at).base());
    return;
  }
  live.push_back(ended);
  arm_live(self, options);
}

/// What is known of its crashes goes with it; what the disk keeps of them, the next start deletes.
result<done> drop(store_files& files, const server_id& server) {
  auto removed = files.definitions.remove(server);
  if (removed) static_cast<void>(files.reports.remove(server));
  if (removed) static_cast<void>(files.pins.remove(server));
  return removed;
}

stored_instance row_of(const put_instance& message) {
  stored_instance row;
  row.id = message.instance;
  row.pid = message.pid;
  row.init_pid = message.init_pid;
  return row;
}

} // namespace

void store_files::trim(std::size_t appended, const record_retention& retention) {
  since_trim_ += appended;
  const auto now = std::chrono::steady_clock::now();
  if (since_trim_ < trim_every && now - trimmed_ < trim_wait) return;
  since_trim_ = 0;
  trimmed_ = now;
  std::optional<std::chrono::system_clock::time_point> oldest;
  if (retention.keep_for.count() != 0)
    oldest = std::chrono::system_clock::now() - retention.keep_for;
  // A trim that fails is tried again after as many records; the disk's error shows in the appends.
  const auto trimmed = calls.trim(retention.keep_max, 2 * trim_every, oldest);
  // More are left where much was due at once: the next batch goes on.
  if (trimmed && *trimmed >= trim_every) since_trim_ = trim_every;
}

caf::behavior make_store(self_pointer self, store_options options) {
  set_house_handlers(self);
  if (!options.inbox->records.empty()) arm_flush(self, options); // A former store's.
  if (!options.inbox->crashes.empty()) arm_live(self, options);
  return {
      [=](records_waiting) {
        if (options.inbox->is_full())
          flush(self, options);
        else
          arm_flush(self, options);
      },
      [=](flush_due) {
        self->state.flush_armed = false;
        flush(self, options);
      },
      [=](const resume& answer) { answer.work(); },
      [=](const flush_records& request) {
        flush_live(self, options);
        self->state.when_flushed.push_back(request.then);
        if (options.inbox->records.empty() && !self->state.writing) return end_flush(self, options);
        flush(self, options);
      },
      [=](const put_definition& request) {
        const stored_spec row{request.server, request.origin_json, request.desired};
        on_pool<result<done>>(
            self, options, [row](store_files& files) { return files.definitions.put(row); },
            request.then);
      },
      [=](const put_desired& request) {
        const auto server = request.server;
        const auto desired = request.desired;
        on_pool<result<done>>(
            self, options,
            [=](store_files& files) { return files.definitions.set_desired(server, desired); },
            request.then);
      },
      [=](const put_install& request) {
        on_pool<result<done>>(
            self, options,
            [server = request.server, install = request.install](store_files& files) {
              return files.definitions.set_install(server, install);
            },
            request.then);
      },
      [=](const drop_definition& request) {
        const auto server = request.server;
        on_pool<result<done>>(
            self, options, [server](store_files& files) { return drop(files, server); },
            request.then);
      },
      [=](const definitions_query& request) {
        on_pool<result<std::vector<stored_spec>>>(
            self, options, [](store_files& files) { return files.definitions.all(); },
            request.then);
      },
      [=](const records_query& request) {
        const auto query = query_of(request.query);
        if (!query) return request.then(query.failure());
        on_pool<result<std::string>>(
            self, options,
            [query = *query](store_files& files) -> result<std::string> {
              auto rows = files.calls.export_ndjson(query);
              if (!rows) return rows.failure();
              return std::move(rows->ndjson);
            },
            request.then);
      },
      [=](const crashes_query& request) {
        flush_live(self, options); // What crashed before the question is in the answer.
        on_pool<result<std::vector<crash_report>>>(
            self, options,
            [query = request.query](store_files& files) { return files.reports.find(query); },
            request.then);
      },
      [=](const see_tools& request) {
        on_pool<result<tools_seen>>(
            self, options,
            [server = request.server, tools = request.tools_array](store_files& files) {
              return files.pins.see(server, *tools);
            },
            request.then);
      },
      [=](const approve_tools& request) {
        on_pool<result<std::vector<std::string>>>(
            self, options,
            [server = request.server, tool = request.tool](store_files& files) {
              return files.pins.approve(server, tool);
            },
            request.then);
      },
      [=](const pins_query& request) {
        on_pool<result<std::string>>(
            self, options,
            [server = request.server](store_files& files) { return files.pins.report(server); },
            request.then);
      },
      [=](crashes_waiting) { arm_live(self, options); },
      [=](live_due) { flush_live(self, options); },
      [=](const put_instance& message) { keep_live(self, options, row_of(message)); },
      [=](const drop_instance& message) { end_live(self, options, message.instance); },
  };
}

} // namespace toolscore
