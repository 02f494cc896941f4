#include "node/sources/host_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(host_config)

BOOST_AUTO_TEST_CASE(servers_stand_under_either_key_and_names_become_legal) {
  const auto found =
      servers_of_host(R"({"mcpServers": {"A B": {"command": "x"}, "n": {"url": "https://h/mcp"}},
    "servers": {"a-b": {"command": "y"}, "bad": {"command": "x", "agrs": []}}})",
                      "/w/.vscode/mcp.json");
  BOOST_REQUIRE(found);
  const std::tuple<const char*, const char*, const char*> rows[] = {
      {"a-b", "A B", ""},
      {"n", "n", ""},
      {"a-b", "a-b", "is taken by one before it"},
      {"bad", "bad", "did you mean \"args\"?"}};
  BOOST_REQUIRE(found->size() == std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const auto& server = (*found)[i];
    const auto& [name, written, fault] = rows[i];
    BOOST_TEST(server.name == name);
    BOOST_TEST(server.written == written);
    BOOST_TEST(server.fault.empty() == std::string_view(fault).empty(), server.fault);
    BOOST_TEST(server.fault.find(fault) != std::string::npos, server.fault);
  }
  for (const char* none : {"{}", R"({"mcpServers": {}})", "[", R"({"mcpServers": 1})"})
    BOOST_TEST(!servers_of_host(none, "/w/x.json"), none);
}

BOOST_AUTO_TEST_CASE(what_is_shown_is_what_would_run_without_a_value_of_a_variable) {
  const std::tuple<const char*, const char*, bool> rows[] = {
      {R"({"command": "npx", "args": ["-y", "p@1.2.3", "a b", "${KEY}"], "env": {"K": "hidden"}})",
       "  runs       npx -y p@1.2.3 'a b' ${KEY}\n  variables  K\n", false},
      {R"({"command": "npx", "args": ["-y", "@s/p"]})", "behind @s/p to keep it", true},
      {R"({"command": "uvx", "args": ["p@latest"]})", "behind p to keep it", true},
      {R"({"npm": "@s/p@2.0.0"})", "  installs   npm @s/p@2.0.0\n", false},
      {R"({"url": "https://h/mcp", "headers": {"Authorization": "hidden"}})",
       "  connects   https://h/mcp\n  headers    Authorization\n", false},
      {R"({"command": "x", "args": ["${workspaceFolder}/a"]})", "  runs       x /w/a\n", false},
      {R"({"command": "x", "args": ["\u001b[31m"]})", "  runs       x ", false},
  };
  for (const auto& [config, expected, loose] : rows) {
    const auto found = servers_of_host(R"({"servers": {"s": )" + std::string(config) + "}}",
                                       "/w/.cursor/mcp.json");
    BOOST_REQUIRE(found);
    const auto text = shown_server(found->front());
    BOOST_TEST(text.find(expected) != std::string::npos, text);
    BOOST_TEST(text.find("hidden") == std::string::npos, text);
    BOOST_TEST(text.find('\x1b') == std::string::npos, text);
    BOOST_TEST((text.find("version    any") != std::string::npos) == loose, text);
  }
}

BOOST_AUTO_TEST_CASE(a_folder_is_put_in_as_it_is_written_whatever_its_name) {
  const std::pair<const char*, const char*> rows[] = {
      {"/w/.vscode/mcp.json", "/w/a"},
      {"/w/.cursor/mcp.json", "/w/a"},
      {"/w/.mcp.json", "/w/a"},
      {"/mcp.json", "//a"},
      {"/w/${HOME}/.vscode/mcp.json", "/w/$${HOME}/a"}, // It is no reference.
      {"/w/${workspaceFolder}/.vscode/mcp.json", "/w/$${workspaceFolder}/a"}};
  for (const auto& [file, expected] : rows) {
    const auto found = servers_of_host(
        R"({"servers": {"s": {"command": "x", "args": ["${workspaceFolder}/a"]}}})", file);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->front().fault == "");
    BOOST_TEST(found->front().config["args"][0] == expected, file);
  }
}

BOOST_AUTO_TEST_CASE(each_host_has_its_places) {
  for (const char* name : {"claude-desktop", "claude-code", "cursor", "vscode"}) {
    const auto host = mcp_host_named(name);
    BOOST_REQUIRE(host);
    for (const auto& file : host_files(*host, "/home/ann", "/w"))
      BOOST_TEST((file.starts_with("/home/ann/") || file.starts_with("/w/")), file);
  }
  BOOST_TEST(!mcp_host_named("emacs"));
}

BOOST_AUTO_TEST_SUITE_END()
