#include "runners/container/memory_evidence.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

BOOST_AUTO_TEST_SUITE(memory_evidence)

using namespace toolscore;

BOOST_AUTO_TEST_CASE(nothing_is_said_before_it_is_known) {
  struct row {
    struct memory_evidence seen;
    std::optional<bool> verdict;
  };
  const auto unknown = std::nullopt;
  for (const auto& row :
       std::vector<row>{{{true, 0, false}, true}, // The cgroup's own count is what counts.
                        {{false, 0, false}, false},
                        {{false, 2, true}, false},
                        {{unknown, 0, false}, unknown},
                        {{unknown, 0, true}, unknown},  // The removal's signal is under way.
                        {{unknown, 1, false}, unknown}, // For memory, or for the removal.
                        {{unknown, 1, true}, false},
                        {{unknown, 2, false}, true}, // There is one removal.
                        {{unknown, 2, true}, true},
                        {{unknown, 7, true}, true}})
    BOOST_TEST((was_out_of_memory(row.seen) == row.verdict),
               row.seen.signals << ' ' << row.seen.removal_seen);
}

BOOST_AUTO_TEST_CASE(the_limit_is_where_the_containers_name_is) {
  struct row {
    std::string of;
    std::string at;
  };
  for (const auto& row :
       std::vector<row>{{"/c/libpod-ab12", "/c/libpod-ab12"},
                        {"/c/libpod-ab12/container", "/c/libpod-ab12"},
                        {"/c/m.slice/libpod-ab12.scope/x/y", "/c/m.slice/libpod-ab12.scope"},
                        {"/c/other/x", "/c/other/x"}})
    BOOST_TEST(limited_cgroup(row.of, "ab12") == row.at);
  BOOST_TEST(limited_cgroup("/c/x", "") == "/c/x");
}

BOOST_AUTO_TEST_SUITE_END()
