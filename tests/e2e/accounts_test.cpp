#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <sys/stat.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// A definition that proves with a file that it ran.
std::string proving(const std::string& proof) {
  return compact({{"name", "evil"},
                  {"config", {{"command", "/usr/bin/touch"}, {"args", {proof}}}},
                  {"wait", false}});
}

/// A directory in which every account may leave a proof.
std::string open_directory(const node_fixture& node) {
  const auto path = node.directory() + "/open";
  std::filesystem::create_directory(path);
  ::chmod(path.c_str(), 0777);
  return path;
}

void check_nothing_happened(const node_fixture& node, const std::string& proof) {
  BOOST_TEST(node.ask("GET", "/api/v1/servers/evil").status == 404);
  BOOST_TEST(!std::filesystem::exists(proof));
  for (const auto& entry : node.events()) BOOST_TEST(text_of(entry, "server") != "evil");
}

} // namespace

BOOST_AUTO_TEST_SUITE(accounts)

BOOST_AUTO_TEST_CASE(nobody_controls_a_node_over_tcp_without_its_token) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto proof = open_directory(node) + "/proof";
  const auto added = node.ask_as_stranger("POST", "/api/v1/servers", proving(proof));
  BOOST_TEST(added.status == 401, added.body);
  for (const char* verb : {"start", "stop", "restart"})
    BOOST_TEST(node.ask_as_stranger("POST", std::string("/api/v1/servers/fs/") + verb).status ==
                   401,
               verb);
  for (const char* path : {"/api/v1/servers", "/api/v1/servers/fs/logs", "/api/v1/trajectories",
                           "/api/v1/events", "/metrics"})
    BOOST_TEST(node.ask_as_stranger("GET", path).status == 401, path);
  BOOST_TEST(node.ask_as_stranger("DELETE", "/api/v1/servers/fs").status == 401);
  BOOST_TEST(node.status_of("fs") == "ready");
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  check_nothing_happened(node, proof);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(another_account_can_add_nothing_by_any_way) {
  if (!is_root()) {
    BOOST_TEST_MESSAGE("skipped: only root can be another account");
    return;
  }
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto proof = open_directory(node) + "/proof";
  const auto adds = [&](std::vector<std::string> way) {
    way.insert(way.end(), {"add", "evil", "--", "/usr/bin/touch", proof});
    return node.command(way, account::ordinary);
  };
  struct ::stat state {};
  BOOST_REQUIRE(::stat(node.state_dir().c_str(), &state) == 0);
  BOOST_TEST((state.st_mode & 0777) == 0700);
  auto end = adds({"--state-dir", node.state_dir()});
  BOOST_TEST(end.code != 0, end.text);
  BOOST_TEST(end.text.find("error: ") != std::string::npos, end.text);
  end = adds({"--url", node.url()});
  BOOST_TEST(end.code == 2, end.text);
  BOOST_TEST(end.text.find("token") != std::string::npos, end.text);
  // Even with every file permission out of the way, the peer's account decides.
  ::chmod(node.state_dir().c_str(), 0755);
  ::chmod((node.state_dir() + "/node.sock").c_str(), 0777);
  end = adds({"--state-dir", node.state_dir()});
  BOOST_TEST(end.code == 2, end.text);
  ::chmod(node.state_dir().c_str(), 0700);
  check_nothing_happened(node, proof);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(the_owner_can_do_what_another_account_cannot) {
  node_fixture node;
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto proof = open_directory(node) + "/proof";
  BOOST_TEST(node.ask("POST", "/api/v1/servers", proving(proof)).status == 202);
  BOOST_TEST(eventually([&] { return std::filesystem::exists(proof); }));
  BOOST_TEST(node.ask("DELETE", "/api/v1/servers/evil").status == 200);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
