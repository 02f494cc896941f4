#include "tests/fakes/fault_options.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace toolscore::test {
namespace {

constexpr const char* usage =
    "usage: fault_server [OPTION]... (a legacy MCP server on stdio that fails as it is told)\n"
    "  --exit-at-start CODE   exits at once\n"
    "  --exit-after-calls N   exits when N tool calls have been answered\n"
    "  --exit-code CODE       what --exit-after-calls exits with (1)\n"
    "  --garbage              prints lines that are no JSON before, between and after answers\n"
    "  --huge-line BYTES      echo answers one line of that size, streamed\n"
    "  --flood-stderr BYTES   writes so much to stderr before it reads\n"
    "  --hang                 never answers a tools/call\n"
    "  --hang-ping            never answers ping, nor server/discover after the first\n"
    "  --slow MS              adds the tool slow, which takes so long\n"
    "  --silent               never answers anything\n"
    "  --fork-setsid          leaves a grandchild in a session of its own; all ignore SIGTERM\n"
    "  --ignore-eof           lives on when stdin ends\n"
    "  --rpc-error            adds the tool fail_rpc, which answers a JSON-RPC error\n"
    "  --tool-error           adds the tool fail_tool, which answers isError\n"
    "  --modern               answers server/discover\n"
    "  --delay-handshake MS   answers initialize and the first server/discover so late\n"
    "  --die-on-call          adds the tool die, which kills the server in mid-call\n"
    "  --progress-every MS    time between the notifications of the tool progress (0)\n"
    "  --hog MIB              adds the tool hog, which takes so much memory\n"
    "  --bomb N               adds the tool bomb, which forks so often: \"CHILDREN ERRNO\"\n"
    "  --crlf                 ends its lines with \\r\\n\n"
    "  --tag TEXT             does nothing; marks the command line for a search\n";

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && failed == std::errc{} && end == text.data() + text.size();
}

bool* flag_of(std::string_view word, fault_options& options) {
  const struct {
    std::string_view name;
    bool& flag;
  } flags[]{{"--garbage", options.garbage},
            {"--hang", options.hang},
            {"--hang-ping", options.hang_ping},
            {"--silent", options.silent},
            {"--fork-setsid", options.fork_setsid},
            {"--ignore-eof", options.ignore_eof},
            {"--rpc-error", options.rpc_error},
            {"--tool-error", options.tool_error},
            {"--modern", options.modern},
            {"--die-on-call", options.die_on_call},
            {"--crlf", options.crlf}};
  for (const auto& each : flags)
    if (each.name == word) return &each.flag;
  return nullptr;
}

bool take_value(std::string_view word, std::string_view value, fault_options& options) {
  std::size_t number = 0;
  if (word == "--tag") return true;
  if (!read_number(value, number)) return false;
  const std::chrono::milliseconds time{static_cast<std::int64_t>(number)};
  if (word == "--exit-at-start")
    options.exit_at_start = static_cast<int>(number);
  else if (word == "--exit-after-calls")
    options.exit_after_calls = number;
  else if (word == "--exit-code")
    options.exit_code = static_cast<int>(number);
  else if (word == "--huge-line")
    options.huge_line_bytes = number;
  else if (word == "--flood-stderr")
    options.flood_stderr_bytes = number;
  else if (word == "--slow")
    options.slow = time;
  else if (word == "--delay-handshake")
    options.delay_handshake = time;
  else if (word == "--progress-every")
    options.progress_every = time;
  else if (word == "--hog")
    options.hog_mebibytes = number;
  else if (word == "--bomb")
    options.bomb_forks = number;
  else
    return false;
  return true;
}

} // namespace

bool read_options(int count, char** words, fault_options& options) {
  for (int i = 1; i < count; ++i) {
    if (bool* flag = flag_of(words[i], options)) {
      *flag = true;
      continue;
    }
    if (i + 1 == count || !take_value(words[i], words[i + 1], options)) {
      std::fprintf(stderr, "fault_server: cannot use %s\n%s", words[i], usage);
      return false;
    }
    ++i;
  }
  return true;
}

} // namespace toolscore::test
