#include "runners/container/engine_request.hpp"

#include "runners/container/container_plan.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::json;

server_spec boxed() {
  server_spec spec;
  spec.id = {"box"};
  spec.source = source_kind::image;
  spec.container.image = "example/mcp:1";
  spec.env = {{"KEY", "s3cret"}};
  return spec;
}

json body_of(const server_spec& spec, container_streams streams = {}) {
  const auto plan = plan_container(spec, "sha256:12");
  const auto request = create_request(plan, {"ab-1", "box", 7, 3}, streams, 30'000);
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.target == "/v1.41/containers/create?name=toolscore-box-3-ab-1");
  return json::parse(request.body);
}

} // namespace

} // namespace toolscore

BOOST_AUTO_TEST_SUITE(engine_request)

using namespace toolscore;

BOOST_AUTO_TEST_CASE(a_container_has_nothing_that_its_definition_does_not_name) {
  const auto body = body_of(boxed());
  const auto& host = body["HostConfig"];
  BOOST_TEST(body["Image"] == "sha256:12");
  BOOST_TEST(!body.contains("Entrypoint"));
  BOOST_TEST(!body.contains("Cmd"));
  BOOST_TEST(!body.contains("User"));
  BOOST_TEST(host["NetworkMode"] == "none");
  BOOST_TEST(host["ReadonlyRootfs"] == true);
  BOOST_TEST(host["Privileged"] == false);
  BOOST_TEST(host["CapDrop"] == json::array({"ALL"}));
  BOOST_TEST(host["SecurityOpt"] == json::array({"no-new-privileges"}));
  BOOST_TEST(host["RestartPolicy"]["Name"] == "no");
  BOOST_TEST(host["Init"] == true);
  BOOST_TEST(host["LogConfig"]["Type"] == "none");
  BOOST_TEST(host["Mounts"] == json::array());
  BOOST_TEST(host["Tmpfs"] == json({{"/tmp", "rw,exec,nosuid,nodev,size=64m,mode=1777"}}));
  BOOST_TEST(host["AutoRemove"] == false); // How it ended is asked for.
  BOOST_TEST(body["Healthcheck"]["Test"] == json::array({"NONE"}));
  BOOST_TEST(body["Tty"] == false);
  for (const char* stdin_word : {"OpenStdin", "StdinOnce", "AttachStdin"})
    BOOST_TEST(body[stdin_word] == true, stdin_word);
  BOOST_TEST(!host.contains("PortBindings"));
  BOOST_TEST(!host.contains("Memory"));
  BOOST_TEST(
      body["Labels"] ==
      json({{"toolscore.node", "ab-1"}, {"toolscore.server", "box"}, {"toolscore.instance", "7"}}));
}

