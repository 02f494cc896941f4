#include "runners/image/build_news.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;

namespace {

struct heard {
  std::string lines;
  std::string steps;
  toolscore::build_news news{[this](std::string_view x) { lines += std::string(x) + "|"; },
                             [this](const build_step& x) {
                               steps += std::to_string(x.stage) + "/" + std::to_string(x.number) +
                                        "/" + std::to_string(x.count) + " " + x.text + "|";
                             }};
};

const std::string podman = R"({"stream":"[2/2] STEP 2/3: RUN [\"/t\",  \"7\"]\n"}
{"stream":"7\nby"}
{"stream":"e\n"}
no JSON
{"stream":3}
{"errorDetail":{"message":"x"},"error":"building at STEP \"RUN /t 7\": while running runtime: exit status 7\n"}
)";
const std::string docker = R"({"status":"Pulling from library/x","id":"1"}
{"status":"Digest: sha256:ab"}
{"stream":"Step 3/4 : RUN false"}
{"stream":"\n"}
{"stream":" ---\u003e Running in ab\n"}
{"aux":{"ID":"sha256:ab"}}
{"stream":"the end"})";

} // namespace

BOOST_AUTO_TEST_SUITE(build_news)

BOOST_AUTO_TEST_CASE(steps_lines_and_failures_are_told_however_they_are_cut) {
  for (std::size_t cut = 1; cut < podman.size(); ++cut) {
    heard all;
    all.news.feed(std::string_view(podman).substr(0, cut));
    all.news.feed(std::string_view(podman).substr(cut));
    all.news.finish();
    BOOST_REQUIRE(all.steps == "2/2/3 RUN [\"/t\", \"7\"]|");
    BOOST_REQUIRE(all.lines == "7|bye|");
    BOOST_REQUIRE(all.news.failure());
    BOOST_REQUIRE(*all.news.failure() ==
                  "building at STEP \"RUN /t 7\": while running runtime: exit status 7");
  }
  heard all;
  all.news.feed(docker);
  all.news.finish();
  BOOST_TEST(all.steps == "0/3/4 RUN false|");
  BOOST_TEST(all.lines == "Digest: sha256:ab| ---> Running in ab|the end|");
  BOOST_TEST(!all.news.failure());
}

BOOST_AUTO_TEST_CASE(a_line_over_the_limit_is_passed_over_and_the_next_one_is_read) {
  heard all;
  for (std::size_t i = 0; i <= toolscore::build_news::line_bytes_max / 1'000 + 1; ++i)
    all.news.feed(std::string(1'000, 'x'));
  all.news.feed("\n{\"stream\":\"after\\n\"}\n");
  BOOST_TEST(all.lines == "after|");
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_step_is_a_line) {
  for (const char* line :
       {"STEP 1: FROM x", "STEP 1/x: FROM x", "[1] STEP 1/2: x", "[1/2 STEP 1/2: x", "Step 1/2 x",
        "STEP /2: x", "STEP 99999999999999999999999/2: x", "", "STEP "})
    BOOST_TEST(!read_step(line), line);
}

BOOST_AUTO_TEST_SUITE_END()
