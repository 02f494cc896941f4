#include "node/sources/container_command.hpp"
#include "node/sources/host_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

/// The definition of a command of an engine with these words behind "run", as JSON.
reply_json running(const std::string& words, const std::string& more = "") {
  return reply_json::parse(R"({"command":"docker","args":["run",)" + words + "]" + more + "}");
}

/// What every such container has unless it says otherwise.
reply_json container(const std::string& more) {
  auto out =
      reply_json::parse(R"({"image":"x/y:1","network":"full","container":{"writable":true}})");
  out.merge_patch(reply_json::parse("{" + more + "}"));
  return out;
}

nlohmann::json in_any_order(const reply_json& x) {
  return nlohmann::json::parse(x.dump());
}

} // namespace

BOOST_AUTO_TEST_SUITE(container_command)

BOOST_AUTO_TEST_CASE(what_a_run_says_is_said_of_a_container_server) {
  struct row {
    const char* words;
    const char* more;     ///< Of the command.
    const char* expected; ///< Beside what all have.
  };
  const row rows[] = {
      {R"("-i","--rm","x/y:1")", "", ""},
      {R"("-i","--rm","--init","-q","--name","n","x/y:1","--flag","-e","A")", "",
       R"("args":["--flag","-e","A"])"},
      {R"("-i","-e","A=1=2","--env=B=","-eC=3","x/y:1")", "",
       R"("env":{"A":"1=2","B":"","C":"3"})"},
      {R"("-ie","A","x/y:1")", R"(,"env":{"A":"own","OTHER":"is not seen"})",
       R"("env":{"A":"own"})"},
      {R"("-e","A","x/y:1")", "", R"("env":{"A":"${A}"})"},
      {R"("-e","A=${input:k}","x/y:1")", "", R"("env":{"A":"${input:k}"})"},
      {R"("-v","/a:/b","--volume=/c:/d:ro","x/y:1")", "",
       R"("paths":{"write":["/a:/b"],"read":["/c:/d"]})"},
      {R"("-v","${D:-/x}:/b:rw","x/y:1")", "", R"("paths":{"write":["${D:-/x}:/b"]})"},
      {R"("--mount","type=bind,src=/a,dst=/b","x/y:1")", "", R"("paths":{"write":["/a:/b"]})"},
      {R"("--mount","type=bind,source=/a,target=/b,readonly","x/y:1")", "",
       R"("paths":{"read":["/a:/b"]})"},
      {R"("--network","none","x/y:1")", "", R"("network":"none")"},
      {R"("--net=bridge","x/y:1")", "", ""},
      {R"("-u","1000:1000","-w","/w","x/y:1")", R"(,"cwd":"/of/the/program")",
       R"("container":{"user":"1000:1000"},"cwd":"/w")"},
      {R"("--entrypoint","/bin/s","x/y:1","a")", "", R"("command":"/bin/s","args":["a"])"},
      {R"("--read-only","--pull=always","x/y:1")", "",
       R"("container":{"writable":false,"pull":"always"})"},
      {R"("-m","512m","--cpus","1.5","--pids-limit=100","x/y:1")", "",
       R"("limits":{"memory":"512Mi","cpu":1.5,"pids":100})"},
      {R"("--memory=2GB","x/y:1")", "", R"("limits":{"memory":"2Gi"})"},
      {R"("--memory=33554432b","x/y:1")", "", R"("limits":{"memory":33554432})"},
      {R"("--cap-drop","ALL","--security-opt","no-new-privileges","--","x/y:1")", "", ""},
      {R"("x/y:1")", R"(,"restart":"transient","disabled":true)",
       R"("restart":"transient","disabled":true)"},
  };
  for (const auto& [words, more, expected] : rows) {
    const auto config = running(words, more);
    const auto found = read_container_command(config);
    BOOST_REQUIRE_MESSAGE(found, words);
    BOOST_TEST(found->unsaid == "", words);
    BOOST_TEST(in_any_order(found->config) == in_any_order(container(expected)),
               words << " became " << found->config.dump());
    BOOST_REQUIRE(found->image_at);
    BOOST_TEST(config["args"][*found->image_at] == "x/y:1", words);
    // What it becomes is a definition.
    found_server server{"s", "s", config, {}, {}, {}, false, {}};
    take_container(server);
    BOOST_TEST(server.unsaid == "", words << ": " << server.unsaid);
    BOOST_TEST(server.config == found->config);
  }
}

