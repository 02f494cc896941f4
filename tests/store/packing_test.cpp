#include "store/block_packing.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

using namespace toolscore;

namespace {

std::string kept_of(const std::string& bytes) {
  std::string kept = "of the block before";
  pack_block(bytes, kept);
  return kept;
}

std::string noise(std::size_t size) {
  std::mt19937 dice(3);
  std::string out(1, '\0'); // A record's flags.
  while (out.size() < size) out += static_cast<char>(dice());
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(packing)

BOOST_AUTO_TEST_CASE(what_is_unpacked_is_what_was_packed) {
  std::string room;
  for (const std::size_t size : {1, 4, 5, 6, 7, 20, 300, 4'000, 70'000, 3'000'000})
    for (const auto& bytes : {std::string(size, 'a'), noise(size)}) {
      const auto kept = kept_of(bytes);
      BOOST_TEST(kept.size() <= bytes.size());
      BOOST_TEST((unpack_block(kept, room) == bytes), size);
    }
}

BOOST_AUTO_TEST_CASE(what_repeats_itself_becomes_short_and_what_does_not_stays) {
  std::string records;
  for (int i = 0; i < 64; ++i)
    records += R"({"content":[{"type":"text","text":")" + std::to_string(i * 7'919) + R"("}]})";
  BOOST_TEST(kept_of(records).size() * 4 < records.size());
  const auto random = noise(5'000);
  BOOST_TEST((kept_of(random) == random));
}

BOOST_AUTO_TEST_CASE(a_block_over_the_limit_is_kept_as_it_is) {
  const std::string large((16u << 20) + 1, 'a');
  BOOST_TEST((kept_of(large) == large));
  const auto fits = kept_of(large.substr(1));
  BOOST_TEST(fits.size() < 100'000u);
}

BOOST_AUTO_TEST_CASE(what_was_broken_is_no_block) {
  const auto kept = kept_of(std::string(2'000, 'a'));
  std::string room;
  for (std::size_t length = 0; length < kept.size(); ++length)
    BOOST_TEST((unpack_block(kept.substr(0, length), room) == kept.substr(0, length)), length);
  for (std::size_t at = 1; at < 5; ++at) { // Another length than it has.
    auto other = kept;
    other[at] = static_cast<char>(other[at] + 1);
    BOOST_TEST((unpack_block(other, room) == other), at);
  }
  BOOST_TEST(room.size() <= 256 * kept.size());
}

BOOST_AUTO_TEST_SUITE_END()
