#include "gateway/auth.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace toolscore;

namespace {

inbound_request with(std::vector<std::pair<const char*, const char*>> headers, bool local = false) {
  inbound_request x;
  for (const auto& [name, value] : headers) x.headers.add(name, value);
  x.peer.local_socket = local;
  return x;
}

auth_policy policy() {
  auth_policy x;
  x.port = 8088;
  x.token = "secret-token";
  x.hosts = {"Gateway.example", "inner.example:9000"};
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(auth)

BOOST_AUTO_TEST_CASE(only_names_of_ours_pass_as_host) {
  struct row {
    const char* host;
    bool passes;
  };
  const std::vector<row> rows{
      {"127.0.0.1:8088", true},      {"localhost:8088", true},
      {"LocalHost:8088", true},      {"[::1]:8088", true},
      {"127.0.0.1", false},          {"127.0.0.1:8089", false},
      {"localhost", false},          {"evil.example", false},
      {"evil.example:8088", false},  {"localhost.evil:8088", false},
      {"gateway.example", true},     {"GATEWAY.example:1234", true},
      {"inner.example:9000", true},  {"inner.example", false},
      {"inner.example:9001", false}, {"", false},
      {"localhost:", false},         {"localhost:80x", false},
      {"[::1:8088", false},          {"[::1]8088", false},
      {"127.0.0.1:8088:1", false},   {"user@127.0.0.1:8088", false},
  };
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.host)
  BOOST_TEST(!check_origin(policy(), with({{"Host", x.host}})).has_value() == x.passes);
  BOOST_TEST(check_origin(policy(), with({})).has_value());
  BOOST_TEST(check_origin(policy(), with({{"Host", "localhost:8088"}, {"host", "localhost:8088"}}))
                 .has_value());
}

BOOST_AUTO_TEST_CASE(a_node_on_port_80_is_reached_without_naming_it) {
  auto x = policy();
  x.port = 80;
  BOOST_TEST(!check_origin(x, with({{"Host", "localhost"}})).has_value());
}

BOOST_AUTO_TEST_CASE(only_pages_of_ours_pass_as_origin) {
  struct row {
    const char* origin;
    bool passes;
  };
  const std::vector<row> rows{
      {"http://localhost:8088", true},
      {"http://127.0.0.1:8088", true},
      {"http://[::1]:8088", true},
      {"http://localhost:3000", false},
      {"http://localhost", false},
      {"https://localhost:8088", false},
      {"null", false},
      {"", false},
      {"http://evil.example", false},
      {"http://localhost:8088.evil", false},
      {"http://evil.example:8088", false},
      {"https://gateway.example", true},
      {"http://gateway.example", true},
      {"file://", false},
      {"http://localhost:8088/", false},
  };
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.origin)
  BOOST_TEST(!check_origin(policy(), with({{"Host", "localhost:8088"}, {"Origin", x.origin}}))
                  .has_value() == x.passes);
  BOOST_TEST(!check_origin(policy(), with({{"Host", "anything"}}, true)).has_value());
  BOOST_TEST(check_origin(policy(), with({{"Origin", "http://evil.example"}}, true)).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_refusal_quotes_cannot_break_a_line) {
  const auto why = check_origin(policy(), with({{"Host", "a\r\nb\"c"}}));
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST(why->find('\r') == std::string::npos);
  BOOST_TEST(why->find("b\"c") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_scope_lets_in_whom_it_should) {
  struct row {
    bool loopback;
    bool mcp_token;
    const char* header; ///< Null = none.
    route_scope scope;
    int failure;
    bool owner;
  };
  constexpr auto open = route_scope::open;
  constexpr auto mcp = route_scope::mcp;
  constexpr auto owner = route_scope::owner;
  const std::vector<row> rows{
      {true, false, nullptr, open, 0, false},
      {true, false, nullptr, mcp, 0, false},
      {true, false, nullptr, owner, 401, false},
      {true, true, nullptr, mcp, 401, false},
      {true, true, nullptr, open, 0, false},
      {true, true, "Bearer secret-token", mcp, 0, true},
      {true, false, "Bearer secret-token", owner, 0, true},
      {true, false, "bearer secret-token", owner, 0, true},
      {true, false, "Bearer secret-toke", owner, 401, false},
      {true, false, "Bearer secret-tokenn", owner, 401, false},
      {true, false, "Bearer ", owner, 401, false},
      {true, false, "Basic secret-token", owner, 401, false},
      {true, false, "secret-token", owner, 401, false},
      {true, false, "Bearer wrong", mcp, 0, false},
      {false, false, nullptr, open, 401, false},
      {false, false, nullptr, mcp, 401, false},
      {false, false, "Bearer secret-token", mcp, 0, true},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& x = rows[i];
    auto p = policy();
    p.loopback = x.loopback;
    p.mcp_token = x.mcp_token;
    const auto header =
        x.header ? std::optional<std::string_view>{x.header} : std::optional<std::string_view>{};
    const auto answer = authorize(p, {false, false, "local"}, header, x.scope);
    BOOST_TEST_CONTEXT("row " << i) {
      BOOST_TEST(answer.failure == x.failure);
      BOOST_TEST(answer.who.owner == x.owner);
    }
  }
}

BOOST_AUTO_TEST_CASE(without_a_token_nobody_is_owner_over_tcp) {
  auto p = policy();
  p.token.clear();
  BOOST_TEST(authorize(p, {}, "Bearer ", route_scope::owner).failure == 401);
  BOOST_TEST(authorize(p, {}, "Bearer x", route_scope::owner).failure == 401);
}

BOOST_AUTO_TEST_CASE(the_unix_socket_is_its_owners) {
  const auto mine = authorize(policy(), {true, true, "uid:7"}, std::nullopt, route_scope::owner);
  BOOST_TEST(mine.failure == 0);
  BOOST_TEST(mine.who.owner);
  BOOST_TEST(mine.who.name == "uid:7");
  const auto other =
      authorize(policy(), {true, false, "uid:9"}, "Bearer secret-token", route_scope::open);
  BOOST_TEST(other.failure == 403);
}

BOOST_AUTO_TEST_CASE(equality_in_constant_time_is_equality) {
  BOOST_TEST(equal_in_constant_time("abc", "abc"));
  BOOST_TEST(!equal_in_constant_time("abc", "abd"));
  BOOST_TEST(!equal_in_constant_time("abcabc", "abc"));
  BOOST_TEST(!equal_in_constant_time("abc", "abcabc"));
  BOOST_TEST(!equal_in_constant_time("", "abc"));
  BOOST_TEST(!equal_in_constant_time("abc", ""));
  BOOST_TEST(equal_in_constant_time("", ""));
}

BOOST_AUTO_TEST_SUITE_END()
