#include "tests/gateway/joint_view_support.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using nlohmann::json;

namespace {

/// Two servers that have much under one name.
std::vector<shown_server> colliding() {
  const std::string prompts = R"([{"name":"greet"}])";
  const std::string templates = R"([{"uriTemplate":"t://{id}","name":"t"}])";
  return {{.id = "db",
           .tools = R"([{"name":"read","description":"Reads rows."}])",
           .prompts = prompts,
           .resources = R"([{"uri":"x://1","name":"one"}])",
           .templates = templates,
           .instructions_json = R"("Ask for rows.")"},
          {.id = "fs",
           .tools = R"([{"name":"read","description":"Reads a file."}])",
           .prompts = prompts,
           .resources = R"([{"uri":"x://1","name":"one"},{"uri":"x://2","name":"two"}])",
           .templates = templates,
           .instructions_json = R"("Ask for files.")"}};
}

/// A gateway before them; what a call came to is kept.
struct routes {
  explicit routes(mcp::view_ptr all = view_of(colliding())) {
    node.on_loop([&] {
      node.tree.views[""] = std::move(all);
      node.tree.on_call = [this](call_request& x) {
        seen = std::move(x);
        answer(seen);
      };
    });
  }
  static void answer_with(call_request& x, const std::string& result) {
    x.reply->end(200, std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":)" +
                                                          std::string(x.spans.id.of(*x.body)) +
                                                          R"(,"result":)" + result + "}"));
    x.reply = nullptr;
  }
  json legacy(const std::string& method, const json& params = json::object()) {
    if (session.empty()) session = ask.open(path);
    return json::parse(
        ask(path,
            json{{"jsonrpc", "2.0"}, {"id", 3}, {"method", method}, {"params", params}}.dump(),
            session)
            .body);
  }
  /// The server of the last call and the name it was called by.
  std::string led() {
    return node.on_loop([&] {
      const auto text = node.tree.called.empty() ? "" : node.tree.called.back() + " " + seen.tool;
      node.tree.called.clear();
      return text;
    });
  }

  server_fixture node;
  asking ask{node};
  std::string path = "/mcp";
  std::string session;
  call_request seen;
  std::function<void(call_request&)> answer = [](call_request& x) { answer_with(x, "{}"); };
};

} // namespace

BOOST_AUTO_TEST_SUITE(joint_routes)

BOOST_AUTO_TEST_CASE(every_list_is_merged_and_has_its_own_cursor) {
  routes of;
  const auto names = [&](const char* method, const char* member, const char* key) {
    std::string text;
    const auto told = of.legacy(method);
    for (const auto& x : told["result"][member]) text += x[key].get<std::string>() + " ";
    return text;
  };
  BOOST_TEST(names("tools/list", "tools", "name") == "db__read fs__read ");
  BOOST_TEST(names("prompts/list", "prompts", "name") == "db__greet fs__greet ");
  BOOST_TEST(names("resources/list", "resources", "uri") == "fs+x://1 x://1 x://2 ");
  BOOST_TEST(names("resources/templates/list", "resourceTemplates", "uriTemplate") ==
             "fs+t://{id} t://{id} ");
  BOOST_TEST(of.led() == ""); // No server was asked.
}

