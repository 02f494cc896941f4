#include "store/sha256_io.hpp"
#include "store/tool_pins_io.hpp"
#include "store/tool_texts.hpp"
#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

using names = std::vector<std::string>;
const server_id fs{"fs"};

std::string tool(const std::string& name, const std::string& description) {
  return R"({"name":")" + name + R"(","description":")" + description + R"("})";
}

/// Looks; @returns what has changed
names changed(tool_pins& pins, const std::string& list) {
  const auto seen = pins.see(fs, "[" + list + "]");
  BOOST_REQUIRE(seen);
  return seen->changed;
}

names held(tool_pins& pins, const std::string& list = {}) {
  const auto seen = pins.see(fs, "[" + list + "]");
  BOOST_REQUIRE(seen);
  return seen->held;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pinned_tools)

BOOST_AUTO_TEST_CASE(a_digest_is_that_of_the_standard) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& [text, digest] : rows) BOOST_TEST(sha256_hex(text) == digest);
}

BOOST_AUTO_TEST_CASE(a_tools_text_changes_with_what_a_model_reads_of_it_and_with_nothing_else) {
  const std::string base = R"({"name":"a","description":"d","inputSchema":{"x":1,"y":[2]}})";
  const auto text = [](const std::string& list) { return tool_texts("[" + list + "]")["a"]; };
  const auto first = text(base);
  BOOST_TEST(!first.empty());
  for (
      const char* same :
      {R"( { "inputSchema" : {"y":[ 2 ], "x":1}, "description":"d","name":"a"} )",
       R"({"name":"\u0061","description":"d","inputSchema":{"x":1,"y":[2]},"_meta":{"n":1},"icons":[]})"})
    BOOST_TEST(text(same) == first);
  for (
      const char* other :
      {R"({"name":"a","description":"e","inputSchema":{"x":1,"y":[2]}})",
       R"({"name":"a","description":"d","inputSchema":{"x":1,"y":[3]}})",
       R"({"name":"a","description":"d","inputSchema":{"x":1,"y":[2]},"outputSchema":{}})",
       R"({"name":"a","description":"d","inputSchema":{"x":1,"y":[2]},"title":"t"})",
       R"({"name":"a","description":"d","inputSchema":{"x":1,"y":[2]},"annotations":{"readOnlyHint":true}})"})
    BOOST_TEST(text(other) != first);
  BOOST_TEST(text(base + "," + base) != first); // Nobody knows which one is meant.
  for (const char* none : {"", "{}", "[1,{},{\"name\":2}]", "no json"})
    BOOST_TEST(tool_texts(none).empty());
}

BOOST_AUTO_TEST_CASE(first_sight_approves_a_change_is_told_once_and_a_person_approves_it) {
  test::state_dir dir;
  {
    auto base = test::open_in(dir.path);
    tool_pins pins(base);
    BOOST_TEST(changed(pins, tool("a", "1") + "," + tool("b", "1")).empty());
    BOOST_TEST((changed(pins, tool("a", "2") + "," + tool("b", "1")) == names{"a"}));
    BOOST_TEST(changed(pins, tool("a", "2")).empty());
    BOOST_TEST((held(pins) == names{"a"})); // Though it is not in the list.
  }
  auto base = test::open_in(dir.path);
  tool_pins pins(base);
  BOOST_TEST((held(pins, tool("a", "2") + "," + tool("c", "1")) == names{"a"}));
  BOOST_TEST((changed(pins, tool("a", "3")) == names{"a"}));
  const auto report = pins.report(fs);
  BOOST_REQUIRE(report);
  BOOST_TEST(report->find(R"("was":"{\"description\":\"1\",\"name\":\"a\"}")") != std::string::npos,
             *report);
  BOOST_TEST(!pins.approve(fs, "b"));
  BOOST_TEST((changed(pins, tool("b", "9")) == names{"b"}));
  const auto left = pins.approve(fs, "a");
  BOOST_REQUIRE(left);
  BOOST_TEST((*left == names{"b"}));
  BOOST_TEST((changed(pins, tool("a", "1")) == names{"a"})); // What was approved before is no more.
  BOOST_TEST(changed(pins, tool("a", "3")).empty());
  BOOST_TEST((held(pins) == names{"b"}));
  const auto all = pins.approve(fs, "");
  BOOST_REQUIRE(all);
  BOOST_TEST(all->empty());
  BOOST_TEST(!pins.approve(fs, ""));
  BOOST_REQUIRE(pins.remove(fs));
  BOOST_TEST(changed(pins, tool("a", "7")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
