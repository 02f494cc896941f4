#include "runners/install_cache_io.hpp"
#include "runners/install_io.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <stdlib.h>

using namespace toolscore;

namespace {

cached_install install(const std::string& key, const std::string& from) {
  cached_install out;
  out.key = key;
  out.from = from;
  return out;
}

/// A state directory of its own.
struct state_directory {
  state_directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "toolscore-cache-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~state_directory() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    const auto file = path / "installs" / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::filesystem::path path;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cache)

BOOST_AUTO_TEST_CASE(what_any_server_may_start_from_is_used) {
  const auto all = uses_of({install("a-1", "npm package a"), install("a-2", "npm package a"),
                            install("b-1", "npm package b"), install("c-1", "")},
                           {{"one", "a-1", "npm package a"},
                            {"two", "a-1", "npm package a"},
                            {"three", "c-1", "npm package c"}});
  BOOST_REQUIRE(all.size() == 4u);
  BOOST_TEST(all[0].servers == (std::vector<std::string>{"one", "two"}),
             boost::test_tools::per_element());
  // Of another Node.js, which may be the one that the node has.
  BOOST_TEST(all[1].servers.size() == 2u);
  BOOST_TEST(all[2].removable());
  BOOST_TEST(!all[3].removable()); // Half-finished, and somebody is to finish it.
  BOOST_TEST(uses_of({install("x", "")}, {{"one", "y", ""}})[0].removable());
}

BOOST_AUTO_TEST_CASE(images_of_ours_are_told_from_all_others) {
  const std::string name = "localhost/toolscore-1-2";
  const auto found = images_of({{"sha256:aa", {}, 5, 0},
                                {"sha256:bb", {name + ":i-1"}, 6, 0},
                                {"sha256:cc", {"user/of-ours:1"}, 7, 0},
                                {"sha256:dd", {name + ":i-2", "user/tag:1"}, 8, 0},
                                {"sha256:ee", {name + "0:i-1"}, 9, 0}},
                               name);
  BOOST_REQUIRE(found.size() == 2u);
  BOOST_TEST(found[0].key == name + ":i-1"); // Those with a name go first.
  BOOST_TEST(found[1].key == "sha256:aa");
  const auto used = uses_of(found, {{"one", "k", "f", name + ":i-1"}, {"two", "k", "image", ""}});
  BOOST_TEST(used[0].servers == std::vector<std::string>{"one"}, boost::test_tools::per_element());
  BOOST_TEST(used[1].removable());
}

BOOST_FIXTURE_TEST_CASE(what_is_there_is_found_with_its_size_and_removed_whole, state_directory) {
  BOOST_TEST(find_installs(path.string()).empty());
  write("a-1/" + std::string(marker_name), R"({"key":"a-1","from":"npm package a","version":"1"})");
  write("a-1/node_modules/a/x", std::string(100'000, 'x'));
  write("b-1/node_modules/b/x", "x");
  write("c-1/" + std::string(marker_name), R"({"key":"other","from":"npm package c"})");
  write("d-1/" + std::string(marker_name), "no JSON");
  write("file", "x");
  std::filesystem::create_directory_symlink("/etc", path / "installs" / "link");
  const auto all = find_installs(path.string());
  BOOST_REQUIRE(all.size() == 4u);
  BOOST_TEST(all[0].key == "a-1");
  BOOST_TEST(all[0].from == "npm package a");
  BOOST_TEST(all[0].version == "1");
  BOOST_TEST(all[0].bytes >= 100'000u);
  BOOST_TEST(all[0].bytes < 300'000u);
  for (std::size_t i = 1; i < 4; ++i) BOOST_TEST(!all[i].complete(), all[i].key);
  BOOST_TEST(static_cast<bool>(remove_cached(path.string(), "a-1")));
  BOOST_TEST(!std::filesystem::exists(path / "installs" / "a-1"));
  BOOST_TEST(std::filesystem::exists(path / "installs" / "b-1"));
}

BOOST_AUTO_TEST_SUITE_END()