BOOST_AUTO_TEST_CASE(what_has_no_word_stays_a_command_and_says_which) {
  struct row {
    const char* words;
    const char* more;
    const char* unsaid;
  };
  const row rows[] = {
      {R"("--gpus","all","x/y:1")", "", "--gpus"},
      {R"("-it","x/y:1")", "", "--tty"},
      {R"("-p","1:1","x/y:1")", "", "--publish"},
      {R"("--rm=false","x/y:1")", "", "--rm"},
      {R"("-v","data:/d","x/y:1")", "", "--volume"},   // A volume of the engine's own.
      {R"("-v","./here:/d","x/y:1")", "", "--volume"}, // Beside a working directory.
      {R"("-v","/d","x/y:1")", "", "--volume"},        // A volume without a name.
      {R"("-v","/a:/b:Z","x/y:1")", "", "--volume"},
      {R"("--mount","type=tmpfs,dst=/b","x/y:1")", "", "--mount"},
      {R"("--mount","src=/a,dst=/b","x/y:1")", "", "--mount"},
      {R"("--mount","type=bind,src=/a,dst=/b,ro=false","x/y:1")", "", "--mount"},
      {R"("--network","host","x/y:1")", "", "--network"},
      {R"("--cap-add","SYS_ADMIN","x/y:1")", "", "--cap-add"},
      {R"("--security-opt","seccomp=unconfined","x/y:1")", "", "--security-opt"},
      {R"("--security-opt","no-new-privileges:false","x/y:1")", "", "--security-opt"},
      {R"("--privileged","x/y:1")", "", "--privileged"},
      {R"("--entrypoint","","x/y:1")", "", "--entrypoint"},
      {R"("-m","12x","x/y:1")", "", "--memory"},
      {R"("--cpus","1.5.2","x/y:1")", "", "--cpus"},
      {R"("--pids-limit","-1","x/y:1")", "", "--pids-limit"},
      {R"("--pull","newer","x/y:1")", "", "--pull"},
      {R"("--env-file","/e","x/y:1")", "", "--env-file"},
      {R"("-e","=1","x/y:1")", "", "--env"},
      {R"("x/y:1")", R"(,"env":{"DOCKER_HOST":"ssh://far"})", "DOCKER_HOST"},
      {R"("x/y:1")", R"(,"container":5)", "container"},
      {R"("x/y:1")", R"(,"limits":{})", "limits"},
      {R"("--brand-new","x/y:1")", "", "all of the options before its image"},
      {R"("-i","--rm")", "", "all of the options before its image"},
      {R"("-e")", "", "all of the options before its image"},
  };
  for (const auto& [words, more, unsaid] : rows) {
    const auto config = running(words, more);
    const auto found = read_container_command(config);
    BOOST_REQUIRE_MESSAGE(found, words);
    BOOST_TEST(found->unsaid == unsaid, words);
    BOOST_TEST(found->config.is_null(), words);
    found_server server{"s", "s", config, {}, {}, {}, false, {}};
    take_container(server);
    BOOST_TEST(server.config == config, words);
    BOOST_TEST(shown_server(server).find("stays      a command;") != std::string::npos);
  }
}

/// What reads well and is refused as a definition stays what it was.
BOOST_AUTO_TEST_CASE(what_no_container_server_may_be_stays_a_command) {
  for (const char* words : {R"("not an image")", R"("-e","A B","x/y:1")", R"("-v","/a:/","x/y:1")",
                            R"("-u","a b","x/y:1")"}) {
    found_server server{"s", "s", running(words), {}, {}, {}, false, {}};
    take_container(server);
    BOOST_TEST(!server.unsaid.empty(), words);
    BOOST_TEST(server.config == running(words));
  }
}

BOOST_AUTO_TEST_CASE(other_commands_are_none_of_a_container) {
  for (const char* config :
       {R"({"command":"node","args":["run","x"]})", R"({"command":"docker","args":["exec","x"]})",
        R"({"command":"docker","args":["compose","run","x"]})", R"({"command":"docker"})",
        R"({"command":"docker","args":["run",5]})", R"({"command":"docker","args":"run x"})",
        R"({"command":"dockerd","args":["run","x"]})", R"({"url":"https://h/"})", "5"})
    BOOST_TEST(!read_container_command(reply_json::parse(config)), config);
  for (const char* config : {R"({"command":"/usr/bin/podman","args":["run","x"]})",
                             R"({"command":"docker","args":["container","run","x"]})"})
    BOOST_TEST(read_container_command(reply_json::parse(config)).has_value(), config);
}

BOOST_AUTO_TEST_SUITE_END()
