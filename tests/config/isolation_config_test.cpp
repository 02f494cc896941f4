#include "config/isolation_config.hpp"
#include "config/policy_config.hpp"
#include "config/server_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

server_spec spec_of(const std::string& text, std::size_t at = 0) {
  const auto config = parse_config(text, "t", test::usual_environment());
  BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
  return config->servers.at(at);
}

isolation_policy asked_by(const std::string& members) {
  return spec_of(test::with_server_members(members)).policy.isolation;
}

} // namespace

BOOST_AUTO_TEST_SUITE(isolation_config)

BOOST_AUTO_TEST_CASE(who_asks_nothing_has_asked_nothing) {
  BOOST_TEST((asked_by(R"("args": [])") == isolation_policy{}));
  BOOST_TEST((asked_by(R"("paths": {"read": [], "write": []})") == isolation_policy{}));
}

BOOST_AUTO_TEST_CASE(every_key_is_read) {
  const auto asked = asked_by(
      R"("isolation": "strict", "network": "loopback", "private_tmp": false,
         "paths": {"read": ["~/in", "/a/./b//c/../d/"], "write": ["/var/${KEY}"]})");
  BOOST_TEST((asked.level == isolation_level::strict));
  BOOST_TEST((asked.network == network_access::loopback));
  BOOST_TEST((asked.own_tmp == false));
  BOOST_TEST((asked.read == std::vector<std::string>{"/home/ann/in", "/a/b/d"}));
  BOOST_TEST((asked.write == std::vector<std::string>{"/var/k-1"}));
  BOOST_TEST(!asked_by(R"("isolation": "none", "no_new_privs": false)").no_new_privs);
}

BOOST_AUTO_TEST_CASE(a_server_overrides_single_members_of_the_defaults) {
  const std::string text = R"({"defaults": {"isolation": "strict", "network": "full"},
    "servers": {"a": {"command": "x"}, "b": {"command": "x", "isolation": "none"}}})";
  BOOST_TEST((spec_of(text, 0).policy.isolation.level == isolation_level::strict));
  BOOST_TEST((spec_of(text, 1).policy.isolation.level == isolation_level::none));
  BOOST_TEST((spec_of(text, 1).policy.isolation.network == network_access::full));
}

BOOST_AUTO_TEST_CASE(strict_for_all_is_nothing_to_what_is_not_started_here) {
  const std::string text = R"({"defaults": {"isolation": "strict", "private_tmp": true},
    "servers": {"box": {"image": "e/m:1"}, "far": {"url": "https://example.org/mcp"}}})";
  for (const std::size_t at : {0u, 1u}) {
    const auto spec = spec_of(text, at);
    BOOST_TEST(is_elsewhere(spec));
    const auto again = parse_server(spec.id.value, effective_json(spec), server_policy{},
                                    test::usual_environment(), nullptr);
    BOOST_TEST_REQUIRE(bool(again), (again ? "" : again.failure().detail));
  }
  BOOST_TEST(test::failure_of(R"({"servers": {"far": {"url": "https://example.org/mcp",
    "isolation": "strict"}}})")
                 .find("isolation: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_port_needs_a_network_that_the_node_is_in) {
  const auto told =
      test::failure_of(test::with_server_members(R"("isolation": "strict", "link": "http")"));
  BOOST_TEST(told.find("fs.network: ") != told.npos, told);
  BOOST_TEST(told.find("\"network\": \"full\"") != told.npos, told);
  BOOST_TEST(test::failure_of(test::with_server_members(
                 R"("isolation": "strict", "link": "http", "network": "full")")) == "");
}

BOOST_AUTO_TEST_CASE(what_is_written_out_is_read_back_the_same) {
  const auto spec = spec_of(test::with_server_members(
      R"("isolation": "strict", "network": "full", "private_tmp": true,
         "paths": {"read": ["/a$${b"], "write": ["/c"]})"));
  BOOST_TEST((spec.policy.isolation.read == std::vector<std::string>{"/a${b"}));
  const auto again =
      parse_server("fs", effective_json(spec), server_policy{}, test::usual_environment(), nullptr);
  BOOST_TEST_REQUIRE(bool(again), (again ? "" : again.failure().detail));
  BOOST_TEST((again->policy.isolation == spec.policy.isolation));
}

BOOST_AUTO_TEST_SUITE_END()