BOOST_AUTO_TEST_CASE(a_secret_stands_in_the_environment_and_nowhere_else) {
  auto spec = boxed();
  auto body = body_of(spec);
  BOOST_TEST(body["Env"] == json::array({"KEY=s3cret"}));
  body.erase("Env");
  BOOST_TEST(body.dump().find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_command_takes_the_place_of_the_images_own_and_arguments_follow_it) {
  auto spec = boxed();
  spec.args = {"-v", "x y"};
  auto body = body_of(spec);
  BOOST_TEST(!body.contains("Entrypoint"));
  BOOST_TEST(body["Cmd"] == json::array({"-v", "x y"}));
  spec.command = "/server";
  body = body_of(spec);
  BOOST_TEST(body["Entrypoint"] == json::array({"/server"}));
  BOOST_TEST(body["Cmd"] == json::array({"-v", "x y"}));
  spec.args = {};
  BOOST_TEST(body_of(spec)["Cmd"] == json::array());
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_a_process) {
  auto spec = boxed();
  spec.policy.limits = {64u << 20U, 1.5, 20, true, 256};
  const auto host = body_of(spec)["HostConfig"];
  BOOST_TEST(host["Memory"] == 64u << 20U);
  BOOST_TEST(host["NanoCpus"] == 1'500'000'000u);
  BOOST_TEST(host["PidsLimit"] == 20u);
  BOOST_TEST(host["Ulimits"][0] == json({{"Name", "nofile"}, {"Soft", 256}, {"Hard", 256}}));
  BOOST_TEST(host["Ulimits"][1] == json({{"Name", "nproc"}, {"Soft", 30'000}, {"Hard", 30'000}}));
}

BOOST_AUTO_TEST_CASE(mounts_user_network_and_directory_are_what_was_written) {
  auto spec = boxed();
  spec.cwd = "/work";
  spec.container.user = "1000:1000";
  spec.container.writable_root = true;
  spec.container.network = container_network::full;
  spec.container.mounts = {{"/srv/data", "/data", false}, {"/out", "/out", true}};
  const auto body = body_of(spec);
  const auto& host = body["HostConfig"];
  BOOST_TEST(body["WorkingDir"] == "/work");
  BOOST_TEST(body["User"] == "1000:1000");
  BOOST_TEST(host["ReadonlyRootfs"] == false);
  BOOST_TEST(host["NetworkMode"] == "default");
  BOOST_TEST(
      host["Mounts"][0] ==
      json({{"Type", "bind"}, {"Source", "/srv/data"}, {"Target", "/data"}, {"ReadOnly", true}}));
  BOOST_TEST(host["Mounts"][1]["ReadOnly"] == false);
}

BOOST_AUTO_TEST_CASE(a_port_is_reached_on_loopback_alone) {
  auto plan = plan_container(boxed(), "sha256:12");
  plan.container->port = 8123;
  const auto body = json::parse(create_request(plan, {"n", "box", 1, 1}, {}, 1).body);
  BOOST_TEST(body["ExposedPorts"].contains("8123/tcp"));
  BOOST_TEST(body["HostConfig"]["PortBindings"]["8123/tcp"] ==
             json::array({{{"HostIp", "127.0.0.1"}, {"HostPort", "8123"}}}));
}

BOOST_AUTO_TEST_CASE(an_image_with_a_port_of_its_own_is_reached_there) {
  auto plan = plan_container(boxed(), "sha256:12");
  plan.container->port = 8123;
  plan.env["PORT"] = "80";
  const auto body = json::parse(create_request(plan, {"n", "box", 1, 1}, {}, 1).body);
  BOOST_TEST(body["ExposedPorts"].size() == 1u);
  BOOST_TEST(body["ExposedPorts"].contains("80/tcp"));
  BOOST_TEST(body["HostConfig"]["PortBindings"]["80/tcp"] ==
             json::array({{{"HostIp", "127.0.0.1"}, {"HostPort", "8123"}}}));
  for (const char* none : {"", "x", "0", "99999", "80x"}) {
    plan.env["PORT"] = none;
    BOOST_TEST(inner_port(plan) == 8123, none);
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_says_so_with_its_definitions_digest) {
  const auto plan = plan_container(boxed(), "sha256:12");
  const auto body = json::parse(create_request(plan, {"n", "box", 4, 1, "kept-9"}, {}, 1).body);
  BOOST_TEST(body["Labels"] == json({{"toolscore.node", "n"},
                                     {"toolscore.server", "box"},
                                     {"toolscore.instance", "4"},
                                     {"toolscore.kept", "kept-9"}}));
}

BOOST_AUTO_TEST_CASE(who_has_no_stdin_is_given_none) {
  const auto body = body_of(boxed(), {false});
  BOOST_TEST(body["OpenStdin"] == false);
  BOOST_TEST(body["AttachStdout"] == true);
  BOOST_TEST(attach_request("ab", {false}).target.find("stdin") == std::string::npos);
  BOOST_TEST(attach_request("ab", {true}).target.find("&stdin=1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(requests_are_told_by_their_targets) {
  BOOST_TEST(begin_request("ab").target == "/v1.41/containers/ab/start");
  BOOST_TEST(inspect_request("ab").target == "/v1.41/containers/ab/json");
  BOOST_TEST(kill_request("ab", 15).target == "/v1.41/containers/ab/kill?signal=SIGTERM");
  BOOST_TEST(wait_request("ab").target == "/v1.41/containers/ab/wait");
  BOOST_TEST(remove_request("ab").method == "DELETE");
  BOOST_TEST(remove_request("ab").target == "/v1.41/containers/ab?force=1&v=1");
  BOOST_TEST(list_request("n-1").target ==
             "/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22toolscore.node%3Dn-1%22"
             "%5D%7D");
  const auto image = parse_image_name("registry.example:5000/a/b:1");
  BOOST_TEST(image_request(*image).target == "/v1.41/images/registry.example:5000/a/b:1/json");
  BOOST_TEST(pull_request(*image).target ==
             "/v1.41/images/create?fromImage=registry.example%3A5000%2Fa%2Fb&tag=1");
}

BOOST_AUTO_TEST_SUITE_END()
