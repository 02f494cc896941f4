#include "runners/fetch/unpack_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(unpacking)

BOOST_AUTO_TEST_CASE(what_stays_inside_is_placed_with_plain_modes) {
  unpack_rules rules({}, 1'000);
  const auto placed = rules.place({"./a//b/../c", entry_type::file, "", 04777});
  BOOST_TEST_REQUIRE(placed.has_value());
  BOOST_TEST(placed->path == "a/c");
  BOOST_TEST(placed->mode == 0755U);
  BOOST_TEST(rules.place({"x", entry_type::file, "", 0666})->mode == 0644U);
  BOOST_TEST(rules.place({"d/", entry_type::directory, "", 0})->mode == 0755U);
  BOOST_TEST(rules.place({"./", entry_type::directory, "", 0})->path == "");
  BOOST_TEST(rules.place({"a/l", entry_type::symlink, "../b", 0})->target == "../b");
  BOOST_TEST(rules.place({"h", entry_type::hardlink, "./a/c", 0})->target == "a/c");
}

BOOST_AUTO_TEST_CASE(what_leaves_the_directory_or_is_no_file_is_refused) {
  const std::vector<archive_entry_facts> table{
      {"../x", entry_type::file, "", 0},
      {"a/../../x", entry_type::file, "", 0},
      {"/etc/passwd", entry_type::file, "", 0},
      {"", entry_type::file, "", 0},
      {"../", entry_type::directory, "", 0},
      {"/", entry_type::directory, "", 0},
      {"l", entry_type::symlink, "/etc", 0},
      {"l", entry_type::symlink, "..", 0},
      {"a/l", entry_type::symlink, "../../x", 0},
      {"a/l", entry_type::symlink, "/etc", 0},
      {"a/b/l", entry_type::symlink, "//etc", 0},
      {"l", entry_type::symlink, "", 0},
      {"h", entry_type::hardlink, "/etc/passwd", 0},
      {"h", entry_type::hardlink, "../x", 0},
      {"p", entry_type::other, "", 0},
  };
  for (const auto& entry : table) {
    unpack_rules rules({}, 1'000);
    BOOST_TEST(!rules.place(entry).has_value(), entry.path + " " + entry.target);
    BOOST_TEST(!rules.why().empty());
  }
}

BOOST_AUTO_TEST_CASE(what_grows_beyond_measure_is_refused) {
  unpack_limits limits;
  limits.entries_max = 2;
  limits.bytes_max = 1'000;
  limits.ratio_max = 10;
  limits.free_bytes = 100;
  unpack_rules entries(limits, 1'000);
  BOOST_TEST(entries.place({"a", entry_type::file, "", 0}).has_value());
  BOOST_TEST(entries.place({"b", entry_type::file, "", 0}).has_value());
  BOOST_TEST(!entries.place({"c", entry_type::file, "", 0}).has_value());
  unpack_rules ratio(limits, 20);
  BOOST_TEST(ratio.grow(100)); // Free whatever the ratio.
  BOOST_TEST(ratio.grow(100));
  BOOST_TEST(!ratio.grow(100));
  unpack_rules bytes(limits, 1'000);
  BOOST_TEST(bytes.grow(1'000));
  BOOST_TEST(!bytes.grow(1));
}

BOOST_AUTO_TEST_SUITE_END()
