#include "tests/house/tidy.hpp"

#include "tests/house/code_text.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

using namespace toolscore::house;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

struct census {
  std::size_t sources = 0;
  std::size_t cmakes = 0;
  std::vector<violation> found;
  std::map<std::string, std::vector<std::string>, std::less<>> types;
};

bool is_source(const std::filesystem::path& path) {
  static const std::set<std::string> kinds{".hpp", ".cpp", ".h", ".c"};
  return kinds.count(path.extension().string()) > 0;
}

/// Everything below the folders of the house.
census walk(const std::filesystem::path& root) {
  census all;
  for (const auto& folder : folders()) {
    if (!std::filesystem::exists(root / folder)) continue;
    auto at = std::filesystem::recursive_directory_iterator(root / folder);
    for (const auto& entry : at) {
      const auto name = entry.path().filename().string();
      if (entry.is_directory() && (name == "node_modules" || name == "__pycache__"))
        at.disable_recursion_pending();
      if (!entry.is_regular_file()) continue;
      const auto path = std::filesystem::relative(entry.path(), root).generic_string();
      std::vector<violation> found;
      if (is_source(entry.path()) && ++all.sources > 0)
        found = check_source(path, read(entry.path()));
      else if (name == "CMakeLists.txt" && ++all.cmakes > 0)
        found = check_cmake(path, read(entry.path()));
      if (entry.path().extension() == ".hpp") all.types[path] = types_defined(read(entry.path()));
      all.found.insert(all.found.end(), found.begin(), found.end());
    }
  }
  const auto twice = check_types(all.types);
  all.found.insert(all.found.end(), twice.begin(), twice.end());
  return all;
}

/// The rules that a header or a source of this text breaks, "a b"; empty = none.
std::string broken(std::string_view path, std::string text) {
  if (path.ends_with(".hpp")) text = "#pragma once\n" + text;
  std::string rules;
  for (const auto& x : check_source(path, text)) rules += (rules.empty() ? "" : " ") + x.rule;
  return rules;
}

std::string linked(std::string_view path, const std::string& text) {
  std::string rules;
  for (const auto& x : check_cmake(path, text)) rules += (rules.empty() ? "" : " ") + x.rule;
  return rules;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tidy)

BOOST_AUTO_TEST_CASE(the_house_is_tidy) {
  const auto all = walk(TOOLSCORE_SOURCE_DIR);
  for (const auto& x : all.found) BOOST_ERROR(to_string(x));
  BOOST_TEST(all.sources > 20u); // Else it looked in the wrong place.
  BOOST_TEST(all.cmakes > 3u);
}

BOOST_AUTO_TEST_CASE(includes_go_downward_only) {
  BOOST_TEST(broken("runners/a.cpp", "#include \"mcp/names.hpp\"\n") == "");
  BOOST_TEST(broken("mcp/a.cpp", "#include \"runners/link.hpp\"\n") == "include-direction");
  BOOST_TEST(broken("messages/a.hpp", "#include \"mcp/names.hpp\"\n") == "include-direction");
  BOOST_TEST(broken("gateway/a.cpp", "#include \"store/schema.hpp\"\n") == "include-direction");
  BOOST_TEST(broken("supervisor/a_actor.cpp", "#include \"loop/event_loop.hpp\"\n") ==
             "include-direction");
  BOOST_TEST(broken("actors/a.cpp", "#include \"gateway/router.hpp\"\n") == "include-direction");
  BOOST_TEST(broken("node/a.cpp", "#include \"gateway/router.hpp\"\n") == "");
  BOOST_TEST(broken("bench/a_io.cpp", "#include \"actors/runtime.hpp\"\n") == "");
  BOOST_TEST(broken("bench/a_io.cpp", "#include \"actors/call_table.hpp\"\n") ==
             "include-direction");
  BOOST_TEST(broken("mcp/a.cpp", "#include \"names.hpp\"\n") == "include-path");
  BOOST_TEST(broken("mcp/a.cpp", "#include \"../mcp/names.hpp\"\n") == "include-path");
}

