#include "runners/container/engine_answer.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(engine_answer)

using namespace toolscore;

toolscore::engine_answer said(std::string body, unsigned status = 200) {
  return {status, std::move(body)};
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_none_of_the_api_is_an_error_and_no_crash) {
  for (const char* text :
       {"", "null", "[]", "{}", "7", "\"x\"", "{\"Id\":7}", "{\"Id\":\"../x\"}", "{\"State\":[]}",
        "{\"State\":7}", "[{}]", "[{\"Id\":\"x y\"}]", "[7]", "{\"StatusCode\":\"0\"}",
        "{\"Id\":", "\xff\xfe", "{\"Id\":\"\"}", "{\"Id\":\"sha256:zz\"}"}) {
    BOOST_TEST(!created_id(said(text)), text);
    BOOST_TEST(!read_inspect(said(text)), text);
    BOOST_TEST(!read_wait(said(text)), text);
    BOOST_TEST(!read_image(said(text)), text);
    if (std::string_view(text) != "[]") BOOST_TEST(!read_list(said(text)), text);
  }
  BOOST_TEST(!created_id(said("{\"Id\":\"" + std::string(200, 'a') + "\"}")));
}

BOOST_AUTO_TEST_CASE(a_state_is_read_from_what_inspect_says) {
  const auto running =
      read_inspect(said(R"({"State":{"Running":true,"Pid":4711,"ExitCode":0,"OOMKilled":false}})"));
  BOOST_REQUIRE(running);
  BOOST_TEST(running->running);
  BOOST_TEST(running->pid == 4711);
  const auto ended = read_inspect(said(
      R"({"State":{"Running":false,"Pid":-3,"ExitCode":137,"OOMKilled":true,"Error":"a\nb"}})"));
  BOOST_REQUIRE(ended);
  BOOST_TEST(!ended->running);
  BOOST_TEST(ended->pid == 0);
  BOOST_TEST(ended->exit_code == 137);
  BOOST_TEST(ended->out_of_memory);
  BOOST_TEST(ended->failure == "a b");
}

BOOST_AUTO_TEST_CASE(an_inits_code_over_128_is_the_servers_signal) {
  BOOST_TEST((exit_from_code(0) == process_exit{false, 0}));
  BOOST_TEST((exit_from_code(7) == process_exit{false, 7}));
  BOOST_TEST((exit_from_code(128) == process_exit{false, 128}));
  BOOST_TEST((exit_from_code(137) == process_exit{true, 9}));
  BOOST_TEST((exit_from_code(192) == process_exit{true, 64}));
  BOOST_TEST((exit_from_code(193) == process_exit{false, 193}));
  BOOST_TEST((exit_from_code(255) == process_exit{false, 255}));
}

BOOST_AUTO_TEST_CASE(a_pid_is_the_containers_only_if_its_cgroup_names_it) {
  const std::string id(64, 'a');
  BOOST_TEST(is_cgroup_of("5:pids:/libpod_parent/libpod-" + id + "\n0::/\n", id));
  BOOST_TEST(is_cgroup_of("0::/docker/" + id + "\n", id));
  BOOST_TEST(!is_cgroup_of("0::/user.slice\n", id));
  BOOST_TEST(!is_cgroup_of("", id));
  BOOST_TEST(!is_cgroup_of("0::/x", ""));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_the_engines_words_on_one_line) {
  const auto why = refusal(said(R"({"message":"no such\nthing"})", 404), "starting it");
  BOOST_TEST(why.detail == "starting it: HTTP 404: no such thing");
  BOOST_TEST(refusal(said("plain", 500), "x").detail == "x: HTTP 500: plain");
  BOOST_TEST(refusal(said("", 500), "x").detail == "x: HTTP 500");
  BOOST_TEST(refusal(said(std::string(5'000, 'x'), 500), "x").detail.size() < 700u);
}

BOOST_AUTO_TEST_CASE(labels_are_read_with_their_container) {
  const auto list = read_list(
      said(R"([{"Id":"ab","Labels":{"toolscore.node":"n","x":7}},{"Id":"cd","Labels":null}])"));
  BOOST_REQUIRE(list);
  BOOST_REQUIRE(list->size() == 2u);
  BOOST_TEST((*list)[0].labels.at("toolscore.node") == "n");
  BOOST_TEST((*list)[0].labels.size() == 1u);
  BOOST_TEST((*list)[1].labels.empty());
}

BOOST_AUTO_TEST_CASE(an_engine_says_its_name) {
  BOOST_TEST(read_version(said(R"({"Version":"4.3.1","Components":[{"Name":"Podman Engine"}]})")) ==
             "podman 4.3.1");
  BOOST_TEST(read_version(said(R"({"Version":"27.0","Components":[{"Name":"Engine"}]})")) ==
             "docker 27.0");
  BOOST_TEST(read_version(said("x")) == "engine");
}

BOOST_AUTO_TEST_CASE(a_pull_tells_how_far_it_is_and_why_it_failed) {
  const std::string text = "{\"status\":\"Pulling from x\",\"id\":\"1\"}\n"
                           "{\"status\":\"Pulling fs layer\",\"id\":\"aa\"}\n{\"status\":\"Already "
                           "exists\",\"id\":\"bb\"}\n"
                           "{\"status\":\"Downloading\",\"id\":\"aa\",\"progressDetail\":{"
                           "\"current\":30,\"total\":100}}\n";
  for (const std::size_t cut : {1, 5, 1'000}) {
    pull_progress progress;
    BOOST_TEST(progress.text().empty());
    for (std::size_t at = 0; at < text.size(); at += cut)
      progress.feed(std::string_view(text).substr(at, cut));
    BOOST_TEST(progress.text() == "1 of 2 layers, 30 %");
    BOOST_TEST(!progress.failure());
    progress.feed("{\"error\":\"denied:\\nno\"}\n");
    BOOST_TEST(progress.failure().value_or("") == "denied: no");
  }
}

BOOST_AUTO_TEST_CASE(a_pull_that_tells_too_much_costs_no_memory) {
  pull_progress progress;
  for (int piece = 0; piece < 10; ++piece) progress.feed(std::string(60'000, 'x'));
  progress.feed("\n{\"status\":\"Already exists\",\"id\":\"aa\"}\n7\n[]\nnull\n");
  BOOST_TEST(progress.text() == "1 of 1 layers");
  for (int layer = 0; layer < 5'000; ++layer)
    progress.feed("{\"status\":\"Pulling fs layer\",\"id\":\"" + std::to_string(layer) + "\"}\n");
  BOOST_TEST(progress.text() == "1 of 1000 layers");
}

BOOST_AUTO_TEST_SUITE_END()
