#pragma once
#include <array>
#include <chrono>
#include <cstdint>

namespace toolscore {

/// Latencies in log-linear buckets: exact below 128 ns, then 64 buckets for each power of two, so a
/// percentile is at most 1.6 % above the true value. Up to about 18 minutes; longer ones count as
/// that, but `max` stays exact. Adding one costs no allocation.
class latency_histogram {
public:
  void add(std::chrono::nanoseconds latency) noexcept;
  void merge(const latency_histogram& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  std::chrono::nanoseconds max() const noexcept { return max_; }
  /// The upper edge of the bucket that holds the value at `fraction` (0.5 = the median; clamped to
  /// 0..1), never above max(). Zero when nothing was added.
  std::chrono::nanoseconds at(double fraction) const noexcept;

  static constexpr unsigned sub_bits = 6; ///< 64 linear buckets for each power of two.
  static constexpr unsigned value_bits_max = 40;
  static constexpr std::size_t bucket_count = (value_bits_max - sub_bits + 1) << sub_bits;
  static std::size_t bucket_of(std::uint64_t value) noexcept;
  /// The greatest value that falls into the bucket.
  static std::uint64_t upper_edge(std::size_t bucket) noexcept;

private:
  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

} // namespace toolscore
