#include "actors/update_rules.hpp"

#include "messages/http_place.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace toolscore;

namespace {

server_spec spec(source_kind source = source_kind::npm) {
  server_spec x;
  x.id.value = "fs";
  x.source = source;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(update_rules)

BOOST_AUTO_TEST_CASE(a_next_revision_is_neither_in_use_nor_the_way_back) {
  for (std::uint32_t now = 0; now < 5; ++now) {
    BOOST_TEST(next_revision({now, {}}) > now);
    for (std::uint32_t former = 0; former < 5; ++former) {
      const auto next = next_revision({now, former});
      BOOST_TEST((next != now && next != former && next != 0));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_way_back_is_one_step_and_leads_forth_again) {
  install_choice now;
  now = gone_over(now, next_revision(now));
  BOOST_TEST((now == install_choice{1, 0U}));
  now = gone_over(now, next_revision(now));
  BOOST_TEST((now == install_choice{2, 1U}));
  const auto back = gone_over(now, *now.former);
  BOOST_TEST((back == install_choice{1, 2U}));
  BOOST_TEST((gone_over(back, *back.former) == now));
  BOOST_TEST(next_revision(back) == 3U);
}

BOOST_AUTO_TEST_CASE(what_has_no_install_cannot_be_updated) {
  const install_choice first;
  const install_choice second{1, 0U};
  struct row {
    server_spec spec;
    install_choice now;
    bool installed;
    bool back;
    std::optional<errc> refused;
  };
  const row rows[]{
      {spec(), first, true, false, {}},
      {spec(), second, true, true, {}},
      {spec(), second, false, false, errc::server_not_ready},
      {spec(), second, false, true, errc::server_not_ready},
      {spec(), first, true, true, errc::bad_request},
      {spec(source_kind::git), first, true, false, {}},
      {spec(source_kind::command), first, true, false, {}}, // The runner knows what it is.
      {spec(source_kind::remote), first, true, false, errc::bad_config},
      {spec(source_kind::image), first, true, false, errc::bad_config},
  };
  for (const auto& [of, now, installed, back, refused] : rows) {
    const auto why = obstacle_to_update(of, now, installed, back);
    BOOST_TEST(why.has_value() == refused.has_value(), to_string(of.source));
    if (why && refused) BOOST_TEST(to_string(why->code) == to_string(*refused));
    if (why) BOOST_TEST(why->detail.find("\"fs\"") != std::string::npos, why->detail);
  }
}

BOOST_AUTO_TEST_CASE(a_second_instance_is_tried_where_there_can_be_one) {
  const auto running = desired_state::running;
  BOOST_TEST(obstacle_to_trial(spec(), running, false).empty());
  BOOST_TEST(obstacle_to_trial(spec(), running, true).empty());
  BOOST_TEST(!obstacle_to_trial(spec(), desired_state::stopped, false).empty());
  auto needs = spec();
  needs.policy.depends_on["db"] = {};
  BOOST_TEST(obstacle_to_trial(needs, running, false).empty());
  BOOST_TEST(!obstacle_to_trial(needs, running, true).empty());
  auto kept = spec();
  kept.policy.on_node_exit = node_exit::keep;
  BOOST_TEST(!obstacle_to_trial(kept, running, false).empty());
  auto listens = spec();
  listens.policy.port = port_auto;
  BOOST_TEST(obstacle_to_trial(listens, running, false).empty());
  listens.policy.port = std::uint16_t{8080};
  BOOST_TEST(obstacle_to_trial(listens, running, false).find("8080") != std::string::npos);
  auto dialed = spec();
  dialed.policy.link = link_kind::http;
  auto place = std::make_shared<http_endpoint>();
  dialed.endpoint = place;
  BOOST_TEST(obstacle_to_trial(dialed, running, false).empty());
  place->place.port = 9000;
  BOOST_TEST(obstacle_to_trial(dialed, running, false).find("9000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_version_that_is_not_known_is_always_new) {
  BOOST_TEST(is_nothing_new("1.0.0", "1.0.0"));
  BOOST_TEST(!is_nothing_new("1.0.0", "1.0.1"));
  BOOST_TEST(!is_nothing_new("1.0.1", "1.0.0"));
  BOOST_TEST(!is_nothing_new("", ""));
}

BOOST_AUTO_TEST_CASE(a_failed_trial_names_its_command_its_end_and_what_to_do) {
  const auto line = failed_trial("/usr/bin/node x.js", "exited with code 1", "1.4.0");
  for (const auto* part : {"trial: ", "/usr/bin/node x.js", "exited with code 1", "1.4.0 serves on",
                           "name another version"})
    BOOST_TEST(line.find(part) != std::string::npos, line);
  BOOST_TEST(line.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
