#include "bench/http_text.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(http_text)

BOOST_AUTO_TEST_CASE(a_request_head_is_read_whatever_the_case_of_its_names) {
  const std::string text = "POST /mcp/bench HTTP/1.1\r\nhOsT:127.0.0.1:80\r\nContent-Type: a/b\r\n"
                           "CONTENT-LENGTH:  12 \r\nMCP-Session-Id: s1\r\nX-Odd: y\r\n\r\nbody";
  http_head head;
  BOOST_TEST((read_request_head(text, head) == http_progress::complete));
  BOOST_TEST(head.method == "POST");
  BOOST_TEST(head.target == "/mcp/bench");
  BOOST_TEST(head.host == "127.0.0.1:80");
  BOOST_TEST(head.content_length == 12u);
  BOOST_TEST(head.session == "s1");
  BOOST_TEST(head.size == text.size() - 4);
}

BOOST_AUTO_TEST_CASE(every_beginning_of_an_answer_is_incomplete_and_only_the_whole_is_complete) {
  const std::string plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
  for (const auto& text : {plain, chunked}) {
    http_answer answer;
    for (std::size_t size = 0; size < text.size(); ++size)
      BOOST_REQUIRE((read_answer(std::string_view(text).substr(0, size), answer) ==
                     http_progress::incomplete));
    const std::string two = text + "next";
    BOOST_REQUIRE((read_answer(two, answer) == http_progress::complete));
    BOOST_TEST(answer.head.status == 200);
    BOOST_TEST(answer.body() == "hello");
    BOOST_TEST(answer.size == text.size());
    BOOST_TEST(answer.event_stream == answer.head.chunked);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_malformed) {
  http_head head;
  for (const std::string text :
       {"POST / HTTP/1.0\r\n\r\n", "POST\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", "POST / HTTP/1.1\r\n: x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n",
        "POST / HTTP/1.1\r\nnonsense\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"})
    BOOST_TEST((read_request_head(text, head) == http_progress::malformed), text);
  BOOST_TEST((read_request_head(std::string(http_head_bytes_max + 1, 'a'), head) ==
              http_progress::malformed));
  http_answer answer;
  for (const std::string text :
       {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"})
    BOOST_TEST((read_answer(text, answer) == http_progress::malformed), text);
}

BOOST_AUTO_TEST_CASE(only_loopback_hosts_and_origins_are_ours) {
  for (const auto* host : {"127.0.0.1", "127.0.0.1:80", "localhost:1", "LOCALHOST", "[::1]:8"})
    BOOST_TEST(is_loopback_host(host), host);
  for (const auto* host : {"", "example.org", "127.0.0.1.example.org", "localhost.evil:80", "::1"})
    BOOST_TEST(!is_loopback_host(host), host);
  for (const auto* origin : {"", "http://localhost:3000", "https://127.0.0.1"})
    BOOST_TEST(is_loopback_origin(origin), origin);
  for (const auto* origin : {"null", "http://example.org", "file://", "http://localhost.evil"})
    BOOST_TEST(!is_loopback_origin(origin), origin);
}

BOOST_AUTO_TEST_SUITE_END()
