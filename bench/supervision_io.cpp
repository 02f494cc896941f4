#include "bench/supervision_io.hpp"

#include "bench/child_io.hpp"
#include "bench/figures.hpp"
#include "bench/idle_io.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <poll.h>

namespace toolscore {
namespace {

constexpr std::chrono::milliseconds back_wait{60'000}; ///< For one birth, or for all.
constexpr std::chrono::milliseconds end_wait{30'000};
constexpr int between_kills_ms = 5;
constexpr int late_births_ms = 300; ///< A child that is started twice shows within this.

double in_ms(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

std::int64_t last_birth(const std::vector<life>& lives) {
  std::int64_t last = 0;
  for (const auto& one : lives) last = std::max(last, one.born_ns);
  return last;
}

/// The value below which `part` of the sorted values are.
double part_of(const std::vector<double>& sorted, double part) {
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

class supervision_round {
public:
  supervision_round(const supervision_options& options, unsigned round, std::string subject,
                    std::vector<sample>& into)
      : options_(options), round_(round), name_(std::move(subject)), into_(into) {}

  result<done> run() {
    auto plan = options_.plan;
    if (!options_.isolations.empty()) plan.isolation = name_;
    auto started = supervised::start(name_, plan);
    if (!started) return started.failure();
    subject_ = std::move(*started);
    const auto& phases = options_.phases;
    if (phases.start) keep("start_ms", in_ms(last_birth(board().lives()) - subject_->started_ns()));
    subject_->settle();
    if (phases.crash)
      if (const auto made = crash(); !made) return made;
    if (phases.kill_all)
      if (const auto made = kill_all(); !made) return made;
    if (phases.idle) idle();
    return stop();
  }

private:
  const board_file& board() const { return subject_->lives(); }

  void keep(const char* metric, double value) { into_.push_back({round_, name_, metric, value}); }

  error failed(const std::string& what) const {
    if (was_interrupted()) return {errc::cancelled, "interrupted"};
    return subject_->stuck(name_ + ": " + what);
  }

  result<done> crash() {
    std::vector<double> took_us;
    for (unsigned number = 0; number < options_.kills; ++number) {
      const auto living = census(board());
      if (living.empty()) return failed("no child lives");
      const auto victim = std::find_if(living.begin(), living.end(), [&](const living_child& one) {
        return one.child == number % options_.plan.count;
      });
      if (victim == living.end())
        return failed("child " + std::to_string(number % options_.plan.count) + " does not live");
      const std::size_t before = board().begun();
      const auto killed = monotonic_ns();
      ::kill(victim->pid, SIGKILL);
      if (!board().wait_for(before + 1, back_wait)) return failed("a killed child is not back");
      took_us.push_back(static_cast<double>(board().lives(before).front().born_ns - killed) / 1e3);
      ::poll(nullptr, 0, between_kills_ms);
    }
    std::sort(took_us.begin(), took_us.end());
    keep("crash_p50_us", part_of(took_us, 0.5));
    keep("crash_p99_us", part_of(took_us, 0.99));
    return done{};
  }

  result<done> kill_all() {
    const auto living = census(board());
    const std::size_t count = options_.plan.count;
    if (living.size() != count) return failed(std::to_string(living.size()) + " children live");
    const std::size_t before = board().begun();
    const auto killed = monotonic_ns();
    for (const auto& one : living) ::kill(one.pid, SIGKILL);
    if (!board().wait_for(before + count, back_wait))
      return failed(std::to_string(board().begun() - before) + " of " + std::to_string(count) +
                    " killed children are back");
    keep("kill_all_ms", in_ms(last_birth(board().lives(before)) - killed));
    subject_->settle();
    ::poll(nullptr, 0, late_births_ms);
    std::map<std::uint32_t, std::size_t> copies;
    for (const auto& one : census(board())) ++copies[one.child];
    std::size_t wrong = count - std::min(count, copies.size());
    for (const auto& [child, living_copies] : copies) wrong += living_copies - 1;
    // One that was started twice and ended again is a duplicate, too.
    keep("duplicates", static_cast<double>(wrong + board().begun() - before - count));
    return done{};
  }

  void idle() {
    const auto found = measure_idle(subject_->process().pid(), options_.idle_time);
    keep("idle_cpu_percent", found.processor_percent);
    keep("idle_wakeups_per_s", found.wakeups_per_s);
    keep("anonymous_mb", found.memory.anonymous_mb);
    keep("rss_mb", found.memory.resident_mb);
    keep("tree_pss_mb", found.tree_pss_mb);
  }

  result<done> stop() {
    const std::size_t count = options_.plan.count;
    const std::size_t before = board().begun();
    const auto told = subject_->begin_stop();
    if (!subject_->process().wait_for_end(end_wait)) return failed("it does not end");
    const auto ended = monotonic_ns();
    if (!options_.phases.stop) return done{};
    std::map<std::uint32_t, std::int64_t> ends;
    for (const auto& one : board().lives())
      if (one.ended_ns != 0) ends[one.child] = one.ended_ns;
    std::int64_t last = told;
    std::size_t reversed = 0;
    for (const auto& [child, at] : ends) {
      last = std::max(last, at);
      const auto next = ends.find(child + 1);
      if (next != ends.end() && next->second < at) ++reversed;
    }
    keep("stop_ms", in_ms(last - told));
    keep("exit_ms", in_ms(ended - told));
    keep("not_asked_to_end", static_cast<double>(count - std::min(count, ends.size())));
    keep("left_behind", static_cast<double>(census(board()).size() + board().begun() - before));
    if (options_.plan.chain && count > 1)
      keep("out_of_order", static_cast<double>(count - 1 - reversed));
    return done{};
  }

  const supervision_options& options_;
  unsigned round_;
  std::string name_;
  std::vector<sample>& into_;
  std::unique_ptr<supervised> subject_;
};

} // namespace

result<std::vector<sample>> run_supervision(const supervision_options& options) {
  std::vector<sample> samples;
  for (unsigned round = 0; round < options.rounds; ++round) {
    std::vector<std::string> order{floor_name, node_name};
    if (!options.isolations.empty()) order = options.isolations;
    const auto first = static_cast<std::ptrdiff_t>(round % order.size());
    std::rotate(order.begin(), order.begin() + first, order.end());
    for (const auto& subject : order) {
      supervision_round one{options, round, subject, samples};
      if (const auto made = one.run(); !made) return made.failure();
    }
    std::fprintf(stderr, "round %u of %u\n", round + 1, options.rounds);
  }
  return samples;
}

std::vector<sample_limit> supervision_limits(const supervision_options& options) {
  const auto& phases = options.phases;
  const auto count = static_cast<double>(options.plan.count);
  std::vector<sample_limit> limits;
  if (!options.isolations.empty()) return limits; // What protection costs is told, and not judged.
  const auto ratio = [&](const char* metric, double max) {
    limits.push_back({metric, node_name, floor_name, max});
  };
  const auto at_most = [&](const char* metric, double max) {
    limits.push_back({metric, node_name, "", max});
  };
  if (phases.start) ratio("start_ms", 1.3);
  if (phases.crash) ratio("crash_p50_us", 1.5);
  if (phases.crash) ratio("crash_p99_us", 3);
  if (phases.kill_all) ratio("kill_all_ms", 1.3);
  if (phases.kill_all) at_most("duplicates", 0);
  if (phases.idle) {
    // One wake-up in a run of ten seconds may be somebody else's; a periodic one shows.
    at_most("idle_cpu_percent", 0.01);
    at_most("idle_wakeups_per_s", 0.1);
    at_most("anonymous_mb", 8 + 0.01 * count);
    if (options.plan.count <= 100) at_most("rss_mb", 20);
  }
  if (phases.stop) {
    ratio("stop_ms", 1.5);
    at_most("not_asked_to_end", 0);
    at_most("left_behind", 0);
    if (options.plan.chain) at_most("out_of_order", 0);
  }
  return limits;
}

} // namespace toolscore
