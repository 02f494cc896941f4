#pragma once
#include "tests/sim/invariants.hpp"
#include "tests/sim/trace.hpp"
#include "tests/virtual_node.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace toolscore::test {

/// How one seed went.
struct seed_outcome {
  std::string fault;      ///< The first invariant that did not hold; empty if all did.
  std::uint64_t hash = 0; ///< Of its trace.
  std::vector<std::string> lines;
};

/// One seed: a tree, what happens to it, and what must hold after every step. All its chances come
/// from the seed, so that a seed is a test case of its own.
class world {
public:
  static constexpr int events_max = 200;

  world(actor_fixture& time, std::uint64_t seed, bool keeps_trace);
  /// The node outlives the rules, and ends by itself.
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  seed_outcome run();

private:
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }
  bool one_in(std::uint64_t odds) { return roll(odds) == 0; }
  const std::string& any() { return names_[roll(names_.size())]; }
  server_spec make_spec(std::size_t place);
  void make_groups();
  manner roll_manner();
  void roll_fault(manner& how);
  void step();
  void act(const std::string& name);
  void order(const std::string& name, server_verb verb);
  life_ptr victim(const std::string& name);
  void move_call(const std::string& name);
  void finish();
  void wake_all();
  void note(const std::string& what) { told_.note(begun_, node_.time.now(), what); }

  trace told_;
  virtual_node node_;
  std::mt19937_64 dice_;
  actor_fixture::moment begun_;
  invariants rules_;
  std::vector<std::string> names_;
  bool related_ = false;   ///< With dependencies and groups.
  bool many_ = false;      ///< Some servers have replicas.
  bool sleepy_ = false;    ///< Some servers sleep when idle, some have a longest life.
  bool good_days_ = false; ///< Every new process behaves.
};

} // namespace toolscore::test
