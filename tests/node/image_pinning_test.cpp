#include "node/sources/host_config.hpp"
#include "node/sources/image_pinning.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

} // namespace

BOOST_AUTO_TEST_SUITE(image_pinning)

BOOST_AUTO_TEST_CASE(an_image_without_a_digest_is_found_and_gets_one_in_its_place) {
  const auto exact = "x/y@" + digest;
  struct row {
    std::string config;
    const char* written; ///< Empty: it has its digest, or there is no image.
    std::string pinned;
  };
  const row rows[] = {
      {R"({"image":"x/y:1"})", "x/y:1", R"({"image":")" + exact + R"("})"},
      {R"({"image":"x/y"})", "x/y", R"({"image":")" + exact + R"("})"},
      {R"({"image":")" + exact + R"("})", "", ""},
      {R"({"image":"x/y:1@)" + digest + R"("})", "", ""},
      {R"({"image":"./Dockerfile","git":"g"})", "", ""},
      {R"({"command":"s","image":"x/y","runner":"process"})", "", ""},
      {R"({"command":"docker","args":["run","--gpus","x/y","x/y","x/y"]})", "x/y",
       R"({"command":"docker","args":["run","--gpus","x/y",")" + exact + R"(","x/y"]})"},
      {R"({"command":"docker","args":["run","--brand-new","x/y"]})", "", ""},
      {R"({"command":"docker","args":["run",")" + exact + R"("]})", "", ""},
      {R"({"command":"x","args":["run","x/y"]})", "", ""},
      {R"({"url":"https://h/mcp"})", "", ""},
  };
  for (const auto& [config, written, pinned] : rows) {
    const auto image = loose_image_of(reply_json::parse(config));
    BOOST_TEST(image.has_value() == !std::string_view(written).empty(), config);
    if (!image) continue;
    BOOST_TEST(image->written == written, config);
    BOOST_TEST(image->name.has_value(), config);
    const auto now = with_image(reply_json::parse(config), exact);
    BOOST_TEST(now == reply_json::parse(pinned), now.dump());
    BOOST_TEST(!loose_image_of(now), now.dump());
  }
}

BOOST_AUTO_TEST_CASE(each_start_asks_the_registry_only_where_it_is_written) {
  const auto anew = [](const char* container) {
    return loose_image_of(
               reply_json::parse(R"({"image":"x","container":)" + std::string(container) + "}"))
        ->anew;
  };
  BOOST_TEST(anew(R"({"pull":"always"})"));
  BOOST_TEST(!anew(R"({"pull":"missing"})"));
  BOOST_TEST(!anew("5"));
  const auto late = loose_image_of(reply_json::parse(R"({"image":"${IMAGE}"})"));
  BOOST_REQUIRE(late);
  BOOST_TEST(!late->name); // It is known at the start.
}

BOOST_AUTO_TEST_CASE(an_image_is_shown_with_what_keeps_it_or_that_nothing_does) {
  found_server server{"s",
                      "s",
                      reply_json::parse(R"({"image":"x/y:1","network":"none",
      "paths":{"read":["/a:/b"],"write":["/c:/c"]}})"),
                      {},
                      {},
                      {},
                      false,
                      {}};
  const auto loose = shown_server(server);
  BOOST_TEST(loose.find("  installs   image x/y:1\n  mounts     /a:/b (read), /c:/c\n"
                        "  network    none\n  image      any: what x/y:1 is when") != loose.npos,
             loose);
  server.config = with_image(server.config, "x/y@" + digest);
  BOOST_TEST(shown_server(server).find("any:") == std::string::npos);
  server.image = "told\x1b";
  BOOST_TEST(shown_server(server).find("  image      told") != std::string::npos);
  BOOST_TEST(shown_server(server).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
