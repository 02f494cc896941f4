#include "tests/gateway/clients_fixture.hpp"
#include "tests/gateway/signing.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(clients)

BOOST_AUTO_TEST_CASE(each_token_opens_what_its_scopes_say) {
  server_fixture node(with_clients);
  struct row {
    const std::string* token; ///< Null = none.
    int list, call, show, stop;
  };
  const std::vector<row> rows{
      {nullptr, 401, 401, 401, 401},         {&reader_token, 200, 403, 403, 403},
      {&caller_token, 200, 200, 403, 403},   {&monitor_token, 403, 403, 200, 403},
      {&operator_token, 403, 403, 200, 200},
  };
  const std::string wrong(40, 'w');
  for (const auto& x : rows) {
    asking ask(node);
    const auto header = x.token ? bearer(*x.token) : std::string{};
    const auto status = [&](const std::string& text) {
      auto client = node.connect();
      client.send(text);
      return client.read().status;
    };
    BOOST_TEST_CONTEXT((x.token ? *x.token : "none")) {
      BOOST_TEST(
          ask("/mcp/fs", modern_text("tools/list"), modern_headers("tools/list") + header).status ==
          x.list);
      BOOST_TEST(ask("/mcp/fs", modern_text("tools/call", R"("name":"echo")"),
                     modern_headers("tools/call", "echo") + header)
                     .status == x.call);
      BOOST_TEST(status(node.get("/api/v1/servers", header)) == x.show);
      BOOST_TEST(status(node.get("/metrics", header)) == x.show);
      BOOST_TEST(status(node.post("/api/v1/servers/fs/stop", "", header)) == x.stop);
    }
  }
  BOOST_TEST(list(*std::make_unique<asking>(node), "/mcp/fs", std::string(token)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_it_takes) {
  server_fixture node(with_clients);
  asking ask(node);
  auto x = ask("/mcp/fs", modern_text("tools/list"), modern_headers("tools/list"));
  BOOST_TEST(x.status == 401);
  BOOST_TEST(x.headers["www-authenticate"] == "Bearer");
  x = list(ask, "/mcp/fs", std::string(40, 'w'));
  BOOST_TEST(x.status == 401);
  BOOST_TEST(x.headers["www-authenticate"] == "Bearer error=\"invalid_token\"");
  x = call(ask, "/mcp/fs", "echo", reader_token);
  BOOST_TEST(x.status == 403);
  BOOST_TEST(x.headers["www-authenticate"] ==
             "Bearer error=\"insufficient_scope\", scope=\"mcp:call\"");
  BOOST_TEST(nlohmann::json::parse(x.body)["id"] == "m");
  x = ask("/api/v1/servers/fs/stop", "", bearer(monitor_token));
  BOOST_TEST(x.status == 403);
  BOOST_TEST(x.headers["www-authenticate"] ==
             "Bearer error=\"insufficient_scope\", scope=\"control:write\"");
  BOOST_TEST(node.on_loop([&] { return node.tree.acts.size(); }) == 0u);
  // Of two tokens nobody can say which one counts.
  x = ask("/mcp/fs", modern_text("tools/list"),
          modern_headers("tools/list") + bearer(caller_token) + bearer(operator_token));
  BOOST_TEST(x.status == 400);
  // The connection has survived it all.
  BOOST_TEST(call(ask, "/mcp/fs", "echo", caller_token).status == 200);
}

BOOST_AUTO_TEST_CASE(a_call_is_made_in_the_name_of_its_token) {
  server_fixture node(with_clients);
  std::string who;
  bool owner = true;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      who = x.reply->who().name;
      owner = x.reply->who().owner;
      fake_backend::answer_ok(x);
    };
  });
  asking ask(node);
  BOOST_TEST(call(ask, "/mcp/fs", "echo", caller_token).status == 200);
  BOOST_TEST(node.on_loop([&] { return who; }) == "ci");
  BOOST_TEST(!node.on_loop([&] { return owner; }));
  BOOST_TEST(call(ask, "/mcp/fs", "echo", std::string(token)).status == 200);
  BOOST_TEST(node.on_loop([&] { return who; }) == "token");
}

