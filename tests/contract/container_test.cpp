// What is a container's alone.
#include "runners/cgroup_places.hpp"
#include "runners/node_cgroups_io.hpp"
#include "tests/contract/runner_fixture.hpp"
#include "tests/test_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace toolscore {

using test::backend;
using test::runner_fixture;
using test::shared_engine;

namespace {

boost::test_tools::assertion_result engine_is_there(boost::unit_test::test_unit_id) {
  return test::test_engine::is_there();
}

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Runs one beside the node, as another program or a former node would.
void run_container(const std::string& name, const std::vector<std::string>& labels) {
  std::vector<std::string> words{"run", "--detach", "--network=none", "--name", name};
  for (const auto& label : labels) words.insert(words.end(), {"--label", label});
  words.insert(words.end(), {"--entrypoint", "/subject", test::test_image, "wait"});
  BOOST_REQUIRE_MESSAGE(!shared_engine().podman(words).empty(), shared_engine().log());
}

} // namespace

BOOST_AUTO_TEST_SUITE(container, *boost::unit_test::precondition(engine_is_there))

BOOST_AUTO_TEST_CASE(what_a_former_node_left_is_removed_and_nothing_else_is_touched) {
  runner_fixture all(backend::container);
  const auto own = cgroup_id_of(all.folder.string());
  run_container("left", {"toolscore.node=" + own, "toolscore.server=old"});
  run_container("other-node", {"toolscore.node=" + own + "0", "toolscore.server=old"});
  run_container("stranger", {"toolscore.server=old"});
  BOOST_TEST(shared_engine().containers().size() == 3u);
  const auto child = all.must_start(all.plan("subject", {"wait"}));
  const auto names = shared_engine().containers();
  BOOST_TEST(!has(names, "left"));
  BOOST_TEST(has(names, "other-node"));
  BOOST_TEST(has(names, "stranger"));
  BOOST_TEST(has(names, "toolscore-subject-1-" + own));
  BOOST_TEST(shared_engine().podman({"inspect", "--format", "{{.State.Running}}", "stranger"}) ==
             "true\n");
  shared_engine().podman({"rm", "--force", "--time", "0", "other-node", "stranger"});
}

BOOST_AUTO_TEST_CASE(a_former_node_is_looked_for_only_where_it_left_its_record) {
  runner_fixture all(backend::container);
  const auto own = cgroup_id_of(all.folder.string());
  run_container("left", {"toolscore.node=" + own});
  bool looked = false;
  all.containers->remove_former([&] { looked = true; });
  BOOST_TEST(all.run_until([&] { return looked; }));
  BOOST_TEST(has(shared_engine().containers(), "left"));
  std::ofstream(all.folder / "containers") << own << '\n';
  looked = false;
  all.containers->remove_former([&] { looked = true; });
  BOOST_TEST(all.run_until([&] { return looked; }));
  BOOST_TEST(!has(shared_engine().containers(), "left"));
  BOOST_TEST(all.kill_all());
  BOOST_TEST(!std::filesystem::exists(all.folder / "containers"));
}

BOOST_AUTO_TEST_CASE(nothing_is_left_at_the_engine_after_an_end) {
  runner_fixture all(backend::container);
  {
    const auto child = all.must_start(all.plan("subject", {"exit", "0"}));
    BOOST_TEST(all.exit_of(*child).has_value());
  }
  BOOST_TEST(all.run_until([&] { return all.alive() == 0; }));
  BOOST_TEST(shared_engine().containers().empty());
}

BOOST_AUTO_TEST_CASE(it_is_confined_as_it_says) {
  runner_fixture all(backend::container);
  const auto child = all.must_start(all.plan("subject", {"self"}));
  const int output = child->take_stdout();
  const auto line = all.read_line(output);
  // A child of the init, in a PID namespace of its own; no_new_privs at the line's end.
  BOOST_TEST(line.find(" 1 subject ") != std::string::npos, line);
  BOOST_TEST(line.ends_with(" 1"), line);
  BOOST_TEST(child->confined().starts_with("container: network none, read-only root, no "
                                           "capabilities"),
             child->confined());
  BOOST_TEST(child->confined().find("podman") != std::string::npos);
  ::close(output);
}

/// Not what the engine was asked for, but what the kernel has of it.
BOOST_AUTO_TEST_CASE(no_right_is_left_to_it_that_its_plan_does_not_name) {
  runner_fixture all(backend::container);
  auto plan = all.plan("subject", {"wait"});
  plan.limits.pids = 20;
  const auto child = all.must_start(plan);
  const auto proc = "/proc/" + std::to_string(child->pid());
  const auto status = text_of(proc + "/status");
  for (const char* none : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    BOOST_TEST(status.find(std::string(none) + ":\t0000000000000000\n") != status.npos,
               none << " in " << status);
  BOOST_TEST(status.find("NoNewPrivs:\t1\n") != status.npos, status);
  const auto mounts = text_of(proc + "/mountinfo");
  const auto root = mounts.find(" / ro"); // Where it is mounted, and how.
  BOOST_TEST(root != mounts.npos, mounts);
  std::istringstream links(text_of(proc + "/net/dev"));
  int count = 0;
  for (std::string line; std::getline(links, line);) count += line.find(':') != line.npos;
  BOOST_TEST(count == 1, links.str()); // Its own loopback.
  const auto places =
      find_cgroup_places(text_of(proc + "/cgroup"), text_of("/proc/self/mountinfo"));
  std::string limit;
  for (const auto& place : places)
    if (const auto text = text_of(place.directory + "/pids.max"); !text.empty()) limit = text;
  BOOST_TEST(limit == "20\n");
}

BOOST_AUTO_TEST_CASE(no_engine_is_one_line_that_says_what_to_do) {
  runner_fixture all(backend::container);
  auto nowhere = std::make_shared<engine_client>(
      all.io, std::vector<std::string>{(all.folder / "none.sock").string()});
  container_host lost(all.io, nowhere, {"x", ""});
  std::optional<error> failed;
  lost.spawn(all.plan("subject", {"wait"}), {}, [&](auto outcome) {
    if (!outcome) failed = outcome.failure();
  });
  BOOST_REQUIRE(all.run_until([&] { return failed.has_value(); }));
  BOOST_TEST(failed->detail.starts_with("no container engine answers ("), failed->detail);
  BOOST_TEST(failed->detail.find("none.sock: No such file") != std::string::npos);
  BOOST_TEST(failed->detail.find("node.engine") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_image_that_is_gone_is_named) {
  runner_fixture all(backend::container);
  auto plan = all.plan("subject", {"wait"});
  plan.container->settings.image = "localhost/no-such:1";
  const auto answer = all.start(plan);
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.failure().code == errc::spawn_failed));
  BOOST_TEST(answer.failure().detail.find("localhost/no-such:1") != std::string::npos,
             answer.failure().detail);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_engine_is_no_end_of_our_knowledge) {
  runner_fixture all(backend::container);
  const auto child = all.must_start(all.plan("subject", {"wait"}));
  shared_engine().kill_service();
  child->kill(); // By our own pidfd.
  const auto how = all.exit_of(*child);
  BOOST_TEST(how.has_value());
  BOOST_REQUIRE(shared_engine().start());
  BOOST_TEST(all.run_until([&] { return all.alive() == 0; })); // Removed once it answers again.
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore
