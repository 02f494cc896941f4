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
             (list{"/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"}));
  const std::map<std::string, std::string> both{{"DOCKER_HOST", "unix:///a.sock"},
                                                {"CONTAINER_HOST", "unix:///d.sock"}};
  BOOST_TEST(*toolscore::engine_places("", both, 0) == list{"/a.sock"});
  BOOST_TEST(*toolscore::engine_places("", {{"CONTAINER_HOST", "unix:///d.sock"}}, 1000) ==
             list{"/d.sock"});
}

BOOST_AUTO_TEST_CASE(a_user_has_sockets_of_his_own_and_root_has_none) {
  const std::map<std::string, std::string> variables{{"XDG_RUNTIME_DIR", "/run/user/1000"}};
  const auto found = toolscore::engine_places("", variables, 1000);
  BOOST_REQUIRE(found);
  BOOST_TEST(*found ==
             (list{"/run/user/1000/podman/podman.sock", "/run/user/1000/docker.sock",
                   "/run/podman/podman.sock", "/run/docker.sock", "/var/run/docker.sock"}));
  BOOST_TEST(toolscore::engine_places("", variables, 0)->size() == 3u);
  BOOST_TEST(toolscore::engine_places("", {{"XDG_RUNTIME_DIR", "x"}}, 1000)->size() == 3u);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_no_unix_socket_is_refused_with_its_key) {
  for (const char* address : {"tcp://127.0.0.1:2375", "ssh://host", "docker.sock", "unix://x"}) {
    const auto by_key = toolscore::engine_places(address, {}, 0);
    BOOST_REQUIRE(!by_key);
    BOOST_TEST(by_key.failure().detail.starts_with("node.engine: "));
    const auto by_variable = toolscore::engine_places("", {{"DOCKER_HOST", address}}, 0);
    BOOST_REQUIRE(!by_variable);
    BOOST_TEST(by_variable.failure().detail.starts_with("DOCKER_HOST: "));
    const auto by_other = toolscore::engine_places("", {{"CONTAINER_HOST", address}}, 0);
    BOOST_REQUIRE(!by_other);
    BOOST_TEST(by_other.failure().detail.starts_with("CONTAINER_HOST: "));
  }
  BOOST_TEST(!toolscore::engine_places("/" + std::string(108, 'x'), {}, 0));
}

BOOST_AUTO_TEST_SUITE_END()
