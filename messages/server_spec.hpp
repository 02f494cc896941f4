#pragma once
#include "messages/ids.hpp"
#include "messages/isolation.hpp"
#include "messages/relations.hpp"
#include "messages/view_policy.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

using std::chrono::milliseconds;

struct http_endpoint;

/// When a supervisor starts a child again (OTP's words).
enum class restart_type : std::uint8_t { permanent, transient, temporary };
const char* to_string(restart_type x) noexcept;

/// The delay between restarts of one child: min * factor^n, at most max, +- jitter.
/// A child that had been ready restarts at once the first time.
struct backoff_policy {
  milliseconds min{200};
  milliseconds max{30'000};
  double factor = 2.0;
  double jitter = 0.2;              ///< Fraction of the delay, 0 to 1.
  milliseconds reset_after{60'000}; ///< So long ready, and the count is forgotten.
};

/// The brake on a whole server: over it, the server is parked as crash_loop.
struct intensity_policy {
  std::uint32_t max = 5; ///< Restarts allowed in `period`.
  milliseconds period{60'000};
  std::uint32_t never_ready = 6;   ///< Starts in a row that never got ready.
  milliseconds half_open{300'000}; ///< A parked server is tried again after this; 0 = never.
};

struct ping_policy {
  milliseconds every{15'000}; ///< 0 switches pings off.
  milliseconds timeout{5'000};
  std::uint32_t failures = 3; ///< So many in a row make an instance hung.
};

/// How long each rung of the stop ladder waits before the next.
struct stop_policy {
  milliseconds drain{5'000};
  milliseconds stdin_close{2'000};
  milliseconds term{3'000};
};

struct queue_policy {
  std::uint32_t max = 256; ///< Calls that wait while the server starts; also in flight.
  milliseconds wait{60'000};
};

/// Calls that are refused at once, while a server answers none.
struct breaker_policy {
  std::uint32_t failures = 10; ///< Calls in a row that got no answer; 0 = never.
  milliseconds open{10'000};   ///< Until one is tried; doubled each time that fails.
  milliseconds open_max{300'000};
};

/// Exits that count as success for a transient server.
struct success_policy {
  std::vector<int> codes{0};
  std::vector<int> signals;
};

struct limits_policy {
  std::uint64_t memory_bytes = 0; ///< 0 = none.
  double cpu = 0;                 ///< Cores; 0 = none.
  std::uint32_t pids = 0;         ///< Processes and threads of its whole tree; 0 = none.
  /// False: `pids` is only the default's, and a host that cannot give it starts the server without.
  bool pids_required = true;
  std::uint32_t files = 4096;
};

/// How an instance is spoken to.
enum class link_kind : std::uint8_t {
  stdio,
  none, ///< A sidecar that speaks no MCP: kept alive, never called.
  http, ///< Streamable HTTP; what takes no POST is spoken to as `sse`.
  sse,  ///< HTTP with a stream of events beside it, as of 2024-11-05.
};
/// Whether it is spoken to at a place of its own, and not over its stdin and stdout.
constexpr bool is_dialed(link_kind x) noexcept {
  return x == link_kind::http || x == link_kind::sse;
}
const char* to_string(link_kind x) noexcept;

/// Who shares an instance of a legacy server; its client's capabilities are told to it once for
/// all.
enum class session_mode : std::uint8_t {
  automatic,     ///< Everybody, but for callers that can be asked: they have one of their own.
  shared,        ///< Everybody: it is told that nobody can be asked.
  serial,        ///< Everybody, one call at a time of those in which it may ask.
  per_session,   ///< Nobody: each session of a legacy client has one.
  per_principal, ///< All sessions and calls of one principal.
};
const char* to_string(session_mode x) noexcept;

/// What becomes of an instance when its node ends, however that ends.
enum class node_exit : std::uint8_t {
  stop,
  keep, ///< It runs on, and the next node adopts it as it is.
};
const char* to_string(node_exit x) noexcept;

/// What becomes of a tool that is not as it was approved.
enum class pin_mode : std::uint8_t {
  off,     ///< Nobody looks.
  warn,    ///< It is told.
  enforce, ///< It is told, and neither listed nor called until somebody approves it.
};
const char* to_string(pin_mode x) noexcept;

/// What makes an instance that runs a ready one.
enum class ready_kind : std::uint8_t {
  mcp,     ///< The MCP handshake.
  started, ///< It runs: nothing more is asked of it.
  log,     ///< It runs, and a line of its log has matched.
  notify,  ///< It says READY=1 on NOTIFY_SOCKET.
  http,    ///< Its port answers a GET of a path with a status of 200 to 399.
  tcp,     ///< Its port takes a connection.
  ws,      ///< Its port opens a WebSocket at a path.
};
const char* to_string(ready_kind x) noexcept;

struct ready_policy {
  ready_kind kind = ready_kind::mcp;
  std::string log_pattern; ///< log: a regular expression, in RE2's syntax, that compiles.
  std::string path;        ///< http, ws: begins with '/'.
  bool probes() const noexcept {
    return kind == ready_kind::http || kind == ready_kind::tcp || kind == ready_kind::ws;
  }
  bool operator==(const ready_policy&) const = default;
};

/// A port that is chosen when an instance starts.
inline constexpr std::uint16_t port_auto = 0;

inline constexpr std::uint32_t replicas_max = 64;

/// Every policy of one server, defaults as documented.
struct server_policy {
  link_kind link = link_kind::stdio;
  std::optional<ready_policy> ready; ///< Empty: mcp, or started where there is no link.
  /// Where it listens on loopback; port_auto = each instance is given a free one as PORT.
  std::optional<std::uint16_t> port;
  restart_type restart = restart_type::permanent;
  backoff_policy backoff;
  intensity_policy intensity;
  milliseconds start_timeout{60'000};
  milliseconds call_timeout{120'000};
  milliseconds call_timeout_max{600'000};
  ping_policy ping;
  stop_policy stop;
  queue_policy queue;
  breaker_policy breaker;
  success_policy success;
  limits_policy limits{.pids = 512, .pids_required = false};
  isolation_policy isolation; ///< Of processes of this host; a container has its own.
  std::vector<std::string> tools_allow{"*"};
  std::vector<std::string> tools_deny;
  std::map<std::string, std::string> tools_rename;   ///< At the joint endpoints alone.
  std::map<std::string, std::string> tools_describe; ///< There, too.
  pin_mode pin = pin_mode::warn;
  prefix_mode prefix = prefix_mode::always;
  bool instructions = true;   ///< The joint endpoints pass its instructions on.
  std::uint32_t replicas = 1; ///< Instances that are to run at once, 1 to replicas_max.
  dependency_map depends_on;
  significance significant = significance::none;
  milliseconds idle_stop{0}; ///< So long without a call, and it sleeps; 0 = never.
  session_mode sessions = session_mode::automatic;
  node_exit on_node_exit = node_exit::stop;
  milliseconds max_lifetime{0}; ///< An instance that was ready so long is replaced; 0 = never.
};

/// What of the host a container sees.
struct container_mount {
  std::string source; ///< Absolute, on the host.
  std::string target; ///< Absolute, in the container.
  bool writable = false;
  bool operator==(const container_mount&) const = default;
};

/// What a container hears of the world.
enum class container_network : std::uint8_t {
  none, ///< Its own loopback and nothing else.
  full, ///< The engine's default network.
};
const char* to_string(container_network x) noexcept;

/// When an image is fetched from its registry.
enum class pull_policy : std::uint8_t {
  missing, ///< Where the engine does not have it.
  always,  ///< At each install.
  never,
};
const char* to_string(pull_policy x) noexcept;

/// How a server runs in a container.
struct container_settings {
  std::string image; ///< As the user wrote it; empty = no container.
  std::string user;  ///< "UID[:GID]" or names of the image; empty = the image's own.
  container_network network = container_network::none;
  pull_policy pull = pull_policy::missing;
  bool writable_root = false; ///< /tmp is writable anyway.
  std::vector<container_mount> mounts;
  bool operator==(const container_settings&) const = default;
};

/// Where a server comes from. Exactly one; `command` also covers `npx` and `uvx`.
enum class source_kind : std::uint8_t {
  command,
  git,
  npm,     ///< A package of npm's registry.
  pypi,    ///< A package of a Python index.
  path,    ///< A project in a directory of this host, installed from a copy.
  archive, ///< A project in an archive: zip, tar and what compresses it.
  bundle,  ///< An MCP bundle (.mcpb): an archive that says how it is started.
  image,   ///< Runs in a container; `command` and `args` take the place of the image's own.
  remote,  ///< It runs elsewhere: an instance is a connection, and nothing is started here.
};
const char* to_string(source_kind x) noexcept;

/// One MCP server as the user configured it.
struct server_spec {
  server_id id;
  source_kind source = source_kind::command;
  std::string command;                    ///< command: the program; else an optional override.
  std::vector<std::string> args;          ///< Appended to what the runner found, or to `command`.
  std::map<std::string, std::string> env; ///< On top of the minimal environment.
  std::string cwd;                        ///< Empty: the server's own directory.
  std::string git;                        ///< git: the repository's URL.
  std::string ref;     ///< git: branch, tag or commit; empty = the remote's HEAD.
  std::string subdir;  ///< git, path, archive: where in it the server is.
  std::string package; ///< npm, pypi: name and version, as written.
  std::string from;    ///< path: the directory; archive, bundle: a URL or a file.
  std::string sha256;  ///< archive, bundle: of the file, lower case; empty = not checked.
  /// bundle: values of its `user_config`, several where it takes several.
  std::map<std::string, std::vector<std::string>> user_config;
  /// What is run in place of the detected build, one argv each.
  std::vector<std::vector<std::string>> build;
  container_settings container; ///< image: of what and how.
  /// Where it is spoken to, if that is a place of its own; else null.
  std::shared_ptr<const http_endpoint> endpoint;
  server_policy policy;
  std::string origin_json; ///< The configuration object it was read from, compact.
  bool disabled = false;   ///< Kept but not started: its desired state begins as stopped.
};

} // namespace toolscore
