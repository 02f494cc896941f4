#include "bench/retention_io.hpp"

#include "bench/board_io.hpp"
#include "bench/child_io.hpp"
#include "bench/load_io.hpp"
#include "bench/node_io.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

namespace toolscore {
namespace {

constexpr std::uint64_t calls_a_look = 5'000;
constexpr std::uint64_t block_records = 64; ///< What may stay beyond `keep_max`.
constexpr std::uint64_t looks_max = 2'000;

/// The number of the oldest record. Of the answer to a list of one.
result<std::uint64_t> oldest(const running_node& node, const std::string& state) {
  const auto told = ask_owner(node, state, "/api/v1/trajectories?limit=1");
  if (!told) return told.failure();
  constexpr std::string_view member = "{\"number\":";
  const auto at = told->find(member);
  if (at == std::string::npos) return error{errc::bad_answer, "the node lists no record"};
  return std::strtoull(told->c_str() + at + member.size(), nullptr, 10);
}

struct shed {
  double ms = 0;
  std::uint64_t deleted = 0;
  latency_histogram latency;
  std::uint64_t looks = 0;
};

class shedding {
public:
  shedding(running_node node, std::string state, std::uint64_t recorded)
      : node_(std::move(node)), state_(std::move(state)), recorded_(recorded) {}

  /// Calls until no more than `keep` are left, which takes some batches.
  result<shed> until(std::uint64_t keep) {
    shed out;
    const auto first = oldest(node_, state_);
    if (!first) return first.failure();
    const auto begun = monotonic_ns();
    while (out.looks < looks_max) {
      if (const auto made = call(out); !made) return made.failure();
      const auto now = oldest(node_, state_);
      if (!now) return now.failure();
      out.deleted = *now - *first;
      if (recorded_ - *now < keep + block_records + calls_a_look) {
        out.ms = static_cast<double>(monotonic_ns() - begun) / 1e6;
        return out;
      }
    }
    return error{errc::io_failed, "the node still has more than keep_max says"};
  }

  /// The same calls where nothing is due.
  result<shed> quiet(std::uint64_t looks) {
    shed out;
    while (out.looks < looks)
      if (const auto made = call(out); !made) return made.failure();
    return out;
  }

private:
  result<done> call(shed& out) {
    load_options load;
    load.at = node_.endpoint;
    load.connections = 64;
    load.calls = calls_a_look;
    const auto made = run_load(load);
    if (!made) return made.failure();
    out.latency.merge(made->latency);
    recorded_ += made->calls;
    ++out.looks;
    return await_all();
  }

  result<done> await_all() {
    called_ += calls_a_look;
    return await_records(node_, state_, called_);
  }

  running_node node_;
  std::string state_;
  std::uint64_t recorded_;
  std::uint64_t called_ = 0;

public:
  std::uint64_t recorded() const noexcept { return recorded_; }
};

result<running_node> start_with(const records_options& options, const std::string& directory,
                                std::uint64_t keep_max) {
  node_plan plan;
  plan.launcher = options.launcher;
  plan.program = options.node_program;
  plan.directory = directory;
  const auto server = options.libexec_dir + "/toolscore-bench-server";
  plan.config = nlohmann::json{{"node",
                                {{"listen", "127.0.0.1:0"},
                                 {"state_dir", directory + "/state"},
                                 {"records", {{"keep_max", keep_max}}}}},
                               {"mcpServers", {{"bench", {{"command", server}}}}}}
                    .dump();
  return start_node(plan);
}

double microseconds(std::chrono::nanoseconds x) {
  return static_cast<double>(x.count()) / 1e3;
}

} // namespace

result<std::vector<sample>> run_retention(const records_options& options,
                                          const std::string& directory, std::uint64_t recorded) {
  std::vector<sample> samples;
  for (unsigned round = 0; round < options.rounds; ++round) {
    if (was_interrupted()) return error{errc::cancelled, "interrupted"};
    const auto keep = std::max<std::uint64_t>(options.count >> (round + 1), 1'000);
    auto node = start_with(options, directory, keep);
    if (!node) return node.failure();
    shedding calls(std::move(*node), directory + "/state", recorded);
    const auto sheds = calls.until(keep);
    if (!sheds) return sheds.failure();
    const auto quiet = calls.quiet(std::max<std::uint64_t>(sheds->looks, 4));
    if (!quiet) return quiet.failure();
    recorded = calls.recorded();
    const auto deleted = static_cast<double>(std::max<std::uint64_t>(sheds->deleted, 1));
    samples.push_back({round, node_name, "retention_ms", sheds->ms});
    samples.push_back({round, node_name, "retention_record_us", sheds->ms * 1e3 / deleted});
    samples.push_back(
        {round, floor_name, "retention_call_p99_us", microseconds(quiet->latency.at(0.99))});
    samples.push_back(
        {round, node_name, "retention_call_p99_us", microseconds(sheds->latency.at(0.99))});
    std::fprintf(stderr, "retention: round %u of %u, %.0f records went in %.0f ms\n", round + 1,
                 options.rounds, deleted, sheds->ms);
  }
  return samples;
}

std::vector<sample_limit> retention_limits() {
  return {{"retention_record_us", node_name, "", 20},
          {"retention_call_p99_us", node_name, floor_name, 2}};
}

} // namespace toolscore
