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
  /// What its client was let in by is in force no more.
  virtual void revoke() { finish(); }
};

/// Whether what a client was let in by is in force still; empty = it needed nothing.
using standing = std::function<bool()>;
inline constexpr std::chrono::milliseconds usual_beat{20'000};

/// Lets all silent streams beat, by one timer that runs only while there are any, and ends those
/// whose clients are not welcome any more.
class stream_pulse {
public:
  using timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  explicit stream_pulse(timer after, std::chrono::milliseconds every = usual_beat)
      : after_(std::move(after)), every_(every) {}

  /// Once more, it replaces what was known of that stream.
  void add(std::weak_ptr<beating> stream, standing good = {});
  /// What is in force may have changed; else that is noticed with the next beat.
  void check();
  void finish();
  std::size_t size() const noexcept { return streams_.size(); }

private:
  struct entry {
    std::weak_ptr<beating> stream;
    standing good;
  };
  void arm();
  void visit(bool beats);

  timer after_;
  std::chrono::milliseconds every_;
  std::vector<entry> streams_;
  bool armed_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
