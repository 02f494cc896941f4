#include "node/http_client_io.hpp"
#include "real_server.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

served_reply echo(const served_request& x) {
  served_reply reply;
  reply.status = 201;
  reply.session = "s-1";
  reply.body = x.method + " " + x.target + " " + x.body;
  return reply;
}

served_reply raw(std::string text) {
  served_reply reply;
  reply.raw = std::move(text);
  return reply;
}

http_request post(std::string body) {
  http_request request;
  request.method = "POST";
  request.target = "/x?y=1";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(body);
  request.timeout = 10s;
  return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_client)

BOOST_AUTO_TEST_CASE(a_request_and_its_answer_cross_a_unix_socket_whole) {
  const temp_dir dir;
  const real_server node(dir.path(), echo);
  const std::string large(3u << 20, 'x');
  const auto reply = send_http(node.address(), post(large));
  BOOST_REQUIRE_MESSAGE(reply, "no answer");
  BOOST_TEST(reply->status == 201);
  BOOST_TEST(reply->session == "s-1");
  BOOST_TEST(reply->content_type == "application/json");
  BOOST_TEST((reply->body == "POST /x?y=1 " + large));
  const auto seen = node.requests().at(0).headers;
  BOOST_TEST(seen.at("host") == "localhost");
  BOOST_TEST(seen.at("content-type") == "application/json");
}

BOOST_AUTO_TEST_CASE(over_tcp_the_token_and_the_address_are_sent) {
  const temp_dir dir;
  const real_server node(dir.path(), echo, server_socket::tcp);
  auto to = node.address();
  to.token = "secret";
  BOOST_REQUIRE(send_http(to, post("")));
  const auto seen = node.requests().at(0).headers;
  BOOST_TEST(seen.at("authorization") == "Bearer secret");
  BOOST_TEST(seen.at("host") == "127.0.0.1:" + to.port);
}

BOOST_AUTO_TEST_CASE(the_token_is_not_sent_over_a_unix_socket) {
  const temp_dir dir;
  const real_server node(dir.path(), echo);
  auto to = node.address();
  to.token = "secret";
  BOOST_REQUIRE(send_http(to, post("")));
  BOOST_TEST(node.requests().at(0).headers.count("authorization") == 0u);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_no_node_answers) {
  const temp_dir dir;
  http_address nowhere;
  nowhere.socket_path = dir.path() + "/node.sock";
  auto reply = send_http(nowhere, post(""));
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.failure().code == errc::server_gone));
  BOOST_TEST(reply.failure().detail.find(nowhere.socket_path) != std::string::npos);
  { const real_server gone(dir.path(), echo); } // leaves its socket file behind
  reply = send_http(nowhere, post(""));
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.failure().code == errc::server_gone));
  nowhere.socket_path = dir.path() + "/" + std::string(120, 'x');
  reply = send_http(nowhere, post(""));
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.failure().code == errc::server_gone));
  BOOST_TEST(reply.failure().detail.find("107 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_that_never_answers_is_left_after_the_timeout) {
  const temp_dir dir;
  const real_server node(dir.path(), [](const served_request&) {
    served_reply reply;
    reply.silent = true;
    return reply;
  });
  auto request = post("");
  request.timeout = 50ms;
  const auto reply = send_http(node.address(), request);
  BOOST_REQUIRE(!reply);
  BOOST_TEST((reply.failure().code == errc::call_timed_out));
}

BOOST_AUTO_TEST_CASE(what_is_broken_too_large_or_no_http_has_an_error_of_its_own) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::pair<const char*, errc> table[]{
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", errc::io_failed},
      {"SSH-2.0-x\r\n", errc::io_failed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", errc::too_large},
  };
  for (const auto& [text, code] : table) {
    const temp_dir dir;
    const real_server node(dir.path(), [&](const served_request&) { return raw(text); });
    http_limits limits;
    limits.body_bytes_max = 1'000;
    const auto reply = send_http(node.address(), post(""), limits);
    BOOST_REQUIRE(!reply);
    BOOST_TEST((reply.failure().code == code), text << reply.failure().detail);
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_with_the_connection_is_whole) {
  const temp_dir dir;
  const real_server node(dir.path(),
                         [](const served_request&) { return raw("HTTP/1.1 200 OK\r\n\r\nabc"); });
  const auto reply = send_http(node.address(), post(""));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->body == "abc");
}

BOOST_AUTO_TEST_SUITE_END()
