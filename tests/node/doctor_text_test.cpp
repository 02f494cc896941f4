#include "node/doctor_text.hpp"
#include "node/reply_json.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

doctor_report report() {
  doctor_report out;
  out.host = {{"landlock", "version 7", ""}, {"network", "none of its own", "only \"full\""}};
  out.servers = {{"fs", "default", {}, true, true},
                 {"web", "default", {"the node reaches it by a port"}, true, true},
                 {"new", "strict", {}, false, true},
                 {"box", "container", {}, true, false}};
  return out;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(doctor_text)

BOOST_AUTO_TEST_CASE(each_thing_of_the_host_and_each_server_has_its_line) {
  const auto text = toolscore::doctor_text(report());
  for (const char* part :
       {"host\n", "  landlock    version 7\n", "only \"full\"\n", "  strict      can be had\n",
        "servers\n", "fs          default   strict would do", "strict would take from it:\n",
        "              the node reaches it by a port\n", "known once it is installed",
        "box         container not started"})
    BOOST_TEST(holds(text, part), part << " in\n" << text);
}

BOOST_AUTO_TEST_CASE(a_host_without_strict_says_so_and_promises_no_server_anything) {
  auto bad = report();
  bad.strict_fault = "cannot be had: it takes Landlock";
  const auto text = toolscore::doctor_text(bad);
  BOOST_TEST(holds(text, "cannot be had: it takes Landlock"), text);
  BOOST_TEST(!holds(text, "strict would do"), text);
}

BOOST_AUTO_TEST_CASE(programs_get_one_object) {
  const auto text = doctor_json(report());
  const auto parsed = parse_reply(text);
  BOOST_REQUIRE(parsed);
  BOOST_TEST(text.find('\n') == text.size() - 1);
  BOOST_TEST(member_of(*parsed, "strict") == true);
  BOOST_TEST(member_of(*parsed, "servers").size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