BOOST_AUTO_TEST_CASE(no_folder_is_below_itself) {
  for (const auto& low : folders())
    for (const auto& high : folders())
      BOOST_TEST((low == high || !may_use(low, high) || !may_use(high, low)),
                 low << " and " << high);
}

BOOST_AUTO_TEST_CASE(only_actors_know_caf) {
  BOOST_TEST(broken("actors/a_actor.cpp", "#include <caf/actor.hpp>\n") == "");
  BOOST_TEST(broken("actors/a.cpp", "#include <caf/actor.hpp>\n") == "suffix-caf");
  BOOST_TEST(broken("store/a_io.cpp", "#include <caf/actor.hpp>\n") == "suffix-caf");
  BOOST_TEST(broken("actors/a.cpp", "#include \"actors/b_actor.hpp\"\n") == "suffix-caf");
  BOOST_TEST(broken("runners/a_link.hpp", "#include \"runners/b_actor.hpp\"\n") == "suffix-caf");
  BOOST_TEST(broken("messages/caf_bridge.hpp", "#include <caf/actor.hpp>\n") == "");
  BOOST_TEST(broken("messages/bridge.hpp", "#include <caf/actor.hpp>\n") == "suffix-caf");
  BOOST_TEST(broken("actors/runtime.cpp", "#include <caf/actor.hpp>\n") == "");
  BOOST_TEST(broken("actors/runtime.hpp", "#include <caf/actor.hpp>\n") == "suffix-caf");
  BOOST_TEST(broken("loop/a.cpp", "#include <caf/actor.hpp>\n") == "");
}

BOOST_AUTO_TEST_CASE(only_shells_do_input_and_output) {
  for (const char* name : {"<unistd.h>", "<sys/socket.h>", "<fstream>", "<SQLiteCpp/SQLiteCpp.h>",
                           "<boost/beast/http.hpp>", "<openssl/sha.h>", "<git2.h>", "<CLI/CLI.hpp>",
                           "<thread>", "\"loop/asio.hpp\""}) {
    const auto text = std::string("#include ") + name + "\n";
    BOOST_TEST(broken("runners/a_io.cpp", text) == "", name);
    BOOST_TEST(broken("runners/a_link.cpp", text) == "", name);
    BOOST_TEST(broken("runners/a_actor.cpp", text) == "suffix-io", name);
    BOOST_TEST(broken("runners/a.cpp", text) == "suffix-io", name);
    BOOST_TEST(broken("runners/clone/a.cpp", text) == "", name);
    BOOST_TEST(broken("node/main.cpp", text) == "", name);
    BOOST_TEST(broken("tests/runners/a_test.cpp", text) == "", name);
  }
  BOOST_TEST(broken("runners/a.cpp", "#include <csignal>\n#include <simdjson.h>\n") == "");
}

BOOST_AUTO_TEST_CASE(a_pure_file_uses_no_shell_of_ours_and_no_clock) {
  BOOST_TEST(broken("actors/a.cpp", "#include \"store/specs_io.hpp\"\n") == "pure");
  BOOST_TEST(broken("actors/a_actor.cpp", "#include \"store/specs_io.hpp\"\n") == "");
  BOOST_TEST(broken("actors/a.cpp", "#include \"loop/log_io.hpp\"\n") == "pure");
  BOOST_TEST(broken("actors/a_actor.cpp", "#include \"loop/log_io.hpp\"\n") == "");
  BOOST_TEST(broken("actors/a.cpp", "#include \"loop/blocking_pool.hpp\"\n") == "pure");
  BOOST_TEST(broken("actors/a.cpp", "#include \"runners/link.hpp\"\n") == "");
  BOOST_TEST(broken("runners/a.cpp", "#include \"runners/spawner/protocol.hpp\"\n") == "");
  BOOST_TEST(broken("mcp/a.cpp", "auto t = std::chrono::steady_clock::now();\n") == "clock");
  BOOST_TEST(broken("mcp/a.cpp", "std::chrono::steady_clock::time_point t;\n") == "");
  BOOST_TEST(broken("store/a_io.cpp", "auto t = std::chrono::system_clock::now();\n") == "");
}

