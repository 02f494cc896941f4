#include "store/record_statistics.hpp"

#include "store/record_block.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace toolscore {
namespace {

std::uint64_t& count_of(tool_statistics& x, outcome_bit how) {
  switch (how) {
  case outcome_bit::success:
    return x.success;
  case outcome_bit::admission:
    return x.admission;
  case outcome_bit::transport:
    return x.transport;
  case outcome_bit::rpc:
    return x.rpc;
  case outcome_bit::tool:
    return x.tool_failed;
  default:
    return x.needs_input;
  }
}

} // namespace

/// Times below one doubling's steps have a bucket each; from there on each doubling has as many.
std::size_t record_statistics::bucket_of(std::int64_t us) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0));
  if (value < steps) return static_cast<std::size_t>(value);
  const auto width = static_cast<std::size_t>(std::bit_width(value)) - 1; // At least 4.
  const auto step = static_cast<std::size_t>(value >> (width - 4)) - steps;
  return std::min(buckets - 1, (width - 3) * steps + step);
}

/// The longest time of a bucket.
std::int64_t record_statistics::time_of(std::size_t bucket) noexcept {
  if (bucket < steps) return static_cast<std::int64_t>(bucket);
  const auto width = bucket / steps + 3;
  const auto step = bucket % steps + steps;
  return static_cast<std::int64_t>((step + 1) << (width - 4)) - 1;
}

std::int64_t record_statistics::quantile(const entry& x, double share) noexcept {
  const auto wanted =
      static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(x.counts.calls)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += x.times[i];
    if (seen >= wanted) return std::min(time_of(i), x.counts.max_us);
  }
  return x.counts.max_us;
}

/// @returns null where there is no room for another tool
record_statistics::entry* record_statistics::entry_of(const record_row& row) {
  const auto server = servers_.find(row.server);
  if (server != servers_.end())
    if (const auto tool = server->second.find(row.tool); tool != server->second.end())
      return &tool->second;
  if (known_ == tools_max) return nullptr;
  ++known_;
  auto& made = servers_[std::string(row.server)][std::string(row.tool)];
  made.counts.server = row.server;
  made.counts.tool = row.tool;
  return &made;
}

void record_statistics::add(const record_row& row) {
  auto* const x = row.gap ? nullptr : entry_of(row);
  if (x == nullptr) {
    ++(row.gap ? gaps_ : others_);
    return;
  }
  ++x->counts.calls;
  ++count_of(x->counts, outcome_of(row));
  ++x->times[bucket_of(row.total_us)];
  x->counts.max_us = std::max(x->counts.max_us, row.total_us);
}

std::vector<tool_statistics> record_statistics::tools() const {
  std::vector<tool_statistics> out;
  for (const auto& [server, tools] : servers_)
    for (const auto& [tool, x] : tools) {
      out.push_back(x.counts);
      out.back().p50_us = quantile(x, 0.5);
      out.back().p95_us = quantile(x, 0.95);
      out.back().p99_us = quantile(x, 0.99);
    }
  return out;
}

} // namespace toolscore
