// The trial of an update is a start as any other: it has a place among those that are under way.
#include "actors/coordinator_actor.hpp"
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// A node in which one instance starts at once. "fs" serves and is updated; "busy" is stopped, and
/// takes ten seconds to get ready.
struct narrow_gate : actor_fixture {
  virtual_node node{*this, 1};
  server_spec fs = virtual_node::spec("fs");
  server_spec busy = virtual_node::spec("busy");
  std::chrono::milliseconds trial_takes{1};

  void run() {
    node.host.choose = [this](const std::string& server, std::size_t number) {
      manner how;
      if (server == "busy") how.handshake_takes = 10s;
      if (server == "fs" && number == 2) how.handshake_takes = trial_takes;
      return how;
    };
    node.install_version = "1.0.0";
    node.begin({{fs, desired_state::running, {}}, {busy, desired_state::stopped, {}}});
    advance(1s);
    BOOST_TEST_REQUIRE(node.status("fs") == "ready");
    node.install_version = "2.0.0";
  }
  std::size_t starts(const char* server) const { return node.host.starts(server); }
  static std::string told(const made_update_ptr& made) {
    if (!made->outcome) return "no answer";
    if (!*made->outcome) return made->outcome->failure().detail;
    return (**made->outcome).from + " -> " + (**made->outcome).to;
  }
  void replace_coordinator() {
    caf::anon_send_exit(node.tree->coordinator, caf::exit_reason::kill);
    settle();
    node.tree->coordinator = system.spawn(make_coordinator, node.tree, std::size_t{1});
    settle();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_trial, narrow_gate)

BOOST_AUTO_TEST_CASE(it_waits_for_its_place_among_the_starts) {
  run();
  node.order("busy", server_verb::start);
  advance(1s);
  const auto made = node.update("fs");
  advance(5s);
  BOOST_TEST(starts("fs") == 1u); // "busy" has the place.
  BOOST_TEST(made->answers == 0);
  advance(10s);
  BOOST_TEST(node.status("busy") == "ready");
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST(starts("fs") == 3u);
}

BOOST_AUTO_TEST_CASE(others_wait_for_the_place_that_it_has_until_it_is_ready) {
  trial_takes = 5s;
  run();
  const auto made = node.update("fs");
  advance(1s);
  BOOST_TEST(starts("fs") == 2u);
  node.order("busy", server_verb::start);
  advance(3s);
  BOOST_TEST(starts("busy") == 0u);
  advance(2s);
  BOOST_TEST(starts("busy") == 1u);
  advance(20s);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
  BOOST_TEST(node.status("busy") == "ready");
}

BOOST_AUTO_TEST_CASE(one_that_fails_or_is_given_up_leaves_its_place) {
  trial_takes = 1h;
  fs.policy.start_timeout = 3s;
  run();
  const auto failed = node.update("fs");
  advance(4s);
  BOOST_TEST(told(failed).find("not ready within") != std::string::npos, told(failed));
  node.order("busy", server_verb::start);
  advance(1s);
  BOOST_TEST(starts("busy") == 1u);
  // While it waits in the line it is overtaken by a stop, and holds up nobody behind it.
  const auto given_up = node.update("fs");
  advance(1s);
  BOOST_TEST(starts("fs") == 2u);
  node.order("fs", server_verb::stop);
  advance(1s);
  BOOST_TEST(told(given_up).find("a later stop overtook the update") != std::string::npos,
             told(given_up));
  node.order("fs", server_verb::start);
  advance(20s);
  BOOST_TEST(node.status("busy") == "ready");
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(starts("fs") == 3u);
}

BOOST_AUTO_TEST_CASE(what_would_hold_a_start_back_fails_it_and_the_old_one_serves_on) {
  fs.policy.depends_on = {{"busy", dependency_condition::ready}};
  node.host.choose = [](const std::string& server, std::size_t number) {
    manner how;
    if (server == "busy" && number > 1) how.handshake_takes = 1h;
    return how;
  };
  node.install_version = "1.0.0";
  node.begin({{fs, desired_state::running, {}}, {busy, desired_state::running, {}}});
  advance(1s);
  BOOST_TEST_REQUIRE(node.status("fs") == "ready");
  node.install_version = "2.0.0";
  for (const auto& life : std::vector(node.host.lives))
    if (life->server == "busy") node.host.crash(life);
  advance(1s);
  const auto made = node.update("fs");
  advance(1s);
  BOOST_TEST(made->answers == 1);
  BOOST_TEST(told(made).find("waits for \"busy\"") != std::string::npos, told(made));
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(starts("fs") == 1u);
}

BOOST_AUTO_TEST_CASE(a_coordinator_that_follows_another_knows_of_it) {
  trial_takes = 5s;
  run();
  node.order("busy", server_verb::start);
  advance(1s);
  const auto made = node.update("fs");
  advance(1s);
  // "busy" comes first and tells it of its place; then the trial asks once more.
  replace_coordinator();
  advance(1s);
  BOOST_TEST(starts("fs") == 1u);
  advance(8s);
  BOOST_TEST(starts("fs") == 2u);
  replace_coordinator(); // Now it is the trial that has the place.
  node.order("busy", server_verb::restart);
  advance(3s);
  BOOST_TEST(starts("busy") == 1u);
  advance(20s);
  BOOST_TEST(starts("busy") == 2u);
  BOOST_TEST(told(made) == "1.0.0 -> 2.0.0");
}

BOOST_AUTO_TEST_SUITE_END()
