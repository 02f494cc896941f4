#pragma once
#include "runners/image/dockerfile_lines.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What an engine tells while it builds: lines of JSON in any pieces, of Docker and of Podman.
/// Pure; nothing of it is believed beyond its type.
class build_news {
public:
  static constexpr std::size_t line_bytes_max = std::size_t{1}
                                                << 20U; ///< Longer ones are passed over.

  /// @param on_line  what the build itself writes, a line each
  /// @param on_step  another step begins
  build_news(std::function<void(std::string_view)> on_line,
             std::function<void(const build_step&)> on_step)
      : on_line_(std::move(on_line)), on_step_(std::move(on_step)) {}

  void feed(std::string_view text);
  /// Hands over what stands without the end of its line.
  void finish();

  /// The step under way, or the last.
  const std::optional<build_step>& step() const { return step_; }
  /// Why it failed, in the engine's words and on one line: the status is 200 by then.
  const std::optional<std::string>& failure() const { return failure_; }

private:
  void take(std::string_view line);
  void take_stream(std::string_view text);
  void say(std::string_view line);

  std::function<void(std::string_view)> on_line_;
  std::function<void(const build_step&)> on_step_;
  std::string partial_; ///< Of the JSON.
  std::string spoken_;  ///< Of the stream in it.
  bool overlong_ = false;
  std::optional<build_step> step_;
  std::optional<std::string> failure_;
};

/// "STEP 2/5: RUN x", "[1/2] STEP 2/5: RUN x" or "Step 2/5 : RUN x".
std::optional<build_step> read_step(std::string_view line);

} // namespace toolscore