BOOST_AUTO_TEST_CASE(prompts_and_resources_are_asked_of_their_server_by_its_own_name) {
  routes of;
  of.legacy("prompts/get", {{"name", "fs__greet"}});
  BOOST_TEST(of.led() == "fs greet");
  of.legacy("resources/read", {{"uri", "x://1"}});
  BOOST_TEST(of.led() == "db x://1");
  of.legacy("resources/read", {{"uri", "fs+x://1"}});
  BOOST_TEST(of.led() == "fs x://1");
  of.legacy("resources/read", {{"uri", "t://9"}});
  BOOST_TEST(of.led() == "db t://9");
  of.legacy("resources/read", {{"uri", "fs+t://9"}});
  BOOST_TEST(of.led() == "fs t://9");
  const auto unknown = of.legacy("prompts/get", {{"name", "greet"}});
  BOOST_TEST(unknown["error"]["code"] == -32602);
  const auto lost = of.legacy("resources/read", {{"uri", "z://1"}});
  BOOST_TEST(lost["error"]["code"] == -32002);
  BOOST_TEST(lost["error"]["data"]["uri"] == "z://1");
  const auto modern = json::parse(of.ask("/mcp", modern_text("resources/read", R"("uri":"z://1")"),
                                         modern_headers("resources/read", "z://1"))
                                      .body);
  BOOST_TEST(modern["error"]["code"] == -32602);
  BOOST_TEST(modern["error"]["data"]["uri"] == "z://1");
  BOOST_TEST(of.led() == "");
}

BOOST_AUTO_TEST_CASE(a_link_in_an_answer_leads_to_the_server_that_gave_it) {
  routes of;
  of.answer = [](call_request& x) {
    routes::answer_with(x,
                        R"({"content":[{"type":"resource_link","uri":"z://secret","name":"z"}]})");
  };
  of.legacy("tools/call", {{"name", "fs__read"}});
  of.led();
  of.legacy("resources/read", {{"uri", "z://secret"}});
  BOOST_TEST(of.led() == "fs z://secret");
}

BOOST_AUTO_TEST_CASE(uris_in_answers_lead_back_to_the_server_that_named_them) {
  routes of;
  of.answer = [](call_request& x) {
    routes::answer_with(x, R"({"contents":[{"uri":"x://1"},{"uri":"x://2"},{"uri":"t://5"}]})");
  };
  const auto read = of.legacy("resources/read", {{"uri", "fs+x://1"}})["result"]["contents"];
  BOOST_TEST(read == json::parse(R"([{"uri":"fs+x://1"},{"uri":"x://2"},{"uri":"fs+t://5"}])"));
  // Those of the first server stay.
  const auto other = of.legacy("resources/read", {{"uri", "x://1"}})["result"]["contents"];
  BOOST_TEST(other == json::parse(R"([{"uri":"x://1"},{"uri":"x://2"},{"uri":"t://5"}])"));
}

BOOST_AUTO_TEST_CASE(an_answer_without_collisions_is_told_byte_for_byte) {
  routes of{view_of({colliding()[0]})};
  std::string odd = R"({"contents" : [{"uri":"x:\/\/1"}], "a":1.0})";
  of.answer = [&](call_request& x) { routes::answer_with(x, odd); };
  const auto session = of.ask.open("/mcp");
  const auto reply = of.ask(
      "/mcp", R"({"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"u://"}})",
      session);
  BOOST_TEST(reply.body == R"({"jsonrpc":"2.0","id":3,"result":)" + odd + "}");
  BOOST_TEST(of.led() == "db u://"); // The only server with resources is asked for any.
}

BOOST_AUTO_TEST_CASE(completions_go_to_who_has_what_they_refer_to) {
  auto servers = colliding();
  servers[1].capabilities = R"({"prompts":{},"resources":{}})";
  routes of{view_of(servers)};
  const auto complete = [&](const json& ref) {
    return of.legacy("completion/complete",
                     {{"ref", ref}, {"argument", {{"name", "a"}, {"value", "b"}}}});
  };
  complete({{"type", "ref/prompt"}, {"name", "db__greet"}});
  BOOST_TEST(of.led() == "db greet");
  BOOST_TEST(of.node.on_loop([&] { return of.seen.spans.name.of(*of.seen.body); }) ==
             "\"db__greet\"");
  complete({{"type", "ref/resource"}, {"uri", "t://{id}"}});
  BOOST_TEST(of.led() == "db t://{id}");
  const auto none = complete({{"type", "ref/resource"}, {"uri", "fs+t://{id}"}});
  BOOST_TEST(none["result"]["completion"] ==
             json::parse(R"({"values":[],"total":0,"hasMore":false})"));
  BOOST_TEST(of.led() == "");
  BOOST_TEST(complete({{"type", "ref/prompt"}, {"name", "greet"}})["error"]["code"] == -32602);
  BOOST_TEST(complete("nonsense")["error"]["code"] == -32602);
}

BOOST_AUTO_TEST_CASE(the_endpoint_says_what_its_servers_have) {
  routes of;
  const auto legacy = json::parse(of.ask("/mcp", initialize_text()).body)["result"];
  BOOST_TEST(legacy["capabilities"] == json::parse(of.node.on_loop([&] {
               return of.node.tree.views[""]->capabilities_json(true);
             })));
  BOOST_TEST(legacy["capabilities"]["tools"]["listChanged"] == true);
  BOOST_TEST(legacy["instructions"] == "# db\n\nAsk for rows.\n\n# fs\n\nAsk for files.");
  const auto modern =
      json::parse(of.ask("/mcp", modern_text("server/discover"), modern_headers("server/discover"))
                      .body)["result"];
  BOOST_TEST(modern["capabilities"] == legacy["capabilities"]);
  BOOST_TEST(modern["instructions"] == legacy["instructions"]);
}

BOOST_AUTO_TEST_CASE(a_group_is_an_endpoint_of_its_own) {
  routes of;
  group_view how;
  how.tools.rename = {{"read", "rows"}};
  how.prefix = prefix_mode::on_collision;
  of.node.on_loop([&] { of.node.tree.views["data"] = view_of({colliding()[0]}, how); });
  of.path = "/mcp/@data";
  BOOST_TEST(of.legacy("tools/list")["result"]["tools"][0]["name"] == "rows");
  of.legacy("tools/call", {{"name", "rows"}});
  BOOST_TEST(of.led() == "db read");
  BOOST_TEST(of.legacy("tools/call", {{"name", "fs__read"}})["error"]["code"] == -32602);
  const auto unknown = of.ask("/mcp/@nobody", initialize_text());
  BOOST_TEST(unknown.status == 404);
  BOOST_TEST(unknown.body.find("no group is named \\\"nobody\\\"") != unknown.body.npos);
  // A session of one endpoint is none of another.
  BOOST_TEST(of.ask("/mcp", R"({"jsonrpc":"2.0","id":2,"method":"ping"})", of.session).status ==
             404);
}

BOOST_AUTO_TEST_CASE(two_tools_find_and_call_all_others) {
  routes of;
  group_view how;
  how.search = true;
  how.tools.deny = {"db__*"};
  of.node.on_loop([&] { of.node.tree.views["big"] = view_of(colliding(), how); });
  of.path = "/mcp/@big";
  const auto listed = of.legacy("tools/list")["result"]["tools"];
  BOOST_TEST(listed.size() == 2u);
  const auto found = of.legacy(
      "tools/call", {{"name", "search_tools"}, {"arguments", {{"query", "read a file"}}}});
  const auto text = found["result"]["content"][0]["text"].get<std::string>();
  BOOST_TEST(json::parse(text)["tools"][0]["name"] == "fs__read");
  BOOST_TEST(json::parse(text)["tools"].size() == 1u); // What is denied is not found either.
  BOOST_TEST(of.led() == "");
  of.legacy("tools/call", {{"name", "call_tool"},
                           {"arguments", {{"name", "fs__read"}, {"arguments", {{"path", "/a"}}}}},
                           {"_meta", {{"progressToken", 5}}}});
  BOOST_TEST(of.led() == "fs read");
  of.node.on_loop([&] {
    const auto& x = of.seen;
    BOOST_TEST(x.spans.arguments.of(*x.body) == R"({"path":"/a"})");
    BOOST_TEST(x.spans.progress_token.of(*x.body) == "5");
  });
  const auto bad = [&](const json& arguments) {
    return of.legacy("tools/call",
                     {{"name", "call_tool"}, {"arguments", arguments}})["error"]["code"];
  };
  BOOST_TEST(bad({{"name", "db__read"}}) == -32602);
  BOOST_TEST(bad({{"name", "call_tool"}}) == -32602);
  BOOST_TEST(bad({{"arguments", json::object()}}) == -32602);
  BOOST_TEST(bad(5) == -32602);
  // All were refused before they reached a server, and are recorded as that.
  BOOST_TEST(of.led() == "");
  BOOST_TEST(of.node.on_loop([&] { return of.node.tree.records.size(); }) == 4u);
}

BOOST_AUTO_TEST_CASE(who_is_asked_is_told_which_server_asks) {
  routes of;
  of.answer = [](call_request& x) {
    x.reply->ask({"elicitation/create", R"({"message":"Name?","requestedSchema":{}})"},
                 [](const input_response&) {});
  };
  auto opening = initialize_text();
  const std::string none = R"("capabilities":{})";
  opening.replace(opening.find(none), none.size(), R"("capabilities":{"elicitation":{}})");
  const auto session =
      "Mcp-Session-Id: " + of.ask("/mcp", opening).headers["mcp-session-id"] + "\r\n";
  auto client = of.node.connect();
  client.send(of.node.post("/mcp", call_text("4", "fs__read"), session));
  std::string asked;
  while (asked.find("requestedSchema") == asked.npos) asked += client.read_some();
  BOOST_TEST(asked.find(R"("message":"[fs] Name?")") != asked.npos, asked);
  of.node.on_loop([&] { routes::answer_with(of.seen, R"({"content":[]})"); });
}

BOOST_AUTO_TEST_CASE(who_is_asked_in_a_call_by_call_tool_comes_back_with_the_call_as_it_wrote_it) {
  routes of;
  group_view how;
  how.search = true;
  std::string told; // The loop's.
  of.node.on_loop([&] { of.node.tree.views["big"] = view_of(colliding(), how); });
  of.answer = [&](call_request& x) {
    x.reply->ask({"elicitation/create", R"({"message":"Name?","requestedSchema":{}})"},
                 [&](const input_response& said) {
                   told = said.json;
                   routes::answer_with(of.seen, R"({"content":[]})");
                 });
  };
  const auto call = [&](const std::string& tool, const std::string& more) {
    auto text = modern_text("tools/call", R"("name":"call_tool","arguments":{"name":")" + tool +
                                              R"(","arguments":{"path":"/a"}})" + more);
    const std::string none = R"("io.modelcontextprotocol/clientCapabilities":{})";
    BOOST_TEST_REQUIRE(text.find(none) != text.npos, text);
    text.insert(text.find(none) + none.size() - 1, R"("elicitation":{"form":{}})");
    return json::parse(of.ask("/mcp/@big", text, modern_headers("tools/call", "call_tool")).body);
  };
  const auto asked = call("fs__read", {})["result"];
  BOOST_TEST_REQUIRE(asked["resultType"] == "input_required", asked.dump());
  const auto answers = R"(,"inputResponses":{"1":{"action":"decline"}},"requestState":)" +
                       asked["requestState"].dump();
  const auto foreign = call("db__read", answers)["error"]; // It is another call's.
  BOOST_TEST(foreign["code"] == -32602);
  BOOST_TEST(foreign["data"]["toolscore"]["code"] == "bad_request");
  const auto records = of.node.on_loop([&] { return of.node.tree.records; });
  BOOST_TEST_REQUIRE(records.size() == 1u);
  BOOST_TEST((records[0].admission == outcome::failed));
  BOOST_TEST(records[0].failure == foreign["message"]);
  const auto done = call("fs__read", answers);
  BOOST_TEST(done["result"]["content"].is_array(), done.dump());
  BOOST_TEST(of.node.on_loop([&] { return told; }) == R"({"action":"decline"})");
}

BOOST_AUTO_TEST_SUITE_END()
