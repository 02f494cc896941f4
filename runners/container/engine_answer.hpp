#pragma once
#include "messages/error.hpp"
#include "messages/launch_plan.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// What an engine answers, read as far as it matters. All pure: text in, values out; nothing of it
/// is believed beyond its type.

struct engine_answer {
  unsigned status = 0;
  std::string body;
  bool is_good() const { return status >= 200 && status < 300; }
};

/// An answer that is no success as an error: "what: HTTP 409: the engine's own words".
error refusal(const engine_answer& answer, const std::string& what, errc code = errc::spawn_failed);

/// @error io_failed  it is no such answer
result<std::string> created_id(const engine_answer& answer);

struct container_facts {
  bool running = false;
  std::int64_t pid = 0; ///< Of its init, as the engine's host sees it; 0 = none.
  int exit_code = 0;    ///< Where it has run.
  bool out_of_memory = false;
  std::string failure; ///< Why it could not be started.
};
result<container_facts> read_inspect(const engine_answer& answer);

/// The exit code that a wait ends with.
result<int> read_wait(const engine_answer& answer);

/// An init's exit code as the server's own end: 128 + n stands for its signal n.
process_exit exit_from_code(int code);

/// Whether a text of /proc/PID/cgroup is that of a process of this container: so the pid is on this
/// host, and it is no other's.
bool is_cgroup_of(std::string_view cgroup_text, const std::string& id);

struct listed_container {
  std::string id;
  std::map<std::string, std::string> labels;
};
result<std::vector<listed_container>> read_list(const engine_answer& answer);

/// The image's id.
result<std::string> read_image(const engine_answer& answer);

/// "podman 4.3.1" or "docker 27.0"; "engine" where it does not say.
std::string read_version(const engine_answer& answer);

/// What a pull tells while it runs: lines of JSON, in any pieces.
class pull_progress {
public:
  static constexpr std::size_t line_bytes_max = 64 * 1024; ///< Longer ones are passed over.
  static constexpr std::size_t layers_max = 1'000;
  void feed(std::string_view text);
  /// "3 of 7 layers, 40 %"; empty while nothing is known.
  std::string text() const;
  /// The engine's own words, where it failed: the status is 200 by then.
  const std::optional<std::string>& failure() const { return failure_; }

private:
  struct layer {
    std::uint64_t current = 0;
    std::uint64_t total = 0;
    bool done = false;
  };
  void take(std::string_view line);

  std::string partial_;
  bool overlong_ = false;
  std::map<std::string, layer> layers_;
  std::optional<std::string> failure_;
};

} // namespace toolscore
