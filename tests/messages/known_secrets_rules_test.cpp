#include "messages/known_secrets.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

secret_set set_of(std::initializer_list<const char*> values) {
  secret_set set;
  for (const auto* value : values) set.add(value);
  return set;
}

std::string scrubbed(const secret_set& set, std::string_view text) {
  return set.scrub(text).value_or(std::string(text));
}

} // namespace

BOOST_AUTO_TEST_SUITE(known_secrets_rules)

BOOST_AUTO_TEST_CASE(each_secret_is_hidden_wherever_it_stands_and_nothing_else) {
  const auto set = set_of({"hunter2!", "hunter2!long", "a\"b\\c\nsecond line", "short"});
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"hunter2", "hunter2"},
      {"hunter2!", "[redacted]"},
      {"<hunter2!hunter2!>", "<[redacted][redacted]>"},
      {"hunter2!longer", "[redacted]er"}, // The longest of those that stand there.
      {"hhunter2!", "h[redacted]"},
      {"short", "short"}, // Its letters stand in every text.
      {"x a\"b\\c\nsecond line", "x [redacted]"},
      {R"({"k":"a\"b\\c\nsecond line"})", R"({"k":"[redacted]"})"},
      {"the second line alone", "the [redacted] alone"},
  };
  for (const auto& [text, expected] : rows) BOOST_TEST(scrubbed(set, text) == expected);
  BOOST_TEST(!secret_set().scrub("hunter2!"));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_cut_anywhere_gives_its_secret_away_in_no_part) {
  const auto set = set_of({"abcabcabd", "other-secret"});
  const std::string text = "abcabcabcabd abcab other-secre other-secret.";
  const std::string whole = scrubbed(set, text);
  BOOST_TEST(whole == "abc[redacted] abcab other-secre [redacted].");
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second) {
      std::string out;
      std::string held;
      const std::string parts[] = {text.substr(0, first), text.substr(first, second - first),
                                   text.substr(second)};
      for (const auto& part : parts) {
        auto all = scrubbed(set, held + part);
        const auto end = all.size() - set.unfinished(all);
        held = all.substr(end);
        out += all.substr(0, end);
      }
      BOOST_TEST(out + held == whole);
    }
}

BOOST_AUTO_TEST_CASE(a_value_is_added_once) {
  auto& here = known_secrets::here();
  const auto before = here.all()->size();
  here.add("a-secret-of-this-test");
  here.add("a-secret-of-this-test");
  here.add("tiny");
  BOOST_TEST(here.all()->size() == before + 1);
  BOOST_TEST(here.scrubbed("<a-secret-of-this-test>") == "<[redacted]>");
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_what_stood_and_without_one_nothing_is_copied) {
  auto& here = known_secrets::here();
  const auto held = here.all();
  const auto before = held->size();
  here.add("a-secret-beside-a-reader");
  BOOST_TEST(held->size() == before);
  BOOST_TEST(!held->holds("a-secret-beside-a-reader"));
  const auto* const same = here.all().get();
  BOOST_TEST(same != held.get());
  here.add("a-secret-beside-nobody");
  BOOST_TEST(here.all().get() == same);
  BOOST_TEST(here.all()->holds("a-secret-beside-a-reader"));
}

BOOST_AUTO_TEST_SUITE_END()