BOOST_AUTO_TEST_CASE(a_session_is_good_for_the_token_that_opened_it_alone) {
  server_fixture node(with_clients);
  asking ask(node);
  const auto session =
      "Mcp-Session-Id: " +
      ask("/mcp/fs", initialize_text(), bearer(caller_token)).headers["mcp-session-id"] + "\r\n";
  BOOST_TEST(ask("/mcp/fs", call_text("2"), session + bearer(caller_token)).status == 200);
  BOOST_TEST(ask("/mcp/fs", call_text("3"), session + bearer(reader_token)).status == 404);
  BOOST_TEST(ask("/mcp/fs", call_text("3"), session + bearer(std::string(token))).status == 404);
}

BOOST_AUTO_TEST_CASE(a_client_is_shown_and_may_call_what_its_rule_says) {
  with_tools node({{"ci", {"fs"}, {"fs__*"}, {"*__write"}}});
  asking ask(node);
  BOOST_TEST(names_in(list(ask, "/mcp", caller_token)) == "fs__read ");
  BOOST_TEST(names_in(list(ask, "/mcp/fs", caller_token)) == "read ");
  BOOST_TEST(names_in(list(ask, "/mcp", reader_token)) ==
             "fs__read fs__write web__read web__write ");
  BOOST_TEST(names_in(list(ask, "/mcp/web", reader_token)) == "read write ");
  BOOST_TEST(call(ask, "/mcp", "fs__read", caller_token).body.find("pong") != std::string::npos);
  BOOST_TEST(call(ask, "/mcp/fs", "read", caller_token).body.find("pong") != std::string::npos);
  // What is hidden is as what is not there.
  const auto same = [&](const std::string& path, const std::string& hidden,
                        const std::string& unknown) {
    const auto a = call(ask, path, hidden, caller_token);
    const auto b = call(ask, path, unknown, caller_token);
    BOOST_TEST(a.status == b.status);
    auto expected = b.body;
    expected.replace(expected.find(unknown), unknown.size(), hidden);
    BOOST_TEST(a.body == expected);
  };
  same("/mcp", "fs__write", "fs__nothing");
  same("/mcp", "web__read", "web__nothing");
  const auto hidden = call(ask, "/mcp/fs", "write", caller_token);
  BOOST_TEST(code_in(hidden) == -32602);
  BOOST_TEST(hidden.body.find("Unknown tool: write") != std::string::npos);
  const auto other = list(ask, "/mcp/web", caller_token);
  auto nobody = list(ask, "/mcp/nil", caller_token);
  BOOST_TEST(other.status == 404);
  for (std::size_t at = 0; (at = nobody.body.find("nil", at)) != std::string::npos; at += 3)
    nobody.body.replace(at, 3, "web");
  BOOST_TEST(nobody.body == other.body);
}

BOOST_AUTO_TEST_CASE(what_a_rule_hides_is_in_no_joint_list_and_found_by_no_search) {
  with_tools node({{"ci", {"fs"}, {"fs__*"}, {"*__write"}}});
  asking ask(node);
  const auto listed = [&](const std::string& method, const std::string& token) {
    return ask("/mcp", modern_text(method), modern_headers(method) + bearer(token)).body;
  };
  BOOST_TEST(listed("prompts/list", caller_token).find("web__greet") == std::string::npos);
  BOOST_TEST(listed("prompts/list", caller_token).find("fs__greet") != std::string::npos);
  BOOST_TEST(listed("prompts/list", reader_token).find("web__greet") != std::string::npos);
  BOOST_TEST(listed("resources/list", caller_token).find("w://1") == std::string::npos);
  const auto read = [&](const std::string& uri) {
    return ask("/mcp", modern_text("resources/read", R"("uri":")" + uri + "\""),
               modern_headers("resources/read", uri) + bearer(caller_token));
  };
  BOOST_TEST(code_in(read("f://1")) == 0);
  BOOST_TEST(code_in(read("w://1")) == -32602);
  const auto wrapped = [&](const std::string& tool, const std::string& arguments) {
    return ask("/mcp/@all",
               modern_text("tools/call", R"("name":")" + tool + R"(","arguments":)" + arguments),
               modern_headers("tools/call", tool) + bearer(caller_token));
  };
  const auto found = wrapped("search_tools", "{}").body;
  BOOST_TEST(found.find("fs__read") != std::string::npos);
  BOOST_TEST(found.find("fs__write") == std::string::npos);
  BOOST_TEST(found.find("web__") == std::string::npos);
  BOOST_TEST(code_in(wrapped("call_tool", R"({"name":"fs__read"})")) == 0);
  BOOST_TEST(code_in(wrapped("call_tool", R"({"name":"fs__write"})")) == -32602);
  BOOST_TEST(code_in(wrapped("call_tool", R"({"name":"web__read"})")) == -32602);
}

BOOST_AUTO_TEST_CASE(a_hidden_tool_is_hidden_in_a_session_and_by_any_spelling) {
  with_tools node({{"ci", {"fs"}, {"*"}, {"fs__write"}}});
  asking ask(node);
  const auto open =
      ask("/mcp/fs", initialize_text(), bearer(caller_token)).headers["mcp-session-id"];
  const auto session = "Mcp-Session-Id: " + open + "\r\n" + bearer(caller_token);
  BOOST_TEST(ask("/mcp/fs", call_text("2", "read"), session).body.find("pong") !=
             std::string::npos);
  for (const char* name : {"write", R"(\u0077rite)", R"(wr\u0069te)"})
    BOOST_TEST(code_in(ask("/mcp/fs", call_text("3", name), session)) == -32602, name);
  BOOST_TEST(names_in(ask("/mcp/fs", R"({"jsonrpc":"2.0","id":4,"method":"tools/list"})",
                          session)) == "read ");
}

BOOST_AUTO_TEST_CASE(a_batch_hides_nothing_from_scopes_and_rules) {
  with_tools node({{"ci", {"fs"}, {"*"}, {"fs__write"}}});
  asking ask(node);
  auto hello = initialize_text();
  hello.replace(hello.find("2025-06-18"), 10, "2025-03-26");
  const auto session_of = [&](const std::string& token) {
    return "Mcp-Session-Id: " + ask("/mcp/fs", hello, bearer(token)).headers["mcp-session-id"] +
           "\r\n" + bearer(token);
  };
  const auto batch = "[" + call_text("2", "read") + "," + call_text("3", "write") + "]";
  auto x = ask("/mcp/fs", batch, session_of(caller_token));
  BOOST_TEST(x.body.find("pong") != std::string::npos, x.body);
  BOOST_TEST(x.body.find("Unknown tool: write") != std::string::npos, x.body);
  x = ask("/mcp/fs", batch, session_of(reader_token));
  BOOST_TEST(x.body.find("pong") == std::string::npos, x.body);
  BOOST_TEST(x.body.find("lacks the scope mcp:call") != std::string::npos, x.body);
}

BOOST_AUTO_TEST_CASE(no_rule_is_about_the_administrator) {
  with_tools node({{"*", {}, {}, {}}});
  asking ask(node);
  BOOST_TEST(names_in(list(ask, "/mcp", caller_token)) == "");
  BOOST_TEST(names_in(list(ask, "/mcp", std::string(token))) ==
             "fs__read fs__write web__read web__write ");
  auto local = http_client::local(node.socket_path);
  local.send(node.post("/mcp", modern_text("tools/list"), modern_headers("tools/list")));
  BOOST_TEST(names_in(local.read()) == "fs__read fs__write web__read web__write ");
}

