#include "keeper_fixture.hpp"
#include "messages/known_secrets.hpp"

#include <algorithm>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(keeper, keeping)

BOOST_AUTO_TEST_CASE(a_token_that_is_refused_is_replaced_once_for_all_who_held_it) {
  use();
  BOOST_TEST(told(ask()) == "access-1");
  BOOST_TEST(told(ask()) == "access-1");
  std::vector<heard> all;
  for (int i = 0; i < 20; ++i) all.push_back(refuse("access-1"));
  all.push_back(ask());
  for (const auto& one : all) BOOST_TEST(told(one) == "access-2");
  BOOST_TEST(told(refuse("access-1")) == "access-2"); // It heard of it late.
  BOOST_TEST(asked.size() == 2u);
  BOOST_TEST(discoveries == 1);
  const auto twice = told(refuse("access-2", true));
  BOOST_TEST(twice.starts_with("io_failed: it refuses the token that "), twice);
  BOOST_TEST(asked.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_due_is_renewed_once_however_many_wait) {
  log_in(login(3570s, 30s));
  std::vector<heard> all;
  for (int i = 0; i < 50; ++i) all.push_back(ask());
  for (int i = 0; i < 50; ++i) all.push_back(refuse("access-0"));
  for (const auto& one : all) BOOST_TEST(told(one) == "access-1");
  BOOST_REQUIRE(asked.size() == 1u);
  BOOST_TEST(field_of(asked[0], "grant_type") == "refresh_token");
  BOOST_TEST(field_of(asked[0], "refresh_token") == "refresh-0");
  BOOST_TEST(field_of(asked[0], "client_id") == "me");
  BOOST_TEST(field_of(asked[0], "resource") == peer.url());
  BOOST_TEST(told(refuse("access-1")) == "access-2");
  BOOST_TEST(field_of(asked.at(1), "refresh_token") == "refresh-1");
  const auto kept =
      read_login_record(read_login_file(world.secrets + "/docs").value_or(""), peer.url());
  BOOST_REQUIRE(kept.has_value());
  BOOST_TEST(kept->tokens.refresh == "refresh-2");
}

BOOST_AUTO_TEST_CASE(who_comes_during_a_renewal_waits_for_that_one) {
  log_in(login(3570s, 30s));
  hold = true;
  std::vector<heard> all{ask()};
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  all.push_back(ask());
  all.push_back(refuse("access-0"));
  run_for(100ms);
  BOOST_TEST(asked.size() == 1u);
  answer(held[0]);
  for (const auto& one : all) BOOST_TEST(told(one) == "access-1");
  BOOST_TEST(asked.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_token_that_was_refused_is_given_to_nobody_again) {
  use();
  BOOST_TEST(told(ask()) == "access-1");
  refusal = "{}";
  refused_by = 503;
  BOOST_TEST(told(refuse("access-1")).starts_with("io_failed: no token from "));
  BOOST_TEST(told(ask()).starts_with("io_failed: no token from "));
  refusal.clear();
  BOOST_TEST(told(ask()) == "access-2");
}

BOOST_AUTO_TEST_CASE(a_login_that_cannot_be_renewed_is_used_to_its_end) {
  log_in(login(3570s, 30s, ""));
  BOOST_TEST(told(ask()) == "access-0");
  BOOST_TEST(has_file());
  log_in(login(3601s, -1s, ""));
  BOOST_TEST(told(ask()) == "unauthorized: its login has ended; run: toolscore login docs");
  log_in(login(0s, 3600s, ""));
  BOOST_TEST(told(ask()) == "access-0");
  BOOST_TEST(told(refuse("access-0")).starts_with("unauthorized: its login has ended"));
  BOOST_TEST(wait([&] { return !has_file(); }));
  BOOST_TEST(told(ask()) == "");
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(an_issuer_that_is_away_costs_nothing_that_is_still_good) {
  log_in(login(3570s, 30s));
  refusal = "{}";
  refused_by = 503;
  BOOST_TEST(told(ask()) == "access-0");
  const auto refused = told(refuse("access-0"));
  BOOST_TEST(refused.starts_with("io_failed: its token has ended, and "), refused);
  log_in(login(3601s, -1s));
  const auto ended = told(ask());
  BOOST_TEST(ended.starts_with("io_failed: its token has ended, and "), ended);
  BOOST_TEST(has_file());
  refusal = R"({"error":"invalid_grant"})";
  refused_by = 400;
  BOOST_TEST(told(ask()) ==
             "unauthorized: its login has ended (it refused a token: invalid_grant); run: "
             "toolscore login docs");
  BOOST_TEST(wait([&] { return !has_file(); }));
}

BOOST_AUTO_TEST_CASE(a_client_asks_for_what_it_is_told_to_else_for_what_the_server_wants) {
  for (const auto& [own_scope, of_server, wanted] :
       {std::tuple{"mine", "Bearer scope=\"read write\"", "mine"},
        {"", "Bearer scope=\"read write\"", "read write"},
        {"", "Bearer", "all"},
        {"mine", "Bearer", "mine"}}) {
    settings.scope = own_scope;
    settings.client_id += "x"; // It begins anew.
    challenge = of_server;
    use();
    BOOST_TEST(told(ask()).starts_with("access-"));
    BOOST_TEST(field_of(asked.back(), "scope") == wanted);
    BOOST_TEST(field_of(asked.back(), "grant_type") == "client_credentials");
    BOOST_TEST(field_of(asked.back(), "resource") == peer.url());
  }
}

BOOST_AUTO_TEST_CASE(who_refuses_a_client_may_be_another_by_now) {
  use();
  refusal = R"({"error":"invalid_client"})";
  const auto why = told(ask());
  BOOST_TEST(why.starts_with("io_failed: no token from "), why);
  BOOST_TEST(why.ends_with("check \"client_id\" and \"client_secret\" under \"auth\""), why);
  refusal.clear();
  BOOST_TEST(told(ask()) == "access-1");
  BOOST_TEST(discoveries == 2);
}

BOOST_AUTO_TEST_CASE(what_is_read_from_a_file_is_hidden_from_everybody) {
  auto record = login(0s, 3600s, "refresh-of-a-file");
  record.tokens.access = "access-of-a-file";
  record.client = {"me", "secret-of-a-file", "client_secret_post"};
  BOOST_REQUIRE(write_login_file(world.secrets + "/docs", to_text(record)));
  settings = {};
  use();
  BOOST_TEST(told(ask()) == "access-of-a-file");
  for (const char* secret : {"access-of-a-file", "refresh-of-a-file", "secret-of-a-file"})
    BOOST_TEST(known_secrets::here().scrubbed(secret) == "[redacted]");
}

BOOST_AUTO_TEST_CASE(other_settings_begin_anew_and_the_same_do_not) {
  use();
  BOOST_TEST(told(ask()) == "access-1");
  use();
  BOOST_TEST(told(ask()) == "access-1");
  // Nor does what the server before has said lead anybody anywhere.
  challenge = "Bearer resource_metadata=\"nowhere\"";
  BOOST_TEST(told(refuse("access-1")) == "access-2");
  challenge = "Bearer";
  settings.client_id = "another";
  use();
  BOOST_TEST(told(ask()) == "access-3");
  BOOST_TEST(discoveries == 2);
  log_in(login(0s, 3600s));
  BOOST_TEST(told(ask()) == "access-0");
  settings.client_id = "mine";
  use();
  BOOST_TEST(told(ask()) == "access-0"); // Of its file: it is the same server.
}

BOOST_AUTO_TEST_CASE(what_was_under_way_for_other_settings_is_nobodys) {
  use();
  hold = true;
  const auto before = ask();
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  settings.client_id = "another";
  use();
  BOOST_TEST(told(before) == "io_failed: its definition has changed");
  const auto after = ask();
  BOOST_REQUIRE(wait([&] { return held.size() == 2; }));
  answer(held[0]); // access-1, of the client before.
  run_for(50ms);
  BOOST_TEST(!after->has_value());
  answer(held[1]);
  BOOST_TEST(told(after) == "access-2");
  // A refusal of the client before is no news either.
  const auto again = refuse("access-2");
  BOOST_REQUIRE(wait([&] { return held.size() == 3; }));
  settings.client_id = "a third";
  use();
  BOOST_TEST(told(again).starts_with("io_failed: "));
  held[2]->answer(401, "application/json", R"({"error":"invalid_client"})");
  run_for(50ms);
  hold = false;
  BOOST_TEST(told(ask()) == "access-3");
}

BOOST_AUTO_TEST_CASE(a_login_to_another_place_is_none_to_this_one) {
  settings = {};
  use();
  auto record = login(0s, 3600s);
  record.server = "https://elsewhere.example/mcp";
  std::optional<result<done>> kept;
  keeper->take_login(std::move(record), [&](const auto& x) { kept = x; });
  BOOST_REQUIRE(wait([&] { return kept.has_value(); }));
  BOOST_TEST(!*kept);
  BOOST_TEST(told(ask()) == "");
  BOOST_TEST(!has_file());
}

BOOST_AUTO_TEST_CASE(a_logout_during_a_renewal_is_not_undone_by_it) {
  log_in(login(3570s, 30s));
  hold = true;
  const auto waits = ask();
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  BOOST_TEST(forget() == "yes");
  answer(held[0]);
  BOOST_TEST(told(waits) == "unauthorized: it was logged out; run: toolscore login docs");
  run_for(50ms);
  BOOST_TEST(!has_file());
  BOOST_TEST(told(ask()) == "");
}

BOOST_AUTO_TEST_CASE(what_a_renewal_brings_is_not_put_in_the_place_of_another_login) {
  log_in(login(3570s, 30s));
  hold = true;
  const auto waits = ask();
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  auto other = login(0s, 3600s, "refresh-of-another");
  other.tokens.access = "access-of-another";
  log_in(other);
  answer(held[0]);
  BOOST_TEST(told(waits) == "access-of-another");
  BOOST_TEST(told(ask()) == "access-of-another");
}

BOOST_AUTO_TEST_CASE(a_logout_gives_the_tokens_back_and_then_there_are_none) {
  auto one = login(0s, 3600s);
  one.revocation_endpoint = peer.url("/revoke");
  log_in(one);
  BOOST_TEST(forget() == "yes");
  BOOST_TEST(returned == (std::vector<std::string>{"refresh-0", "access-0"}));
  BOOST_TEST(!has_file());
  BOOST_TEST(told(ask()) == "");
  BOOST_TEST(forget() == "no");
  BOOST_TEST(returned.size() == 2u);
  // Of a file that nobody has looked at, as behind a node's start; its URL may be another by now.
  for (const bool moved : {false, true}) {
    BOOST_REQUIRE(write_login_file(world.secrets + "/docs", to_text(one)));
    keeper = std::make_shared<token_keeper>(world, server_id{"docs"});
    if (moved) {
      auto endpoint = std::make_shared<http_endpoint>();
      endpoint->place = *read_http_place("https://elsewhere.example/mcp");
      keeper->use(std::move(endpoint));
    }
    returned.clear();
    BOOST_TEST(forget() == "yes");
    BOOST_TEST(returned.size() == 2u);
    BOOST_TEST(!has_file());
  }
  log_in(login(0s, 3600s)); // Who takes none back is asked for nothing.
  BOOST_TEST(forget() == "yes");
  BOOST_TEST(returned.size() == 2u);
}

BOOST_AUTO_TEST_CASE(tokens_that_are_not_taken_back_are_gone_here_and_that_is_told) {
  auto one = login(0s, 3600s);
  one.revocation_endpoint = peer.url("/revoke");
  revoked_by = 503;
  log_in(one);
  BOOST_TEST(forget() == "docs: its tokens are gone here, but " + peer.url("") +
                             " did not take them back (refresh_token: HTTP 503), so they stay "
                             "good there until they end");
  BOOST_TEST(returned.size() == 1u);
  BOOST_TEST(!has_file());
  BOOST_TEST(told(ask()) == "");
  // Where they may not go they are not sent, whatever their file says.
  one.revocation_endpoint = "http://id.example/revoke";
  log_in(one);
  const auto why = forget();
  BOOST_TEST(why.find("http://id.example/revoke is no https:// URL") != why.npos, why);
  BOOST_TEST(!has_file());
}

BOOST_AUTO_TEST_CASE(what_a_renewal_brings_behind_a_logout_is_given_back_too) {
  auto one = login(3570s, 30s);
  one.revocation_endpoint = peer.url("/revoke");
  log_in(one);
  hold = true;
  const auto waits = ask();
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  BOOST_TEST(forget() == "yes");
  answer(held[0]);
  BOOST_TEST(told(waits) == "unauthorized: it was logged out; run: toolscore login docs");
  BOOST_TEST(wait([&] { return returned.size() == 4; }));
  BOOST_TEST(returned ==
             (std::vector<std::string>{"refresh-0", "access-0", "refresh-1", "access-1"}));
}

BOOST_AUTO_TEST_CASE(no_more_wait_than_may) {
  use();
  hold = true;
  std::vector<heard> all;
  for (std::size_t i = 0; i < token_keeper::waiting_max; ++i) all.push_back(ask());
  BOOST_TEST(told(ask()).starts_with("queue_full: "));
  BOOST_REQUIRE(wait([&] { return held.size() == 1; }));
  answer(held[0]);
  BOOST_TEST(wait([&] {
    return std::all_of(all.begin(), all.end(), [](const auto& x) { return x->has_value(); });
  }));
  BOOST_TEST(asked.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
