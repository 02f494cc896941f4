// Tokens that are good for too little: what is told, what is asked for next, and what is not done.
#include "keeper_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct lacking : keeping {
  lacking() { lacks("admin"); }
  void lacks(const std::string& scope) {
    challenge = "Bearer error=\"insufficient_scope\", scope=\"" + scope + "\"";
  }
  login_record login_for(const std::string& scope, const std::string& access = "access-0") {
    auto out = login(0s, 3600s);
    out.tokens.scope = scope;
    out.tokens.access = access;
    return out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(scopes, lacking)

BOOST_AUTO_TEST_CASE(a_login_with_more_is_asked_for_and_this_one_stays) {
  log_in(login_for("read write"));
  BOOST_TEST(keeper->scope_to_ask("read") == "read");
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(
        told(refuse("access-0")) ==
        "unauthorized: this needs a login with the scopes \"admin\"; run: toolscore login docs");
  BOOST_TEST(told(ask()) == "access-0");
  BOOST_TEST(has_file());
  BOOST_TEST(asked.empty()); // Another token of this login would be good for no more.
  BOOST_TEST(keeper->challenge() == "");
  BOOST_TEST(keeper->scope_to_ask("read") == "read write admin");
  lacks("delete admin");
  told(refuse("access-0"));
  BOOST_TEST(keeper->scope_to_ask("") == "read write admin delete");
}

BOOST_AUTO_TEST_CASE(a_login_that_came_meanwhile_is_tried_once) {
  log_in(login_for("read"));
  told(refuse("access-0"));
  log_in(login_for("read", "access-of-another"));
  BOOST_TEST(keeper->scope_to_ask("read") == "read"); // The person has decided.
  BOOST_TEST(told(refuse("access-0")) == "access-of-another");
  BOOST_TEST(told(refuse("access-of-another", true)).starts_with("unauthorized: this needs"));
  BOOST_TEST(told(refuse("access-0", true)).starts_with("unauthorized: this needs"));
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(the_scope_of_the_configuration_is_asked_for_and_no_other) {
  settings.scope = "read";
  log_in(login_for("read"));
  BOOST_TEST(told(refuse("access-0")) ==
             "unauthorized: this needs a login with the scopes \"admin\"; see that \"scope\" under "
             "\"auth\" holds them; run: toolscore login docs");
  BOOST_TEST(keeper->scope_to_ask("write") == "read");
}

BOOST_AUTO_TEST_CASE(a_client_alone_has_nobody_to_log_in) {
  use();
  BOOST_TEST(told(ask()) == "access-1");
  BOOST_TEST(told(refuse("access-1")) ==
             "io_failed: its token is good for too little, this needs the scopes \"admin\"; write "
             "them into \"scope\" under \"auth\"");
  BOOST_TEST(asked.size() == 1u);
  BOOST_TEST(told(ask()) == "access-1");
}

BOOST_AUTO_TEST_CASE(what_a_server_may_ask_for_is_bounded_and_no_other_words) {
  log_in(login_for("read"));
  for (int i = 0; i < 1'000; ++i) {
    lacks("scope-" + std::to_string(i) + std::string(100, 'x'));
    told(refuse("access-0"));
    BOOST_REQUIRE(keeper->scope_to_ask("read").size() < 4'096);
  }
  lacks(std::string(7'000, 'y'));
  const auto huge = told(refuse("access-0"));
  BOOST_TEST(huge.size() < 200u, huge);
  lacks("good \x1b[31m");
  BOOST_TEST(told(refuse("access-0")).find('\x1b') == std::string::npos);
  lacks("");
  BOOST_TEST(told(refuse("access-0")).starts_with("unauthorized: this needs a login with more"));
  settings.client_id = "another"; // Other settings: what the server before has said is over.
  use();
  BOOST_TEST(told(ask()) == "access-0");
  BOOST_TEST(keeper->scope_to_ask("read") == "read");
}

BOOST_AUTO_TEST_SUITE_END()
