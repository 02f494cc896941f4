#include "runners/oauth/pkce_io.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(pkce)

BOOST_AUTO_TEST_CASE(the_challenge_is_that_of_rfc_7636) { // Appendix B.
  BOOST_TEST(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
             "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

BOOST_AUTO_TEST_CASE(a_verifier_is_long_enough_plain_and_never_the_same) {
  std::set<std::string> seen;
  std::set<std::string> beginnings;
  std::set<std::string> ends;
  for (int i = 0; i < 1'000; ++i) {
    const auto one = random_secret();
    BOOST_TEST_REQUIRE(static_cast<bool>(one));
    BOOST_TEST(one->size() == 43u); // 43 to 128 (4.1).
    BOOST_TEST(one->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_") == std::string::npos);
    seen.insert(*one);
    beginnings.insert(one->substr(0, 10));
    ends.insert(one->substr(33));
  }
  BOOST_TEST(beginnings.size() == 1'000u); // None of it is fixed.
  BOOST_TEST(ends.size() == 1'000u);
  BOOST_TEST(seen.size() == 1'000u);
}

BOOST_AUTO_TEST_SUITE_END()