BOOST_AUTO_TEST_CASE(asio_and_spdlog_have_one_door_each) {
  BOOST_TEST(broken("gateway/a_io.cpp", "#include <boost/asio.hpp>\n") == "asio");
  BOOST_TEST(broken("loop/a.cpp", "#include <boost/asio/post.hpp>\n") == "asio");
  BOOST_TEST(broken("tests/loop/a_test.cpp", "#include <boost/asio.hpp>\n") == "asio");
  BOOST_TEST(broken("loop/asio.hpp", "#include <boost/asio.hpp>\n") == "");
  BOOST_TEST(broken("loop/log_io.cpp", "#include <spdlog/logger.h>\n") == "");
  BOOST_TEST(broken("loop/log_io.hpp", "#include <spdlog/logger.h>\n") == "spdlog");
  BOOST_TEST(broken("node/main.cpp", "#include <spdlog/spdlog.h>\n") == "spdlog");
}

BOOST_AUTO_TEST_CASE(only_the_spawner_forks) {
  BOOST_TEST(broken("runners/a_io.cpp", "if (fork() == 0) return;\n") == "fork");
  BOOST_TEST(broken("runners/a_io.cpp", "pid = ::fork ();\n") == "fork");
  BOOST_TEST(broken("runners/a_io.cpp", "pid = vfork();\n") == "fork");
  BOOST_TEST(broken("runners/spawner/a.cpp", "pid = ::fork();\n") == "");
  BOOST_TEST(broken("runners/a_io.cpp", "bool is_fork(); dish.fork();\n") == "");
}

BOOST_AUTO_TEST_CASE(there_is_no_shell) {
  BOOST_TEST(broken("runners/a_io.cpp", "std::system(text);\n") == "shell");
  BOOST_TEST(broken("runners/a_io.cpp", "  system(\"ls\");\n") == "shell");
  BOOST_TEST(broken("runners/a_io.cpp", "return ::popen(text, mode);\n") == "shell");
  BOOST_TEST(broken("runners/a_io.cpp", "auto* f = popen(text, mode);\n") == "shell");
  BOOST_TEST(broken("actors/a_actor.cpp", "self->system().render(why);\n") == "");
  BOOST_TEST(broken("actors/a_actor.cpp", "caf::actor_system& system();\n") == "");
  BOOST_TEST(broken("actors/a_actor.cpp", "caf::actor_system system(config);\n") == "");
}

BOOST_AUTO_TEST_CASE(nothing_sleeps) {
  BOOST_TEST(broken("runners/a_io.cpp", "std::this_thread::sleep_for(1s);\n") == "sleep");
  BOOST_TEST(broken("runners/spawner/a.cpp", "usleep(10);\n") == "sleep");
  BOOST_TEST(broken("runners/a_io.cpp", "::nanosleep(&t, nullptr);\n") == "sleep");
  BOOST_TEST(broken("actors/a.cpp", "fall_asleep(server); x.sleep(1);\n") == "");
  BOOST_TEST(broken("tests/e2e/a_test.cpp", "std::this_thread::sleep_for(1s);\n") == "");
}

