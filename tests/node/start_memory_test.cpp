#include "node/start_memory.hpp"

#include "node/start_memory_io.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

using namespace toolscore;

namespace {

long resident_pages() {
  long size = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident;
}

} // namespace

BOOST_AUTO_TEST_SUITE(start_memory)

BOOST_AUTO_TEST_CASE(only_unchanged_copies_of_files_are_given_back) {
  const std::string smaps = R"(55aa2000-55aa4000 r--p 00000000 fe:00 247498      /usr/bin/x
Size:                  8 kB
Anonymous:             0 kB
VmFlags: rd mr mw me
55aa4000-55aa9000 r-xp 00002000 fe:00 247498      /usr/bin/x y
Anonymous:             0 kB
55aa9000-55aaa000 r--p 00007000 fe:00 247498      /usr/bin/x
Anonymous:             4 kB
55aaa000-55aab000 rw-p 00008000 fe:00 247498      /usr/bin/x
Anonymous:             0 kB
55aab000-55aac000 r--s 00008000 fe:00 247499      /usr/share/map
Anonymous:             0 kB
7f000000-7f100000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f100000-7f200000 r--p 00000000 00:00 0
Anonymous:             0 kB
7ffd0000-7ffd2000 r-xp 00000000 00:00 0           [vdso]
Anonymous:             0 kB
)";
  const auto found = file_copies(smaps);
  BOOST_REQUIRE_EQUAL(found.size(), 2);
  BOOST_TEST((found[0] == memory_range{0x55aa2000, 0x55aa4000}));
  BOOST_TEST((found[1] == memory_range{0x55aa4000, 0x55aa9000}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_left_alone) {
  for (const char* text :
       {"", "\n\n", "55aa2000", "55aa2000-", "-55aa4000 r-xp 0 0 0 /x\nAnonymous: 0 kB",
        "55aa4000-55aa2000 r-xp 0 0 0 /x\nAnonymous: 0 kB\n",
        "55aa2000-55aa4000 r-xp 0 0 0 /x\nAnonymous:\n",
        "55aa2000-55aa4000 r-xp 0 0 0 /x\nAnonymous: 0 kB of 4\n",
        "Anonymous: 0 kB\n55aa2000-55aa4000 r-xp 0 0 0 /x\n"})
    BOOST_TEST(file_copies(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(a_program_goes_on_with_less) {
  const auto before = resident_pages();
  give_back_start_memory();
  BOOST_TEST(resident_pages() < before);
}

BOOST_AUTO_TEST_SUITE_END()
