#include "runners/container/image_digest.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

const std::string a = "sha256:" + std::string(64, 'a');
const std::string b = "sha256:" + std::string(64, 'b');

image_name name_of(const char* text) {
  return *parse_image_name(text);
}

/// An engine's answer about an image with these names by digest.
engine_answer inspected(const std::string& names) {
  return {200, R"({"Id":"sha256:0","RepoDigests":)" + names + "}"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(image_digest)

BOOST_AUTO_TEST_CASE(an_image_is_pinned_by_the_name_that_was_asked_for_else_by_another_of_its_own) {
  struct row {
    const char* asked;
    std::string names;
    std::string pinned; ///< Empty: it has none.
  };
  const row rows[] = {
      {"mcp/time:1", R"(["mcp/time@)" + a + R"("])", "mcp/time@" + a},
      {"mcp/time", R"(["docker.io/mcp/time@)" + a + R"("])", "mcp/time@" + a},
      {"docker.io/mcp/time", R"(["mcp/time@)" + a + R"("])", "docker.io/mcp/time@" + a},
      {"time", R"(["docker.io/library/time@)" + a + R"("])", "time@" + a},
      {"index.docker.io/library/time", R"(["time@)" + a + R"("])",
       "index.docker.io/library/time@" + a},
      // Of several names the one that was meant, of two digests of one name the first.
      {"mcp/time", R"(["x/y@)" + b + R"(","docker.io/mcp/time@)" + a + R"("])", "mcp/time@" + a},
      {"h:5000/x", R"(["h:5000/x@)" + a + R"(","h:5000/x@)" + b + R"("])", "h:5000/x@" + a},
      // Its name here is another one's there.
      {"localhost/mine", R"(["h:5000/x@)" + a + R"("])", "h:5000/x@" + a},
      {"h:5000/time", R"(["docker.io/library/time@)" + a + R"("])", "docker.io/library/time@" + a},
      {"mcp/time", "[]", ""},
      {"mcp/time", "null", ""},
      {"mcp/time", R"([5,"mcp/time","mcp/time:1","mcp/time@sha256:1","<none>@)" + a + R"("])", ""},
  };
  for (const auto& [asked, names, pinned] : rows) {
    const auto found = pinned_by_engine(name_of(asked), inspected(names));
    BOOST_TEST(static_cast<bool>(found) == !pinned.empty(), asked << " of " << names);
    if (found) {
      BOOST_TEST(*found == pinned);
      BOOST_TEST(parse_image_name(*found)->digest.size() == a.size());
    } else {
      BOOST_TEST((found.failure().code == errc::not_supported), found.failure().detail);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_registrys_answer_is_a_digest_or_nothing) {
  const auto asked = name_of("h:5000/x:1");
  BOOST_TEST(distribution_request(asked).target == "/v1.41/distribution/h:5000/x:1/json");
  const auto good = pinned_by_registry(asked, {200, R"({"Descriptor":{"digest":")" + a + R"("}})"});
  BOOST_REQUIRE(good);
  BOOST_TEST(*good == "h:5000/x@" + a);
  for (const char* none :
       {"", "[]", "{}", R"({"Descriptor":[]})", R"({"Descriptor":{"digest":1}})",
        R"({"Descriptor":{"digest":"sha256:1"}})", R"({"Descriptor":{"digest":"sha256:1 --x"}})"}) {
    const auto found = pinned_by_registry(asked, {200, none});
    BOOST_TEST(!found, none);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_about_an_image_is_none) {
  for (const char* none : {"", "null", "[]", "{}", R"({"Id":1})", "x"}) {
    const auto found = pinned_by_engine(name_of("x"), {200, none});
    BOOST_REQUIRE(!found);
    BOOST_TEST((found.failure().code == errc::io_failed), none);
  }
}

BOOST_AUTO_TEST_SUITE_END()
