#include "config/json_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(comments_trailing_commas_and_a_byte_order_mark_are_read_over) {
  const auto read = parse_json_text("\xEF\xBB\xBF// head\n{ /* a */ \"a\": [1, 2,], // b\n"
                                    "\"s\": \"// no /* comment */\", }\n/* tail */",
                                    "f");
  BOOST_REQUIRE(read);
  BOOST_TEST(read->dump() == R"({"a":[1,2],"s":"// no /* comment */"})");
}

BOOST_AUTO_TEST_CASE(good_values_come_out_as_they_stand) {
  const std::pair<const char*, const char*> rows[] = {
      {"0", "0"},
      {"-12", "-12"},
      {"0.25", "0.25"},
      {"1e3", "1000.0"},
      {"9223372036854775807", "9223372036854775807"},
      {"true", "true"},
      {" null ", "null"},
      {R"("\u0041\n\"\\\/\ud83d\ude00")", "\"A\\n\\\"\\\\/\xF0\x9F\x98\x80\""},
      {R"({"b":1,"a":2})", R"({"b":1,"a":2})"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"\"\xC3\xA9\"", "\"\xC3\xA9\""},
  };
  for (const auto& [text, expected] : rows) {
    const auto read = parse_json_text(text, "f");
    BOOST_REQUIRE_MESSAGE(read, text);
    BOOST_TEST(read->dump() == expected);
  }
}

BOOST_AUTO_TEST_CASE(broken_text_is_refused_with_its_line_and_column) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "f:1:1: the text ends where a value should stand"},
      {"{", "f:1:1: this { is never closed"},
      {"{\n  \"a\": [1,\n  2", "f:2:8: this [ is never closed"},
      {"{\"a\": 1,\n \"a\": 2}", "f:2:2: the key \"a\" stands twice"},
      {"{\"a\": {\"b\": 1},\n \"c\": {\"b\": 1, \"x\": 0, \"b\": 2}}", "f:2:24: the key \"b\""},
      {"{\"a\" 1}", "f:1:6: expected ':' after the key \"a\""},
      {"{\"a\": 1 \"b\": 2}", "f:1:9: expected ',' or '}', found '\"'"},
      {"[1 2]", "f:1:4: expected ',' or ']', found '2'"},
      {"[,]", "f:1:2: expected a value, found ','"},
      {"{,}", "f:1:2: expected a key in double quotes or }"},
      {"{a: 1}", "f:1:2: expected a key in double quotes or }, found 'a'"},
      {"{'a': 1}", "f:1:2: expected a key"},
      {"{\"a\":\n  yes}", "f:2:3: unknown word \"yes\""},
      {"{\"a\":\n\n\t'x'}", "f:3:2: strings stand in double quotes"},
      {"[01]", "f:1:2: this is no JSON number"},
      {"[1.]", "f:1:2: this is no JSON number"},
      {"[-]", "f:1:2: this is no JSON number"},
      {"[1e999]", "f:1:2: the number is too large"},
      {"[\"abc]", "f:1:2: this string is never closed"},
      {"[\"abc\n\"]", "f:1:2: this string is not closed on its line"},
      {"[\"a\tb\"]", "f:1:4: a raw control character"},
      {"[\"a\\qb\"]", "f:1:4: unknown escape \\q"},
      {"[\"\\u12G4\"]", "f:1:3: \\u needs four hexadecimal digits"},
      {"[\"\\ud800x\"]", "f:1:3: half a surrogate pair"},
      {"[\"\\ud800\\u0041\"]", "f:1:3: half a surrogate pair"},
      {"[\"\xC3(\"]", "f:1:3: this is no UTF-8"},
      {"[\"\xED\xA0\x80\"]", "f:1:3: this is no UTF-8"},
      {"[\"\xC0\x80\"]", "f:1:3: this is no UTF-8"},
      {"{}\n{}", "f:2:1: unexpected '{' after the end of the value"},
      {"{} /* open", "f:1:4: this comment never ends"},
      {"[1] \x01", "f:1:5: unexpected byte 0x01 after the end"},
  };
  for (const auto& [text, expected] : rows) {
    const auto read = parse_json_text(text, "f");
    BOOST_REQUIRE_MESSAGE(!read, text);
    BOOST_TEST((read.failure().code == errc::bad_config));
    BOOST_TEST(read.failure().detail.starts_with(expected),
               read.failure().detail << " does not begin with " << expected);
  }
}

BOOST_AUTO_TEST_CASE(depth_and_size_have_an_end) {
  const std::string deep(64, '[');
  BOOST_TEST(bool(parse_json_text(deep + std::string(64, ']'), "f")));
  const auto deeper = parse_json_text("[" + deep + std::string(65, ']'), "f");
  BOOST_REQUIRE(!deeper);
  BOOST_TEST(deeper.failure().detail == "f:1:65: nested deeper than 64 levels, flatten it");
  const auto huge = parse_json_text("[1, 2, 3]", "f", {.bytes_max = 8, .depth_max = 64});
  BOOST_REQUIRE(!huge);
  BOOST_TEST(huge.failure().detail == "f:1:1: the text has 9 bytes, at most 8 are read");
}

BOOST_AUTO_TEST_CASE(a_key_from_outside_cannot_break_the_line) {
  const auto read = parse_json_text("{\"a\\nb\": 1, \"a\\nb\": 2}", "f");
  BOOST_REQUIRE(!read);
  BOOST_TEST(read.failure().detail.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_text_cut_off_anywhere_is_refused_and_never_read_past) {
  const std::string whole = R"({"a": [1.5e3, "\u00e9\n", true, null], "b": {"c": -2}} )";
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length); // an exact allocation, for the sanitizer
    BOOST_TEST(!parse_json_text(cut, "f"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
