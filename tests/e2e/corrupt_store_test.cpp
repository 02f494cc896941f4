// A state directory whose database cannot be trusted: refused at the start in one line, left as it
// is, and nothing started.
#include "node_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

std::string bytes_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// A node that has served, and ended in order, with a server of the file and an added one.
void make_store(node_fixture& node, const std::string& proof) {
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto added =
      node.ask("POST", "/api/v1/servers",
               compact({{"name", "added"}, {"config", node.fault_definition({})}, {"wait", true}}));
  BOOST_REQUIRE_MESSAGE(added.status == 201, added.body);
  for (int i = 0; i < 40; ++i)
    BOOST_REQUIRE(node.call("fs", "echo", {{"text", std::string(8'000, 'x')}}).good());
  end_well(node);
  // Whoever starts anything now leaves a proof.
  node.add("proving", {{"command", "/usr/bin/touch"}, {"args", {proof}}});
}

void check_refused(node_fixture& node, const std::vector<const char*>& words) {
  const auto file = node.state_dir() + "/toolscore.db";
  const auto proof = node.directory() + "/proof";
  const auto before = bytes_of(file);
  std::filesystem::remove(node.directory() + "/node.log");
  BOOST_TEST(!node.start(false));
  BOOST_TEST(node.wait_for_end(5s) == 1);
  const auto said = node.log();
  BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1, said);
  BOOST_TEST(said.find(file) != std::string::npos, said);
  for (const char* word : words) BOOST_TEST(said.find(word) != std::string::npos, said);
  BOOST_TEST((bytes_of(file) == before));
  BOOST_TEST(!std::filesystem::exists(proof));
  const auto left = census(node.marker());
  BOOST_TEST(left.empty(), to_string(left));
}

} // namespace

BOOST_AUTO_TEST_SUITE(corrupt_store)

BOOST_AUTO_TEST_CASE(a_damaged_store_starts_nothing_and_its_backup_brings_everything_back) {
  node_fixture node;
  make_store(node, node.directory() + "/proof");
  const auto file = node.state_dir() + "/toolscore.db";
  const auto good = bytes_of(file);
  BOOST_REQUIRE(good.size() > 32'768U * 6);
  const auto put = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  };
  auto garbage = good; // In the middle of the file, where pages have their heads.
  for (std::size_t page = 2; page < 5; ++page)
    garbage.replace(page * 32'768, 512, std::string(512, '\xAB'));
  put(garbage);
  check_refused(node, {"damaged", "put a backup in"});
  put(good.substr(0, good.size() / 2));
  check_refused(node, {"damaged", "put a backup in"});
  put("this is no database at all");
  check_refused(node, {"put a backup in"});

  put(good); // What the line says to do.
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("fs", "ready"));
  BOOST_TEST(node.wait_for_status("added", "ready"));
  BOOST_TEST(node.trajectories("fs").size() == 40u);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_program_starts_nothing_and_is_not_touched) {
  node_fixture node;
  make_store(node, node.directory() + "/proof");
  SQLite::Database(node.state_dir() + "/toolscore.db", SQLite::OPEN_READWRITE)
      .exec("INSERT INTO schema_version (version, what) VALUES (99, 'future')");
  check_refused(node, {"schema version 99", "start the newer program"});
}

BOOST_AUTO_TEST_SUITE_END()
