#include "messages/access.hpp"
#include "messages/admin.hpp"
#include "messages/call.hpp"
#include "messages/error.hpp"
#include "messages/gone_kinds.hpp"
#include "messages/http_place.hpp"
#include "messages/relations.hpp"
#include "messages/server_state.hpp"
#include "messages/supervision.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <utility>

namespace toolscore {
namespace {

template <std::size_t Count>
const char* pick(const std::array<const char*, Count>& names, std::size_t at) noexcept {
  return at < Count ? names[at] : "unknown";
}

} // namespace

const char* to_string(scope x) noexcept {
  switch (x) {
  case scope::mcp_read:
    return "mcp:read";
  case scope::mcp_call:
    return "mcp:call";
  case scope::control_read:
    return "control:read";
  case scope::control_write:
    return "control:write";
  }
  return "unknown";
}

const char* to_string(errc code) noexcept {
  static constexpr std::array names{
      "unknown_server", "server_not_ready", "call_timed_out", "queue_full",       "bad_config",
      "bad_request",    "install_failed",   "spawn_failed",   "handshake_failed", "server_gone",
      "stopping",       "store_failed",     "io_failed",      "too_large",        "not_supported",
      "unauthorized",   "already_exists",   "bad_answer",     "cancelled",        "tool_denied"};
  return pick(names, static_cast<std::size_t>(code) - 1);
}

const char* to_string(restart_type x) noexcept {
  static constexpr std::array names{"permanent", "transient", "temporary"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(strategy x) noexcept {
  static constexpr std::array names{"one_for_one", "one_for_all", "rest_for_one"};
  static_assert(names.size() == strategy_count);
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(dependency_condition x) noexcept {
  static constexpr std::array names{"started", "ready", "completed"};
  static_assert(names.size() == dependency_condition_count);
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(significance x) noexcept {
  static constexpr std::array names{"none", "any", "all"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(prefix_mode x) noexcept {
  static constexpr std::array names{"always", "on_collision", "never"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(link_kind x) noexcept {
  static constexpr std::array names{"stdio", "none", "http", "sse"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(ready_kind x) noexcept {
  static constexpr std::array names{"mcp", "started", "log", "notify", "http", "tcp", "ws"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(source_kind x) noexcept {
  static constexpr std::array names{"command", "git",    "npm",   "pypi",  "path",
                                    "archive", "bundle", "image", "remote"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(container_network x) noexcept {
  static constexpr std::array names{"none", "full"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(isolation_level x) noexcept {
  static constexpr std::array names{"none", "default", "strict"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(network_access x) noexcept {
  static constexpr std::array names{"none", "loopback", "full"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(pull_policy x) noexcept {
  static constexpr std::array names{"missing", "always", "never"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(session_mode x) noexcept {
  static constexpr std::array names{"auto", "shared", "serial", "per_session", "per_principal"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(pin_mode x) noexcept {
  static constexpr std::array names{"off", "warn", "enforce"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(node_exit x) noexcept {
  static constexpr std::array names{"stop", "keep"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(confinement x) noexcept {
  static constexpr std::array names{"none", "pid_namespace", "user_pid_namespace"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(process_status x) noexcept {
  static constexpr std::array names{"queued",      "cloning",    "building",   "waiting",
                                    "starting",    "ready",      "degraded",   "asleep",
                                    "backing_off", "crash_loop", "failed",     "completed",
                                    "stopping",    "stopped",    "needs_login"};
  static_assert(names.size() == process_status_count);
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(instance_state x) noexcept {
  static constexpr std::array names{"starting", "ready",    "unhealthy",
                                    "draining", "stopping", "gone"};
  static_assert(names.size() == instance_state_count);
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(desired_state x) noexcept {
  static constexpr std::array names{"running", "stopped"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(gone_kind x) noexcept {
  static constexpr std::array names{
      "exited",           "killed",       "stopped",    "hung",           "handshake_timeout",
      "handshake_failed", "spawn_failed", "overflowed", "internal_error", "disconnected",
      "login_needed"};
  static_assert(names.size() == gone_kind_count);
  return pick(names, static_cast<std::size_t>(x));
}

std::optional<gone_kind> gone_kind_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < gone_kind_count; ++i)
    if (const auto x = static_cast<gone_kind>(i); name == to_string(x)) return x;
  return std::nullopt;
}

const char* to_string(era x) noexcept {
  static constexpr std::array names{"legacy", "modern"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(outcome x) noexcept {
  static constexpr std::array names{"not_reached", "ok", "failed"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(oauth_grant x) noexcept {
  static constexpr std::array names{"unsaid", "authorization_code", "client_credentials"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(login_answer::state x) noexcept {
  static constexpr std::array names{"none", "waiting", "done", "failed"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(server_verb x) noexcept {
  static constexpr std::array names{"start", "stop", "restart", "remove"};
  return pick(names, static_cast<std::size_t>(x));
}

const char* to_string(child_event x) noexcept {
  static constexpr std::array names{"starting", "ready",    "ended",   "backing_off",
                                    "parked",   "finished", "waiting", "restarting"};
  static_assert(names.size() == child_event_count);
  return pick(names, static_cast<std::size_t>(x));
}

std::string signal_name(int number) {
  if (const char* name = ::sigabbrev_np(number)) return std::string("SIG") + name;
  return "SIG" + std::to_string(number);
}

std::string size_text(std::uint64_t size) {
  static constexpr std::array<std::pair<std::uint64_t, const char*>, 6> units{
      {{1ULL << 30, " GiB"},
       {1'000'000'000, " GB"},
       {1ULL << 20, " MiB"},
       {1'000'000, " MB"},
       {1ULL << 10, " KiB"},
       {1'000, " kB"}}};
  for (const auto& [unit, name] : units)
    if (size != 0 && size % unit == 0) return std::to_string(size / unit) + name;
  return std::to_string(size) + " bytes";
}

std::string memory_words(const process_exit& x) {
  if (!x.out_of_memory) return {};
  return x.memory_limit_bytes == 0
             ? "out of memory"
             : "out of memory (limit " + size_text(x.memory_limit_bytes) + ")";
}

std::string to_string(const process_exit& x) {
  if (x.status == process_exit::unknown) return "an exit that nobody saw";
  auto text = (x.signaled ? "signal " : "exit ") + std::to_string(x.status);
  if (x.signaled) text += " (" + signal_name(x.status) + ")";
  if (x.core_dumped) text += ", core dumped";
  if (x.out_of_memory) text += ", " + memory_words(x);
  return text;
}

std::string to_string(const gone_reason& x) {
  std::string text;
  switch (x.kind) {
  case gone_kind::exited:
    text = x.exit.status == process_exit::unknown
               ? "ended, and nobody saw how"
               : "exited with code " + std::to_string(x.exit.status);
    if (x.exit.out_of_memory) text += ", " + memory_words(x.exit);
    break;
  case gone_kind::killed:
    text = x.exit.out_of_memory && x.exit.status == SIGKILL ? "killed: " + memory_words(x.exit)
                                                            : "killed by " + to_string(x.exit);
    break;
  case gone_kind::stopped:
    text = "stopped";
    break;
  case gone_kind::hung:
    text = "hung";
    break;
  case gone_kind::handshake_timeout:
    text = "not ready within its start timeout";
    break;
  case gone_kind::handshake_failed:
    text = "failed the MCP handshake";
    break;
  case gone_kind::spawn_failed:
    text = "could not be started";
    break;
  case gone_kind::overflowed:
    text = "broke a limit of its link";
    break;
  case gone_kind::internal_error:
    text = "ended by an internal error of toolscore";
    break;
  case gone_kind::disconnected:
    text = "lost";
    break;
  case gone_kind::login_needed:
    return x.detail; // Which says what to do, and is no crash.
  }
  if (!x.detail.empty()) text += ": " + x.detail;
  return text;
}

} // namespace toolscore
