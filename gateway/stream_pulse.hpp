#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace toolscore {

/// A stream that may be silent for long.
class beating {
public:
  beating() = default;
  beating(const beating&) = delete;
  beating& operator=(const beating&) = delete;
  virtual ~beating() = default;
  /// Says something that means nothing, so that nobody in between takes the stream for dead, and a
  /// client that has gone without a word is noticed.
  /// @returns false once it is over
  virtual bool beat() = 0;
  /// The node stops.
  virtual void finish() = 0;
};

/// Lets all silent streams beat, by one timer that runs only while there are any.
class stream_pulse {
public:
  using timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  static constexpr std::chrono::milliseconds every{20'000};
  explicit stream_pulse(timer after) : after_(std::move(after)) {}

  void add(std::weak_ptr<beating> stream);
  void finish();
  std::size_t size() const noexcept { return streams_.size(); }

private:
  void arm();
  void beat();

  timer after_;
  std::vector<std::weak_ptr<beating>> streams_;
  bool armed_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
