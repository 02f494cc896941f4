#include "tests/config/config_support.hpp"

#include "config/node_config.hpp"
#include "config/server_config.hpp"

#include <boost/test/unit_test.hpp>

namespace toolscore {
namespace {

result<server_spec> parsed(const std::string& json) {
  environment env;
  env.variable = [](std::string_view name) {
    return name == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
  };
  return parse_server("box", json, server_policy{}, env);
}

std::string refused(const std::string& json) {
  const auto spec = parsed(json);
  return spec ? "" : spec.failure().detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(container_config)

BOOST_AUTO_TEST_CASE(an_image_runs_in_a_container_unless_the_runner_says_otherwise) {
  const auto spec = parsed(R"({"image":"example/mcp:1"})");
  BOOST_REQUIRE(spec);
  BOOST_TEST((spec->source == source_kind::image));
  BOOST_TEST((spec->container ==
              container_settings{
                  "example/mcp:1", "", container_network::none, pull_policy::missing, false, {}}));
  const auto both = R"({"image":"example/mcp:1","command":"/server","args":["-v"],"runner":)";
  BOOST_TEST((parsed(both + std::string("\"container\"}"))->source == source_kind::image));
  BOOST_TEST((parsed(both + std::string("\"process\"}"))->source == source_kind::command));
  BOOST_TEST(parsed(both + std::string("\"container\"}"))->command == "/server");
}

BOOST_AUTO_TEST_CASE(of_a_project_an_image_is_built_by_its_dockerfile) {
  struct row {
    std::string json;
    source_kind source;
    std::string image;
  };
  for (const auto& row : std::vector<row>{
           {R"({"git":"https://x/y","runner":"container"})", source_kind::git, "./Dockerfile"},
           {R"({"git":"https://x/y","image":"./Dockerfile"})", source_kind::git, "./Dockerfile"},
           {R"({"path":"/srv/x","image":"./docker/prod.Dockerfile","subdir":"a"})",
            source_kind::path, "./docker/prod.Dockerfile"},
           {R"({"archive":"/x.zip","runner":"container"})", source_kind::archive, "./Dockerfile"},
           {R"({"git":"https://x/y","image":"./Dockerfile","runner":"process"})", source_kind::git,
            ""},
       }) {
    const auto spec = parsed(row.json);
    BOOST_REQUIRE_MESSAGE(spec, refused(row.json));
    BOOST_TEST((spec->source == row.source), row.json);
    BOOST_TEST(spec->container.image == row.image);
    const auto again = parsed(effective_json(*spec));
    BOOST_REQUIRE_MESSAGE(again, refused(effective_json(*spec)));
    BOOST_TEST((again->container == spec->container));
    BOOST_TEST((again->source == row.source));
  }
  const auto listens =
      parsed(R"({"git":"https://x/y","runner":"container","link":"http","container":{"port":80}})");
  BOOST_REQUIRE(listens);
  BOOST_TEST((listens->container.network == container_network::full));
}

BOOST_AUTO_TEST_CASE(all_settings_are_read_and_written_again) {
  const std::string written =
      R"({"image":"e/m:1","args":["-v"],"network":"full","container":{"user":"1000:5","writable":true,)"
      R"("pull":"always"},"paths":{"read":["/a","~/b:/c"],"write":["/out"]},"limits":{"memory":"64Mi"}})";
  const auto spec = parsed(written);
  BOOST_REQUIRE_MESSAGE(spec, refused(written));
  const container_settings expected{
      "e/m:1",
      "1000:5",
      container_network::full,
      pull_policy::always,
      true,
      {{"/a", "/a", false}, {"/home/me/b", "/c", false}, {"/out", "/out", true}}};
  BOOST_TEST((spec->container == expected));
  const auto again = parsed(effective_json(*spec));
  BOOST_REQUIRE_MESSAGE(again, refused(effective_json(*spec)));
  BOOST_TEST((again->container == expected));
}

BOOST_AUTO_TEST_CASE(who_listens_has_a_network_and_nobody_else) {
  struct row {
    std::string json;
    container_network network;
  };
  for (const auto& row : std::vector<row>{
           {R"({"image":"a"})", container_network::none},
           {R"({"image":"a","link":"none"})", container_network::none},
           {R"({"image":"a","link":"http"})", container_network::full},
           {R"({"image":"a","link":"none","port":8080})", container_network::full},
           {R"({"image":"a","link":"http","container":{"port":80}})", container_network::full}}) {
    const auto spec = parsed(row.json);
    BOOST_REQUIRE_MESSAGE(spec, refused(row.json));
    BOOST_TEST((spec->container.network == row.network), row.json);
  }
}

BOOST_AUTO_TEST_CASE(the_images_own_port_is_its_PORT_and_the_hosts_is_chosen) {
  const auto spec = parsed(R"({"image":"a","link":"http","container":{"port":80}})");
  BOOST_REQUIRE(spec);
  BOOST_TEST(spec->env.at("PORT") == "80");
  BOOST_TEST((spec->policy.port == std::optional<std::uint16_t>(port_auto)));
  const auto again = parsed(effective_json(*spec));
  BOOST_REQUIRE_MESSAGE(again, refused(effective_json(*spec)));
  BOOST_TEST(again->env.at("PORT") == "80");
  BOOST_TEST((again->policy.port == std::optional<std::uint16_t>(port_auto)));
  const auto fixed = parsed(R"({"image":"a","link":"http","port":9000,"container":{"port":80}})");
  BOOST_REQUIRE(fixed);
  BOOST_TEST(*fixed->policy.port == 9000);
}

BOOST_AUTO_TEST_CASE(what_listens_may_outlive_its_node) {
  for (const char* json : {R"({"image":"a","on_node_exit":"keep","link":"http"})",
                           R"({"image":"a","on_node_exit":"keep","link":"none"})"})
    BOOST_TEST(refused(json) == "", json);
}

BOOST_AUTO_TEST_CASE(what_a_container_cannot_have_is_refused_with_its_place) {
  struct row {
    std::string json;
    std::string why;
  };
  for (const auto& row : std::vector<row>{
           {R"({"runner":"container","command":"x"})", "box.runner: a container needs an image"},
           {R"({"image":""})", "box.image: "},
           {R"({"image":"a b"})", "box.image: "},
           {R"({"image":"-x"})", "box.image: "},
           {R"({"image":7})", "box.image: "},
           {R"({"image":"a","git":"https://x"})", "box.image: "},
           {R"({"image":"a","git":"https://x"})", "name the Dockerfile in it as"},
           {R"({"image":"./","git":"https://x"})", "box.image: "},
           {R"({"image":"./../x","git":"https://x"})", "box.image: "},
           {R"({"image":"./a/./x","git":"https://x"})", "box.image: "},
           {R"({"image":"./a//x","path":"/x"})", "box.image: "},
           {R"({"image":"./x/","path":"/x"})", "box.image: "},
           {R"({"image":"./Dockerfile"})", "box.image: is a file of a project"},
           {R"({"image":"./Dockerfile","npm":"x"})", "box.image: "},
           {R"({"runner":"container","npm":"x"})", "box.runner: "},
           {R"({"runner":"container","git":"https://x","build":[["make"]]})", "box.build: "},
           {R"({"runner":"container","git":"https://x","container":{"pull":"never"}})",
            "box.container.pull: "},
           {R"({"runner":"container","git":"https://x","isolation":"strict"})", "box.isolation: "},
           {R"({"image":"a","container":{"usr":"x"}})", "did you mean \"user\""},
           {R"({"image":"a","container":{"user":"a b"}})", "box.container.user: "},
           {R"({"image":"a","container":{"pull":"maybe"}})", "box.container.pull: "},
           {R"({"image":"a","network":"host"})", "box.network: "},
           {R"({"image":"a","paths":{"read":["x"]}})", "box.paths.read: "},
           {R"({"image":"a","paths":{"write":["/a:b"]}})", "box.paths.write: "},
           {R"({"image":"a","paths":{"write":["/a:/"]}})", "box.paths.write: "},
           {R"({"image":"a","paths":{"write":["/a:/b:ro"]}})", "box.paths.write: "},
           {R"({"image":"a","on_node_exit":"keep"})",
            "box.on_node_exit: \"keep\" cannot hold for a "
            "server on stdio"},
           {R"({"image":"a","on_node_exit":"keep","link":"http","replicas":2})",
            "box.on_node_exit: "},
           {R"({"image":"a","link":"none","ready":"notify"})", "box.ready: "},
           {R"({"image":"a","link":"none","port":"auto","network":"none"})", "box.network: "},
           {R"({"image":"a","link":"http","container":{"port":0}})", "box.container.port: "},
           {R"({"image":"a","link":"http","container":{"port":"x"}})", "box.container.port: "},
           {R"({"image":"a","link":"http","container":{"port":80},"env":{"PORT":"81"}})",
            "box.container.port: "},
           {R"({"image":"a","link":"http","env":{"PORT":"http"}})", "box.env: "},
           {R"({"image":"a","cwd":"x"})", "box.cwd: "},
           {R"({"command":"x","container":{"user":"1"}})", "box.container: "},
           {R"({"command":"x","network":"host"})", "box.network: "},
           {R"({"image":"a","isolation":"strict"})", "box.isolation: "},
           {R"({"image":"a","private_tmp":true})", "box.private_tmp: "},
           {R"({"image":"a","runner":"remote"})", "box.runner: "},
           {R"({"image":"a","runner":"process"})", "says not where the server comes from"},
       })
    BOOST_TEST(refused(row.json).find(row.why) != std::string::npos,
               row.json << " -> " << refused(row.json));
}

BOOST_AUTO_TEST_CASE(the_engines_place_is_a_unix_socket) {
  environment env;
  env.variable = [](std::string_view) { return std::optional<std::string>("/home/me"); };
  const auto node = [&](const std::string& engine) {
    return parse_config(R"({"node":{"engine":")" + engine + "\"}}", "f", env);
  };
  BOOST_TEST(node("unix:///run/x.sock")->engine == "unix:///run/x.sock");
  BOOST_TEST(node("/run/x.sock")->engine == "/run/x.sock");
  for (const char* bad : {"tcp://1.2.3.4:5", "x.sock", "unix://x"}) BOOST_TEST(!node(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore
