#pragma once
#include "tests/sim/trace.hpp"
#include "tests/virtual_node.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace toolscore::test {

/// What must hold in every seed, told from what callers and the host see and never from the actors'
/// own state. The first fault stands; what follows it may be its echo.
class invariants {
public:
  invariants(virtual_node& node, trace& told);

  /// A server begins its life with this definition.
  void added(const server_spec& spec);
  /// Adds it to the node; one that is refused changes nothing.
  void add(const server_spec& spec);
  /// The node is about to be asked to stop: from here on nothing starts but what is on its way.
  void stopping();
  /// The tree ends by itself, its supervisors in their own order.
  void ending() { ending_ = true; }
  void about_to_spawn(const std::string& server);
  void check();
  /// After good days, long enough for every brake: who is wanted is ready.
  void check_recovered();
  /// Calls of good days, long ago: whoever could be up has answered with success.
  void check_served(const std::vector<made_call_ptr>& calls);
  /// After the end of the tree.
  void check_ended();
  const std::string& fault() const { return fault_; }
  void report(const std::string& what);

private:
  struct known_server {
    server_spec spec;
    std::size_t lives_before = 0; ///< Processes of a former server of its name.
  };
  void check_birth_or_death(const process_life& life);
  void check_calls();
  void check_orders();
  void check_rows();
  void check_row(const server_status& row);
  void check_replicas(const server_status& row, const std::vector<life_ptr>& living);
  void check_stop_order(const life_ptr& closed);
  void check_planned_stop(const process_life& closed);
  bool life_is_full(const process_life& life) const;
  bool has_drained_calls(const process_life& closed) const;
  bool moves_by_plan(const std::string& server, std::size_t place) const;
  bool idle_for(const process_life& life, milliseconds limit) const;
  void check_budget(const std::string& server);
  void check_turns(const process_life& closed);
  std::vector<life_ptr> living(const std::string& server) const;
  bool ordered_since(const std::string& server, actor_fixture::moment since) const;
  bool share_group(const std::string& one, const std::string& other) const;
  bool can_be_up(const std::string& server, const std::map<std::string, server_status>& rows) const;

  virtual_node& node_;
  trace& told_;
  actor_fixture::moment begun_;
  std::map<std::string, known_server> known_;
  std::size_t calls_done_ = 0;             ///< All before are answered.
  std::size_t orders_done_ = 0;            ///< All before are answered.
  std::string shown_;                      ///< The states of all servers, as they were told last.
  std::map<std::string, std::size_t> due_; ///< Starts that were on their way at the node's stop,
  std::set<std::int64_t> renewed_;         ///< and pids of the lives whose end was.
  bool stopping_ = false;
  bool ending_ = false;
  std::string fault_;
};

} // namespace toolscore::test
