#include "bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace toolscore {

std::size_t latency_histogram::bucket_of(std::uint64_t value) noexcept {
  const std::uint64_t held = std::min(value, (std::uint64_t{1} << value_bits_max) - 1);
  const auto width = static_cast<unsigned>(std::bit_width(held));
  if (width <= sub_bits + 1) return static_cast<std::size_t>(held);
  const unsigned shift = width - sub_bits - 1;
  return (static_cast<std::size_t>(shift) << sub_bits) + static_cast<std::size_t>(held >> shift);
}

std::uint64_t latency_histogram::upper_edge(std::size_t bucket) noexcept {
  constexpr std::size_t linear = std::size_t{2} << sub_bits;
  if (bucket < linear) return bucket;
  const std::size_t shift = (bucket >> sub_bits) - 1;
  const std::uint64_t mantissa = bucket - (shift << sub_bits);
  return ((mantissa + 1) << shift) - 1;
}

void latency_histogram::add(std::chrono::nanoseconds latency) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, latency);
}

void latency_histogram::merge(const latency_histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds latency_histogram::at(double fraction) const noexcept {
  if (count_ == 0) return std::chrono::nanoseconds{0};
  const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  const std::uint64_t rank = std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= rank)
      return std::min(max_, std::chrono::nanoseconds{static_cast<std::int64_t>(upper_edge(i))});
  }
  return max_;
}

} // namespace toolscore
