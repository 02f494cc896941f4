#include "runners/image/dockerfile_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

std::string shown(const std::string& text) {
  std::string out;
  for (const auto& x : toolscore::dockerfile_lines(text))
    out += std::to_string(x.line) + ":" + x.text + "|";
  return out;
}

std::size_t found(const std::string& text, const build_step& step) {
  const auto all = toolscore::dockerfile_lines(text);
  const auto* const line = line_of(all, step);
  return line == nullptr ? 0 : line->line;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dockerfile_lines)

BOOST_AUTO_TEST_CASE(instructions_have_the_line_on_which_they_begin) {
  BOOST_TEST(shown("# x\nFROM scratch\n\nRUN a \\\n  # why\n  && b\nCMD c") ==
             "2:FROM scratch|4:RUN a && b|7:CMD c|");
  BOOST_TEST(shown("# escape=`\nFROM x\nRUN a `\nb\nRUN c\\\nCMD d\n") ==
             "2:FROM x|3:RUN a b|5:RUN c\\|6:CMD d|");
  BOOST_TEST(shown("FROM x\nRUN <<EOF\nFROM y\n  EOF\nCMD <<EOF\nCMD d\n") ==
             "1:FROM x|2:RUN <<EOF|5:CMD <<EOF|6:CMD d|");
  BOOST_TEST(shown("COPY <<-'A' <<B /x\n1\nA\n2\nB\nCMD d\r\n") == "1:COPY <<-'A' <<B /x|6:CMD d|");
  BOOST_TEST(shown("FROM x\nRUN a \\") == "1:FROM x|2:RUN a|");
  BOOST_TEST(shown("") == "");
  BOOST_TEST(shown("RUN <<EOF\nwithout an end") == "1:RUN <<EOF|");
}

BOOST_AUTO_TEST_CASE(a_step_is_found_by_its_text_and_among_equals_by_its_number) {
  const std::string text = "ARG V=1\nFROM a AS one\nRUN x\nRUN   y\nFROM b\nRUN x\nRUN x\n";
  BOOST_TEST(found(text, {0, 4, 7, "RUN y"}) == 4u);
  BOOST_TEST(found(text, {1, 2, 3, "RUN x"}) == 3u);
  BOOST_TEST(found(text, {2, 2, 3, "RUN x"}) == 6u);
  BOOST_TEST(found(text, {2, 3, 3, "RUN x"}) == 7u);
  BOOST_TEST(found(text, {0, 6, 7, "RUN x"}) == 6u); // Numbered through, as Docker does.
  BOOST_TEST(found(text, {0, 99, 99, "RUN x"}) == 3u);
  BOOST_TEST(found(text, {2, 4, 4, "LABEL a=b"}) == 0u); // The engine's own.
}

BOOST_AUTO_TEST_SUITE_END()
