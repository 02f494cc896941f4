#include "gateway/plain_head.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

namespace {

std::string head_with(const std::string& value) {
  return "POST /mcp HTTP/1.1\r\nX-Value: " + value + "\r\nContent-Length: 3\r\n\r\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(plain_head)

BOOST_AUTO_TEST_CASE(a_value_of_any_length_is_read_whole) {
  for (std::size_t length = 1; length < 70; ++length) {
    const std::string value(length, '~');
    const auto text = head_with(value) + "abc";
    header_list headers;
    const auto head = read_plain_head(text, headers);
    BOOST_REQUIRE_MESSAGE(head, length);
    BOOST_TEST(head->size == text.size() - 3);
    BOOST_TEST(head->body_size == 3u);
    BOOST_TEST(headers.get("x-value").value() == value);
  }
}

BOOST_AUTO_TEST_CASE(no_byte_that_a_value_may_not_hold_passes_wherever_it_stands) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool good = byte >= 0x20 && byte < 0x7f;
    for (std::size_t at = 1; at < 39; ++at) {
      std::string value(40, 'a');
      value[at] = static_cast<char>(byte);
      header_list headers;
      BOOST_REQUIRE_MESSAGE(read_plain_head(head_with(value), headers).has_value() == good,
                            "byte " << byte << " at " << at);
      BOOST_REQUIRE(good || headers.size() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_is_no_head_yet) {
  const auto text = head_with(std::string(50, 'v'));
  for (std::size_t length = 0; length < text.size(); ++length) {
    header_list headers;
    BOOST_REQUIRE(!read_plain_head(text.substr(0, length), headers));
  }
}

BOOST_AUTO_TEST_CASE(what_decides_how_a_body_is_read_is_left_to_the_library) {
  for (const char* line :
       {"TE: x", "Expect: 100-continue", "Upgrade: h2c", "Trailer: x", "Connection: close",
        "Transfer-Encoding: chunked", "Proxy-Connection: x", "Content-Length: 4"}) {
    header_list headers;
    const auto text = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" + std::string(line) +
                      "\r\n\r\nabc";
    BOOST_TEST(!read_plain_head(text, headers).has_value(), line);
    BOOST_TEST(headers.size() == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
