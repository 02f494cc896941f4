#pragma once
#include "mcp/envelope.hpp"
#include "runners/link.hpp"
#include "runners/process_host.hpp"
#include "runners/side_channels.hpp"
#include "tests/actor_fixture.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::test {

using std::chrono::milliseconds;

enum class speech { modern, legacy, silent, garbage, refuses };

/// How one process will behave, decided when it is asked for.
struct manner {
  std::string spawn_error; ///< Not empty: it cannot be started.
  std::string open_throws; ///< Not empty: opening its link throws this in its actor.
  std::string send_throws; ///< Not empty: so does the first line written to it, the handshake's.
  milliseconds spawn_takes{1};
  speech says = speech::modern;
  milliseconds handshake_takes{1};
  std::string capabilities = R"({"tools":{}})";
  std::string refuses;                     ///< A method that a legacy one answers with -32002.
  std::optional<milliseconds> exits_after; ///< By itself, as `exit` says.
  process_exit exit{false, 1};
  std::optional<milliseconds> hangs_after; ///< From there on it answers nothing.
  bool heeds_stdin = true;
  bool heeds_term = true;
  milliseconds end_takes{1}; ///< From what it heeds, or a kill, to the empty tree.
  std::optional<milliseconds> answers_after = milliseconds{1}; ///< Empty: by hand.
  std::optional<milliseconds> listens_after; ///< From there on its port answers probes.
  /// What it answers instead, by method and cursor: "tools/list", "tools/list 2". Empty: nothing.
  std::map<std::string, std::string> lists;
};

/// What was seen of one process, from the request to the empty tree.
struct process_life {
  std::string server;
  manner how;
  actor_fixture::moment asked{}; ///< When its start was ordered.
  actor_fixture::moment ended{};
  std::optional<actor_fixture::moment> ready;  ///< When it answered the handshake.
  std::optional<actor_fixture::moment> closed; ///< When its stdin was closed: a stop has begun.
  std::int64_t pid = 0;
  bool runs = false;
  bool over = false;
  bool hangs = false;
  std::deque<std::string> calls;  ///< Upstream ids that wait for an answer, as they came.
  std::vector<std::string> heard; ///< "stdin", "term", "kill", each with its time in ms.
  std::vector<std::string> lines; ///< Every line it was sent.
  link_events wire;
  std::function<void(process_exit)> on_exit;
  launch_plan plan;
  actor_fixture::moment born{};
  std::string probe_failure;   ///< What its port answers instead of success.
  std::size_t probes = 0;      ///< Asked so far.
  std::uint64_t sent = 0;      ///< Lines written to it.
  std::uint64_t begun = 0;     ///< Of them, those that it got a byte of.
  std::optional<kept_as> keep; ///< It is to outlive the node.
  bool adopted = false;        ///< A former node started it.
};
using life_ptr = std::shared_ptr<process_life>;

/// Processes that are none: they live on the fixture's virtual time and speak a little MCP. A
/// server is known by its plan's name.
class virtual_host final : public process_host {
public:
  explicit virtual_host(actor_fixture& time);

  void spawn(const launch_plan& plan, spawn_options options, spawned then) override;
  std::shared_ptr<link> open_link(hosted_process& process, link_events events);
  std::optional<kept_instance> kept(const server_id& server) const override;
  std::uint64_t last_kept(const server_id& server) const override;
  bool end_kept(const server_id& server, milliseconds term, std::function<void()> then) override;
  /// One runs since a former node's time, and waits to be asked for.
  life_ptr leave_over(const kept_as& what, manner how);

  /// Ends it as if by itself.
  void crash(const life_ptr& life, process_exit exit = {true, 11});
  /// Answers its oldest call, with that result object if it is not empty.
  void answer(const life_ptr& life, const std::string& result = {});
  void say(const life_ptr& life, const std::string& line);
  /// Its tree sends this to NOTIFY_SOCKET.
  void notify(const life_ptr& life, const std::string& datagram);

  life_ptr last(const std::string& server) const;
  std::size_t starts(const std::string& server) const;
  std::size_t alive(const std::string& server) const;
  std::size_t alive() const;

  /// Chooses how the next process of a server behaves; `start` counts from 1.
  std::function<manner(const std::string& server, std::size_t start)> choose;
  std::vector<life_ptr> lives;                    ///< In the order of their starts.
  std::function<void(const life_ptr&)> on_change; ///< After every birth and death.
  std::function<void(const life_ptr&)> on_close;  ///< When the stdin of one is closed.
  std::uint64_t next_pid = 1000;
  side_channels outside;    ///< What the instances of this host have.
  std::string refuses_side; ///< Not empty: no socket and no port is to be had.

private:
  friend class virtual_process;
  friend class virtual_link;
  void die_after(const life_ptr& life, milliseconds delay, process_exit exit);
  void hear(const life_ptr& life, const std::string& line);
  bool hear_list(const life_ptr& life, const std::string& line, const envelope& spans);
  void hear_legacy(const life_ptr& life, std::string_view method, std::string_view id);
  void reply(const life_ptr& life, milliseconds delay, std::string line, bool opens = false);

  bool adopt_kept(const launch_plan& plan, const spawn_options& options, const spawned& then);
  void answer_probe(const probe_target& target, const std::weak_ptr<void>& wanted,
                    const std::function<void(std::string)>& then);

  actor_fixture& time_;
  mcp::scanner scanner_;
  std::map<std::string, std::function<void(std::string)>> sockets_; ///< Those that listen.
  std::uint64_t last_socket_ = 0;
  std::uint16_t last_port_ = 20'000;
  std::map<std::string, life_ptr> offers_;         ///< Nobody has asked for them yet.
  std::vector<std::function<void()>> behind_kept_; ///< Starts that wait for the end of one.
};

} // namespace toolscore::test
