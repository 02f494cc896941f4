#include "node/commands.hpp"
#include "node/http_client_io.hpp"
#include "node/reply_json.hpp"
#include "real_server.hpp"

#include <boost/test/unit_test.hpp>
#include <tuple>

using namespace toolscore;
using namespace toolscore::test;

namespace {

served_reply text(int status, std::string body, std::string session = {}) {
  served_reply reply;
  reply.status = status;
  reply.body = std::move(body);
  reply.session = std::move(session);
  return reply;
}

constexpr const char* unknown = R"({"error":{"code":"unknown_server","message":"no server is )"
                                R"(named \"x\""}})";

/// Runs a command against a real server that answers with `answer`.
struct conversation {
  temp_dir dir;
  real_server node;
  explicit conversation(real_server::handler answer) : node(dir.path(), std::move(answer)) {}
  command_output run(const cli_request& request) {
    command_context context;
    context.ask = [this](const http_request& x) { return send_http(node.address(), x); };
    return run_command(request, context);
  }
};

cli_request request_for(command_kind command, std::string server = {}) {
  cli_request request;
  request.command = command;
  request.server = std::move(server);
  return request;
}

/// A node with one server, "fs", that has one tool.
served_reply one_server(const served_request& x) {
  if (x.target != "/mcp/fs") return text(404, unknown);
  if (x.method == "DELETE") return text(204, "");
  const auto message = parse_reply(x.body);
  const auto method = message ? text_of(*message, "method") : std::string();
  if (method == "initialize")
    return text(200, R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}})", "s1");
  if (method == "notifications/initialized") return text(202, "");
  return text(200,
              R"({"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"hi"}]}})");
}

} // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(a_call_is_a_session_that_is_opened_and_ended) {
  conversation x(one_server);
  auto request = request_for(command_kind::call, "fs");
  request.tool = "greet";
  request.arguments = R"({"who":"x"})";
  const auto answer = x.run(request);
  BOOST_TEST(answer.out == "hi\n");
  BOOST_TEST((answer.code == exit_code::ok));
  const auto seen = x.node.requests();
  BOOST_REQUIRE(seen.size() == 4u);
  BOOST_TEST(seen[0].headers.count("mcp-session-id") == 0u);
  for (std::size_t i = 1; i < 4; ++i) {
    BOOST_TEST(seen[i].headers.at("mcp-session-id") == "s1");
    BOOST_TEST(seen[i].headers.at("mcp-protocol-version") == "2025-06-18");
  }
  const auto call = parse_reply(seen[2].body);
  BOOST_REQUIRE(call);
  BOOST_TEST(compact(member_of(*call, "params")) == R"({"name":"greet","arguments":{"who":"x"}})");
  BOOST_TEST(seen[3].method == "DELETE");
}

BOOST_AUTO_TEST_CASE(a_call_of_an_unknown_server_ends_with_four) {
  conversation x(one_server);
  auto request = request_for(command_kind::call, "none");
  request.tool = "greet";
  BOOST_TEST((x.run(request).code == exit_code::unknown_server));
}

BOOST_AUTO_TEST_CASE(a_server_that_did_not_come_up_fails_the_call_with_its_reason) {
  conversation x([](const served_request&) {
    return text(200, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"fs: exit 1"}})");
  });
  auto request = request_for(command_kind::call, "fs");
  const auto answer = x.run(request);
  BOOST_TEST((answer.code == exit_code::failed));
  BOOST_TEST(answer.err == "error -32000: fs: exit 1\n");
  BOOST_TEST(x.node.requests().size() == 1u);
}

BOOST_AUTO_TEST_CASE(arguments_that_are_no_object_are_refused_before_anything_is_sent) {
  conversation x(one_server);
  auto request = request_for(command_kind::call, "fs");
  for (const char* bad : {"[1]", "{", "", "\"x\""}) {
    request.arguments = bad;
    BOOST_TEST((x.run(request).code == exit_code::usage));
  }
  BOOST_TEST(x.node.requests().empty());
}