BOOST_AUTO_TEST_CASE(a_rule_may_be_about_those_without_a_token) {
  server_fixture node([](gateway_options& x) { x.rules = {{"local", {"web"}, {"*"}, {}}}; });
  asking ask(node);
  BOOST_TEST(ask("/mcp/fs", modern_text("tools/list"), modern_headers("tools/list")).status == 404);
}

BOOST_AUTO_TEST_CASE(every_denial_is_counted_and_told) {
  with_tools node({{"ci", {"fs"}, {"*"}, {"fs__write"}}});
  asking ask(node);
  ask("/mcp/fs", modern_text("tools/list"), modern_headers("tools/list"));
  list(ask, "/mcp/fs", std::string(40, 'w'));
  call(ask, "/mcp/fs", "read", reader_token);
  call(ask, "/mcp/fs", "write", caller_token);
  call(ask, "/mcp", "fs__write", caller_token);
  list(ask, "/mcp/web", caller_token);
  list(ask, "/mcp/nil", caller_token); // There is nothing to deny.
  ask("/mcp", "{}", "Origin: http://evil.example\r\n");
  std::string told;
  node.on_loop([&] {
    for (const auto& x : node.tree.published) {
      const auto field = [&](const char* name) {
        const auto found = x.fields.find(name);
        return found == x.fields.end() ? std::string("-") : found->second;
      };
      told += x.kind + " " + field("reason") + " " + field("principal") + " " + x.server.value +
              " " + field("tool") + " " + field("detail") + "\n";
    }
  });
  BOOST_TEST(told == "access.denied no_token -  - -\n"
                     "access.denied token -  - no token of ours\n"
                     "access.denied scope reader fs - mcp:call\n"
                     "access.denied policy ci fs write -\n"
                     "access.denied policy ci fs write -\n"
                     "access.denied policy ci web - -\n"
                     "access.denied origin -  - Origin http://evil.example is not allowed here\n");
  auto client = node.connect();
  client.send(node.get("/metrics", bearer(monitor_token)));
  const auto metrics = client.read().body;
  for (const char* line : {"toolscore_denied_total{reason=\"policy\"} 3\n",
                           "toolscore_denied_total{reason=\"scope\"} 1\n",
                           "toolscore_denied_total{reason=\"token\"} 1\n",
                           "toolscore_denied_total{reason=\"no_token\"} 1\n",
                           "toolscore_denied_total{reason=\"origin\"} 1\n"})
    BOOST_TEST(metrics.find(line) != std::string::npos, metrics);
  // A call that was turned away is a record as every call is.
  BOOST_REQUIRE(node.on_loop([&] { return node.tree.records.size(); }) == 3u);
  BOOST_TEST(node.on_loop([&] { return node.tree.records[1].principal; }) == "ci");
}

BOOST_AUTO_TEST_CASE(no_token_and_no_cookie_goes_on_to_a_server) {
  server_fixture node(with_clients);
  std::string seen;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      seen = *x.body + x.method + x.more_params + (x.from ? x.from->principal : "");
      if (x.parameters)
        for (const auto& [name, value] : *x.parameters) seen += name + value;
      fake_backend::answer_ok(x);
    };
  });
  asking ask(node);
  const auto reply = ask("/mcp/fs", modern_text("tools/call", R"("name":"echo")"),
                         modern_headers("tools/call", "echo") + bearer(caller_token) +
                             "Cookie: a=b\r\nMcp-Param-Seen: yes\r\n");
  BOOST_TEST(reply.status == 200);
  const auto told = node.on_loop([&] { return seen; });
  BOOST_TEST(told.find("echo") != std::string::npos);
  BOOST_TEST(told.find("seenyes") != std::string::npos); // The only headers that go on.
  BOOST_TEST(told.find(caller_token) == std::string::npos);
  BOOST_TEST(told.find("a=b") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
