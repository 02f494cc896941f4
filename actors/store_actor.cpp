#include "actors/store_actor.hpp"

#include "loop/house_handlers.hpp"
#include "loop/log_io.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

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

void written(self_pointer self, const store_options& options, std::size_t count,
             const result<std::int64_t>& answer) {
  self->state.writing = false;
  if (answer) {
    options.counters->records_kept += count;
  } else {
    options.counters->records_lost += count;
    log::write(log::level::error, "store.refused",
               {log::kv("records", count), log::kv("reason", answer.failure().detail)});
  }
  if (!self->state.pending.empty()) {
    flush(self, options);
    return;
  }
  for (const auto& then : std::exchange(self->state.when_flushed, {})) then();
}

void flush(self_pointer self, const store_options& options) {
  auto& state = self->state;
  if (state.writing || state.pending.empty()) return;
  state.writing = true;
  auto batch = std::make_shared<std::vector<call_record>>(std::exchange(state.pending, {}));
  const auto gap = std::exchange(state.lost, {});
  const auto me = caf::actor_cast<caf::actor>(self);
  const auto posted = options.post([=, files = options.files] {
    if (gap.count != 0) files->calls.lost(gap);
    auto answer = std::make_shared<result<std::int64_t>>(files->calls.append(*batch));
    const auto count = batch->size();
    batch->clear(); // Bodies are freed here, not on the loop's thread.
    caf::anon_send(me, resume{[=] { written(self, options, count, *answer); }});
  });
  if (posted) return;
  state.writing = false;
  options.counters->records_lost += batch->size();
}

void keep(self_pointer self, const store_options& options, call_record record) {
  auto& state = self->state;
  if (state.pending.size() >= options.pending_max) {
    const auto now = std::chrono::system_clock::now();
    if (state.lost.count++ == 0) state.lost.from = now;
    state.lost.to = now;
    state.lost.reason = "the records' queue was full";
    ++options.counters->records_lost;
    return;
  }
  state.pending.push_back(std::move(record));
  if (state.pending.size() >= options.batch_max) {
    flush(self, options);
  } else if (!state.flush_armed && !state.writing) {
    state.flush_armed = true;
    self->delayed_send(self, options.batch_wait, flush_due{});
  }
}

void put_live(self_pointer self, const store_options& options, const put_instance& message) {
  stored_instance row;
  row.id = message.instance;
  row.pid = message.pid;
  row.init_pid = message.init_pid;
  on_pool<result<done>>(
      self, options, [row](store_files& files) { return files.live.add(row); }, nullptr);
}

} // namespace

caf::behavior make_store(self_pointer self, store_options options) {
  set_house_handlers(self);
  return {
      [=](call_record& record) { keep(self, options, std::move(record)); },
      [=](flush_due) {
        self->state.flush_armed = false;
        flush(self, options);
      },
      [=](const resume& answer) { answer.work(); },
      [=](const flush_records& request) {
        if (self->state.pending.empty() && !self->state.writing) return request.then();
        self->state.when_flushed.push_back(request.then);
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
      [=](const drop_definition& request) {
        const auto server = request.server;
        on_pool<result<done>>(
            self, options,
            [server](store_files& files) { return files.definitions.remove(server); },
            request.then);
      },
      [=](const records_query& request) {
        const record_query query{request.query.server, request.query.trajectory,
                                 request.query.after, request.query.limit};
        on_pool<result<std::string>>(
            self, options,
            [query](store_files& files) -> result<std::string> {
              auto rows = files.calls.export_ndjson(query);
              if (!rows) return rows.failure();
              return std::move(rows->ndjson);
            },
            request.then);
      },
      [=](const put_instance& message) { put_live(self, options, message); },
      [=](const drop_instance& message) {
        const auto id = message.instance;
        on_pool<result<done>>(
            self, options, [id](store_files& files) { return files.live.remove(id); }, nullptr);
      },
  };
}

} // namespace toolscore
