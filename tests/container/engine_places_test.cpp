#include "runners/container/engine_places.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(engine_places)

using namespace toolscore;

using list = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(what_is_written_comes_before_the_environment_and_that_before_a_search) {
  const std::map<std::string, std::string> variables{{"DOCKER_HOST", "unix:///a.sock"}};
  BOOST_TEST(*toolscore::engine_places("unix:///b.sock", variables, 0) == list{"/b.sock"});
  BOOST_TEST(*toolscore::engine_places("/c.sock", {}, 0) == list{"/c.sock"});
  BOOST_TEST(*toolscore::engine_places("", variables, 1000) == list{"/a.sock"});
  BOOST_TEST(*toolscore::engine_places("", {}, 0) ==
             (list{"/run/docker.sock", "/run/podman/podman.sock"}));
}

BOOST_AUTO_TEST_CASE(a_user_has_sockets_of_his_own_and_root_has_none) {
  const std::map<std::string, std::string> variables{{"XDG_RUNTIME_DIR", "/run/user/1000"}};
  const auto found = toolscore::engine_places("", variables, 1000);
  BOOST_REQUIRE(found);
  BOOST_TEST(found->front() == "/run/user/1000/podman/podman.sock");
  BOOST_TEST(found->size() == 4u);
  BOOST_TEST(toolscore::engine_places("", variables, 0)->size() == 2u);
  BOOST_TEST(toolscore::engine_places("", {{"XDG_RUNTIME_DIR", "x"}}, 1000)->size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_no_unix_socket_is_refused_with_its_key) {
  for (const char* address : {"tcp://127.0.0.1:2375", "ssh://host", "docker.sock", "unix://x"}) {
    const auto by_key = toolscore::engine_places(address, {}, 0);
    BOOST_REQUIRE(!by_key);
    BOOST_TEST(by_key.failure().detail.starts_with("node.engine: "));
    const auto by_variable = toolscore::engine_places("", {{"DOCKER_HOST", address}}, 0);
    BOOST_REQUIRE(!by_variable);
    BOOST_TEST(by_variable.failure().detail.starts_with("DOCKER_HOST: "));
  }
  BOOST_TEST(!toolscore::engine_places("/" + std::string(108, 'x'), {}, 0));
}

BOOST_AUTO_TEST_SUITE_END()