BOOST_AUTO_TEST_CASE(every_request_has_a_timeout) {
  BOOST_TEST(broken("actors/a_actor.cpp", "self->request(to, caf::infinite, x);\n") == "infinite");
  BOOST_TEST(broken("tests/actors/a_test.cpp", "self->request(to, infinite, x);\n") == "infinite");
  BOOST_TEST(broken("actors/a_actor.cpp", "self->request(to, 1s, x); // never infinite\n") == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_left_for_later) {
  BOOST_TEST(broken("mcp/a.cpp", "// TO"
                                 "DO: later\n") == "open-end");
  BOOST_TEST(broken("tests/mcp/a_test.cpp", "// FIX"
                                            "ME\n") == "open-end");
  BOOST_TEST(broken("mcp/a.cpp", "// mastodon\n") == "");
}

BOOST_AUTO_TEST_CASE(a_file_ends_at_its_limit) {
  std::string text;
  for (std::size_t i = 0; i < file_lines_max; ++i) text += "int x;\n";
  BOOST_TEST(broken("mcp/a.cpp", text) == "");
  BOOST_TEST(broken("mcp/a.cpp", text + "int y;\n") == "length");
}

BOOST_AUTO_TEST_CASE(a_type_has_a_name_of_its_own) {
  const auto seen =
      types_defined("namespace toolscore {\nclass known;\nstruct a {\n  struct inner "
                    "{};\n};\nclass b final : public a {\n};\nenum class c : int {};\n"
                    "// struct d {\n} // namespace toolscore\n"
                    "namespace toolscore::reason {\nstruct a {};\n}\n");
  const std::vector<std::string> expected{"toolscore::a", "toolscore::b", "toolscore::c",
                                          "toolscore::reason::a"};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
  BOOST_TEST(
      check_types({{"store/x.hpp", {"toolscore::a"}}, {"node/y.hpp", {"toolscore::b"}}}).empty());
  const auto twice =
      check_types({{"store/x.hpp", {"toolscore::a"}}, {"node/y.hpp", {"toolscore::a"}}});
  BOOST_REQUIRE(twice.size() == 1u);
  BOOST_TEST(twice[0].path == "store/x.hpp");
  BOOST_TEST(twice[0].rule == "type-twice");
  BOOST_TEST(
      check_types({{"bench/x.hpp", {"toolscore::a"}}, {"node/y.hpp", {"toolscore::a"}}}).empty());
}

BOOST_AUTO_TEST_CASE(a_header_is_included_once) {
  BOOST_TEST(check_source("mcp/a.hpp", "int x();\n").size() == 1u);
  BOOST_TEST(check_source("mcp/a.hpp", "#pragma once\nint x();\n").empty());
  BOOST_TEST(check_source("mcp/a.cpp", "int x();\n").empty());
}

BOOST_AUTO_TEST_CASE(comments_and_literals_are_no_code) {
  BOOST_TEST(broken("mcp/a.cpp", "// fork()\n/* std::system(x)\n usleep(1); */\n") == "");
  BOOST_TEST(broken("mcp/a.cpp",
                    "auto a = \"fork() \\\" fork()\"; auto b = '\"'; int c = 1'000;\n") == "");
  BOOST_TEST(broken("mcp/a.cpp", "auto a = R\"x(\n#include <unistd.h>\nfork() \")x\";\n") == "");
  BOOST_TEST(broken("mcp/a.cpp", "auto a = '\"'; fork(); auto b = '\"';\n") == "fork");
  BOOST_TEST(broken("mcp/a.cpp", "int a = 1'000; fork(); int b = 2'000;\n") == "fork");
  const auto one = check_source("mcp/a.cpp", "/* two\nlines */ int x;\nint y = fork();\n");
  BOOST_REQUIRE(one.size() == 1u);
  BOOST_TEST(one[0].line == 3u);
}

BOOST_AUTO_TEST_CASE(a_folder_links_what_it_may_include_and_says_so) {
  const std::string says = "# May use: messages.\n";
  BOOST_TEST(linked("mcp/CMakeLists.txt", says + "target_link_libraries(toolscore_mcp PUBLIC "
                                                 "toolscore_messages toolscore_flags)\n") == "");
  BOOST_TEST(linked("mcp/CMakeLists.txt", says + "target_link_libraries(toolscore_mcp PUBLIC\n"
                                                 "  toolscore_runners)\n") == "link-direction");
  BOOST_TEST(linked("gateway/CMakeLists.txt",
                    says + "target_link_libraries(toolscore_gateway PUBLIC toolscore_actors)\n") ==
             "link-direction");
  BOOST_TEST(linked("mcp/CMakeLists.txt", "add_library(toolscore_mcp STATIC)\n") == "may-use");
  BOOST_TEST(linked("runners/clone/CMakeLists.txt", "add_executable(toolscore_clone x.cpp)\n") ==
             "");
  BOOST_TEST(linked("tests/mcp/CMakeLists.txt", "toolscore_suite(mcp LIBRARIES toolscore_mcp)\n") ==
             "");
}

BOOST_AUTO_TEST_SUITE_END()
