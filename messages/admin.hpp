#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "messages/server_state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace toolscore {

/// One of several replicas, by its newest instance.
struct replica_status {
  std::uint64_t instance = 0; ///< 0 = none was started yet.
  process_status status = process_status::starting;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  std::uint16_t port = 0;
  std::uint32_t in_flight = 0;
  std::string confinement;
  std::string reason; ///< Why it is not ready, one line.
  std::string said;   ///< Its last STATUS=.
};

/// One server as `ps` and the REST API show it.
struct server_status {
  server_id id;
  process_status status = process_status::queued;
  desired_state desired = desired_state::running;
  source_kind source = source_kind::command;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  std::uint64_t instance = 0;
  std::uint32_t restarts = 0; ///< Since the node started.
  std::string confinement;    ///< What is really in force.
  std::string era;            ///< "legacy", "modern", or empty before a handshake.
  std::string protocol_version;
  std::string version; ///< serverInfo.version.
  std::string commit;
  std::string reason;                          ///< Why it is not ready, one line.
  std::chrono::system_clock::time_point since; ///< Of `status`.
  std::uint32_t in_flight = 0;
  std::uint32_t waiting = 0;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t garbage_lines = 0; ///< stdout lines that were no JSON-RPC message.
  std::uint32_t tools = 0;
  std::string said;       ///< The last STATUS= of the server itself, one line.
  std::uint16_t port = 0; ///< Where it listens on loopback, if that is known; 0 = not.
  std::uint32_t replicas_asked = 1;
  std::uint32_t replicas_ready = 0;
  std::uint32_t own_instances = 0;      ///< That callers have for themselves.
  std::string breaker = "closed";       ///< "open": calls are refused; "half_open": one is tried.
  std::vector<replica_status> replicas; ///< Where more than one is asked; pid is the first one's.
};

/// What install_server answers at the edge (library and REST).
struct install_result {
  bool success = false;
  std::string endpoint;
  std::int64_t pid = 0;
  std::string error_msg;
};

/// What is asked about the login of a remote server.
enum class login_verb : std::uint8_t {
  begin, ///< The page on which a person logs in.
  look,  ///< How that stands.
  end,   ///< Log out: its tokens are forgotten.
};

/// How a login stands. Holds no secret that outlives the login.
struct login_answer {
  enum class state : std::uint8_t {
    none,    ///< Nobody has begun one since the node's start.
    waiting, ///< For a person, on the page.
    done,
    failed,
  };
  state is = state::none;
  std::string url;    ///< waiting: the page, told to whoever began it.
  std::string detail; ///< failed: why, one line.
};
const char* to_string(login_answer::state x) noexcept;

/// What came of bringing a server's install up to date, or of going back.
struct update_result {
  bool changed = false; ///< It has gone over to another install; else nothing was changed.
  std::string from;     ///< The version, commit or digest it ran from.
  std::string to;       ///< The one it runs from now, the same where nothing has changed.
  std::string note;     ///< What else is to be known, one line; mostly empty.
};

enum class server_verb : std::uint8_t { start, stop, restart, remove };
const char* to_string(server_verb x) noexcept;

} // namespace toolscore
