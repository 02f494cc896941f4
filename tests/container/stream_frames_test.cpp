#include "runners/container/stream_frames.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace toolscore {
namespace {

using source = stream_frames::source;

std::string frame(int kind, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string head(8, '\0');
  head[0] = static_cast<char>(kind);
  for (int at = 0; at < 4; ++at)
    head[static_cast<std::size_t>(4 + at)] = static_cast<char>(size >> (24 - 8 * at) & 255U);
  return head + text;
}

struct told {
  std::string output;
  std::string errors;
};

void feed(stream_frames& frames, std::string_view input, told& out) {
  while (const auto piece = frames.next(input)) {
    BOOST_TEST(!piece->text.empty());
    (piece->from == source::output ? out.output : out.errors) += piece->text;
  }
}

} // namespace

} // namespace toolscore

BOOST_AUTO_TEST_SUITE(stream_frames)

using namespace toolscore;

BOOST_AUTO_TEST_CASE(each_stream_gets_its_own_however_the_bytes_are_cut) {
  const auto wire = frame(1, "hello\n") + frame(2, "oh no\n") + frame(1, "") + frame(1, "bye\n") +
                    frame(2, std::string(70'000, 'e'));
  for (const std::size_t cut : {1, 2, 3, 7, 8, 9, 11, 4096, 1 << 20}) {
    toolscore::stream_frames frames;
    told out;
    for (std::size_t at = 0; at < wire.size(); at += cut)
      feed(frames, std::string_view(wire).substr(at, cut), out);
    BOOST_TEST(out.output == "hello\nbye\n");
    BOOST_TEST(out.errors == "oh no\n" + std::string(70'000, 'e'));
    BOOST_TEST(frames.is_whole());
    BOOST_TEST(!frames.is_broken());
  }
}

BOOST_AUTO_TEST_CASE(an_end_inside_a_frame_is_seen) {
  const auto wire = frame(1, "hello");
  for (std::size_t size = 0; size <= wire.size(); ++size) {
    toolscore::stream_frames frames;
    told out;
    feed(frames, std::string_view(wire).substr(0, size), out);
    BOOST_TEST(frames.is_whole() == (size == 0 || size == wire.size()));
  }
}

BOOST_AUTO_TEST_CASE(a_head_that_is_none_breaks_the_stream_for_good) {
  for (const int kind : {0, 3, 10, 123, 255}) {
    toolscore::stream_frames frames;
    told out;
    feed(frames, frame(1, "good") + frame(kind, "bad") + frame(1, "more"), out);
    BOOST_TEST(frames.is_broken());
    BOOST_TEST(out.output == "good");
    feed(frames, frame(1, "later"), out);
    BOOST_TEST(out.output == "good");
  }
  auto padded = frame(1, "x");
  padded[2] = 1;
  toolscore::stream_frames frames;
  told out;
  feed(frames, padded, out);
  BOOST_TEST(frames.is_broken());
}

BOOST_AUTO_TEST_CASE(a_frame_of_four_gigabytes_holds_nothing) {
  const std::string head("\x01\0\0\0\xff\xff\xff\xff", 8);
  toolscore::stream_frames frames;
  told out;
  feed(frames, head + "abc", out);
  BOOST_TEST(out.output == "abc");
  BOOST_TEST(!frames.is_whole());
  BOOST_TEST(sizeof(frames) <= 32u);
}

BOOST_AUTO_TEST_SUITE_END()