BOOST_AUTO_TEST_CASE(every_refusal_has_its_exit_code) {
  struct row {
    int status;
    const char* body;
    exit_code code;
  };
  const row table[]{
      {404, unknown, exit_code::unknown_server},
      {400, R"({"error":{"code":"bad_config","message":"no"}})", exit_code::usage},
      {400, R"({"error":{"code":"bad_request","message":"no"}})", exit_code::usage},
      {401, "", exit_code::usage},
      {403, "", exit_code::usage},
      {409, R"({"error":{"code":"already_exists","message":"no"}})", exit_code::failed},
      {503, R"({"error":{"code":"stopping","message":"no"}})", exit_code::failed},
      {500, "<html>", exit_code::failed},
      {404, "", exit_code::failed},
  };
  for (const auto& x : table) {
    conversation refused([&](const served_request&) { return text(x.status, x.body); });
    for (const auto command : {command_kind::ps, command_kind::why, command_kind::start,
                               command_kind::logs, command_kind::trajectories}) {
      const auto answer = refused.run(request_for(command, "x"));
      BOOST_TEST((answer.code == x.code), x.status << " " << x.body);
      BOOST_TEST(answer.err.starts_with("error: "));
      BOOST_TEST(answer.out == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(orders_go_to_their_routes) {
  conversation x([](const served_request&) { return text(200, "{}"); });
  const std::pair<command_kind, const char*> table[]{
      {command_kind::remove, "DELETE /api/v1/servers/fs"},
      {command_kind::start, "POST /api/v1/servers/fs/start"},
      {command_kind::stop, "POST /api/v1/servers/fs/stop"},
      {command_kind::restart, "POST /api/v1/servers/fs/restart"},
      {command_kind::logs, "GET /api/v1/servers/fs/logs?lines=100"},
      {command_kind::trajectories, "GET /api/v1/trajectories?after=0&limit=100&server=fs"},
  };
  for (const auto& [command, route] : table) {
    BOOST_TEST((x.run(request_for(command, "fs")).code == exit_code::ok));
    const auto seen = x.node.requests().back();
    BOOST_TEST(seen.method + " " + seen.target == route);
  }
}

BOOST_AUTO_TEST_CASE(an_install_that_failed_is_a_failure_whatever_its_status) {
  auto request = request_for(command_kind::add, "fs");
  request.rest = {"prog"};
  const std::string failed = R"({"success":false,"endpoint":"","pid":0,"error_msg":"npm exit 1"})";
  for (const int status : {200, 422}) {
    conversation x([&](const served_request&) { return text(status, failed); });
    const auto answer = x.run(request);
    BOOST_TEST((answer.code == exit_code::failed));
    BOOST_TEST(answer.err == "error: fs: npm exit 1\n");
  }
  conversation good([](const served_request&) {
    return text(201, R"({"success":true,"endpoint":"http://h/mcp/fs","pid":7,"error_msg":""})");
  });
  const auto answer = good.run(request);
  BOOST_TEST((answer.code == exit_code::ok));
  BOOST_TEST(answer.out == "fs: ready, http://h/mcp/fs\n");
}

BOOST_AUTO_TEST_CASE(events_are_read_page_by_page_until_there_are_no_more) {
  conversation x([](const served_request& asked) {
    if (asked.target.ends_with("after=0")) return text(200, "{\"number\":1}\n{\"number\":2}\n");
    if (asked.target.ends_with("after=2")) return text(200, "{\"number\":3}\n");
    return text(200, "");
  });
  auto request = request_for(command_kind::events);
  request.json = true;
  BOOST_TEST(x.run(request).out == "{\"number\":1}\n{\"number\":2}\n{\"number\":3}\n");
  BOOST_TEST(x.node.requests().size() == 3u);
}

BOOST_AUTO_TEST_CASE(why_answers_without_a_log_too) {
  conversation x([](const served_request& asked) {
    return asked.target.find("/logs") != std::string::npos
               ? text(500, "")
               : text(200, R"({"name":"fs","process_status":"stopped"})");
  });
  const auto answer = x.run(request_for(command_kind::why, "fs"));
  BOOST_TEST((answer.code == exit_code::ok));
  BOOST_TEST(answer.out.find("`toolscore start fs`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(why_asks_for_the_newest_crash_and_says_where_there_is_no_answer_to_that) {
  for (const auto& [status, body, says] :
       {std::tuple{200, R"({"crashes":[{"reason":"exited with code 3"}]})", "exited with code 3"},
        std::tuple{200, R"({"crashes":[]})", "no crash recorded"},
        std::tuple{404, "", "not known: the node answered with status 404"}}) {
    conversation x([&, status = status, body = body](const served_request& asked) {
      return asked.target == "/api/v1/servers/fs/crashes?limit=1" ? text(status, body)
                                                                  : text(200, R"({"name":"fs"})");
    });
    const auto answer = x.run(request_for(command_kind::why, "fs"));
    BOOST_TEST((answer.code == exit_code::ok));
    BOOST_TEST(answer.out.find(says) != std::string::npos, answer.out);
  }
}

BOOST_AUTO_TEST_CASE(a_server_without_tools_and_no_such_server_are_told_apart) {
  conversation x([](const served_request& asked) {
    if (asked.target == "/api/v1/tools") return text(200, R"({"tools":[]})");
    return asked.target.ends_with("/fs") ? text(200, "{}") : text(404, unknown);
  });
  BOOST_TEST(x.run(request_for(command_kind::tools, "fs")).out == "no tools\n");
  BOOST_TEST((x.run(request_for(command_kind::tools, "x")).code == exit_code::unknown_server));
}

BOOST_AUTO_TEST_SUITE_END()
