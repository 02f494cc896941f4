#include "gateway/repeated_head.hpp"
#include "gateway/request_reader_io.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

namespace {

std::string head_of(const std::string& length, const std::string& session = "abc") {
  return "POST /mcp/fs HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: " + session +
         "\r\nContent-Length: " + length + "\r\nAccept: */*\r\n\r\n";
}

repeated_head kept(const std::string& text) {
  header_list headers;
  const auto head = read_plain_head(text, headers);
  BOOST_REQUIRE(head);
  repeated_head last;
  last.keep(text, *head);
  return last;
}

/// Feeds a whole request.
inbound_request& read(request_reader& reader, const std::string& text) {
  reader.reset();
  BOOST_REQUIRE_EQUAL(reader.feed(text), text.size());
  BOOST_REQUIRE(reader.complete());
  return reader.request();
}

} // namespace

BOOST_AUTO_TEST_SUITE(repeated_head)

BOOST_AUTO_TEST_CASE(the_same_head_is_known_and_says_how_long_its_body_is) {
  const auto last = kept(head_of("12"));
  BOOST_TEST(last.size() == head_of("12").size());
  BOOST_TEST(last.body_size(head_of("12") + "body").value() == 12u);
  BOOST_TEST(last.body_size(head_of("98") + "another").value() == 98u);
  BOOST_TEST(last.length_in(head_of("98")) == "98");
}

BOOST_AUTO_TEST_CASE(a_head_that_differs_in_one_byte_is_another_one) {
  const auto text = head_of("12");
  const auto last = kept(text);
  const auto digits = text.find("12");
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto other = text;
    other[at] ^= 1;
    const bool of_length = at == digits || at == digits + 1;
    BOOST_TEST(last.body_size(other).has_value() == of_length, at);
  }
}

BOOST_AUTO_TEST_CASE(a_length_of_other_digits_or_none_is_another_head) {
  const auto last = kept(head_of("12"));
  for (const char* length : {"1", "123", "1x", " 1", "+1", ""})
    BOOST_TEST(!last.body_size(head_of(length)).has_value(), length);
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_is_not_known_yet) {
  const auto text = head_of("12");
  const auto last = kept(text);
  for (std::size_t length = 0; length < text.size(); ++length)
    BOOST_REQUIRE(!last.body_size(text.substr(0, length)));
}

BOOST_AUTO_TEST_CASE(a_long_head_is_not_kept) {
  const auto last = kept(head_of("12", std::string(toolscore::repeated_head::kept_max, 's')));
  BOOST_TEST(last.size() == 0u);
  BOOST_TEST(!last.body_size(head_of("12")).has_value());
}

BOOST_AUTO_TEST_CASE(a_reader_tells_each_request_as_it_came) {
  request_reader reader({});
  const auto check = [&](const std::string& session, const std::string& body) {
    const auto& request = read(reader, head_of(std::to_string(body.size()), session) + body);
    BOOST_TEST(request.target == "/mcp/fs");
    BOOST_TEST(request.headers.size() == 4u);
    BOOST_TEST(request.headers.get("mcp-session-id").value() == session);
    BOOST_TEST(request.headers.get("content-length").value() == std::to_string(body.size()));
    BOOST_TEST(*request.body == body);
  };
  check("abc", "{\"a\":1}");
  check("abc", "{\"bb\":2}");
  check("abc", "{\"ccccc\":3}");
  check("abc", "{\"ddddd\":4}");
  check("xyz", "{\"ddddd\":4}");
}

BOOST_AUTO_TEST_CASE(nothing_of_a_request_stays_for_one_of_another_kind) {
  request_reader reader({});
  read(reader, head_of("2") + "{}");
  const auto& other = read(reader, "GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n");
  BOOST_TEST((other.method == http_method::get));
  BOOST_TEST(other.target == "/healthz");
  BOOST_TEST(other.headers.size() == 1u);
  BOOST_TEST(!other.headers.get("mcp-session-id").has_value());
  BOOST_TEST(other.body->empty());
  BOOST_TEST(*read(reader, head_of("2") + "[]").body == "[]");
}

BOOST_AUTO_TEST_CASE(a_known_head_with_too_long_a_body_is_refused) {
  request_reader reader({.header_bytes_max = 4096, .body_bytes_max = 50});
  read(reader, head_of("10") + "0123456789");
  reader.reset();
  reader.feed(head_of("99") + std::string(99, 'x'));
  BOOST_TEST(reader.failure() == 413);
}

BOOST_AUTO_TEST_CASE(a_known_head_whose_body_is_still_to_come_is_read_in_parts) {
  request_reader reader({});
  read(reader, head_of("10") + "0123456789");
  reader.reset();
  const auto text = head_of("10") + "abcdefghij";
  const auto part = text.substr(0, text.size() - 4);
  std::size_t used = reader.feed(part);
  used += reader.feed(std::string_view(part).substr(used));
  BOOST_TEST(!reader.complete());
  reader.feed(std::string_view(text).substr(used));
  BOOST_REQUIRE(reader.complete());
  BOOST_TEST(*reader.request().body == "abcdefghij");
  BOOST_TEST(reader.request().headers.size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
