#include "program.hpp"

#include "node/reply_json.hpp"
#include "real_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr const char* fs_row = R"({"name":"fs","process_status":"ready","pid":42,"tools":11})";

/// The answers of a node with one server, "fs".
served_reply node_answers(const served_request& asked) {
  served_reply reply;
  if (asked.target == "/api/v1/servers") {
    reply.body = std::string(R"({"servers":[)") + fs_row + "]}";
  } else if (asked.target == "/api/v1/servers/fs") {
    reply.body = fs_row;
  } else if (asked.target.starts_with("/api/v1/servers/fs/logs")) {
    reply.body = "one\ntwo"; // a node ends the last line only where the server did
    reply.content_type = "text/plain";
  } else {
    reply.status = 404;
    reply.body = R"({"error":{"code":"unknown_server","message":"no server is named \"x\""}})";
  }
  return reply;
}

/// What the node answers to a follower of a log.
served_reply log_reply(const std::string& text, const std::string& next, bool gap) {
  served_reply reply;
  reply.raw =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size()) +
      "\r\nToolscore-Log-Next: " + next + "\r\n" + (gap ? "Toolscore-Log-Gap: 1\r\n\r\n" : "\r\n") +
      text;
  return reply;
}

} // namespace

BOOST_AUTO_TEST_SUITE(program)

BOOST_AUTO_TEST_CASE(without_a_node_every_question_ends_with_three_and_says_where_it_looked) {
  const temp_dir dir;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"ps"},
                                                    {"logs", "fs"},
                                                    {"logs", "fs", "-f"},
                                                    {"why", "fs"},
                                                    {"call", "fs", "t"},
                                                    {"stop", "fs"},
                                                    {"events", "-f"},
                                                    {"tools"},
                                                    {"trajectories"}}) {
    const auto end = run_toolscore(dir.path(), arguments);
    BOOST_TEST(end.code == 3, arguments[0]);
    BOOST_TEST(end.err.starts_with("error: no node answers at " + dir.path() +
                                   "/.local/state/toolscore/node.sock"),
               end.err);
    BOOST_TEST(end.err.ends_with(": start one with `toolscore up`\n"), end.err);
    BOOST_TEST(end.out == "");
  }
}

BOOST_AUTO_TEST_CASE(a_configuration_that_is_no_json_ends_with_two_and_its_place) {
  const temp_dir dir;
  dir.write("toolscore.json", "{\n  \"node\": {,}\n}\n");
  const auto end = run_toolscore(dir.path(), {"ps"});
  BOOST_TEST(end.code == 2);
  BOOST_TEST(end.err.starts_with("error: toolscore.json:2:12: "), end.err);
  BOOST_TEST(run_toolscore(dir.path(), {"-c", "none.json", "ps"}).code == 2);
}

BOOST_AUTO_TEST_CASE(an_unknown_command_ends_with_two_and_the_nearest_one) {
  const temp_dir dir;
  const auto end = run_toolscore(dir.path(), {"pss"});
  BOOST_TEST(end.code == 2);
  BOOST_TEST(end.err == "error: there is no command \"pss\"; did you mean ps?\n"
                        "see `toolscore --help`\n");
}

BOOST_AUTO_TEST_CASE(check_ends_with_zero_for_a_good_file_and_one_for_a_bad_one) {
  const temp_dir dir;
  const auto good = dir.write("good.json", R"({"mcpServers":{"fs":{"command":"x"}}})");
  const auto bad = dir.write("bad.json", R"({"mcpServers":{"fs":{"comand":"x"}}})");
  auto end = run_toolscore(dir.path(), {"check", good});
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.out == "ok: 1 server\n");
  end = run_toolscore(dir.path(), {"check", "-c", bad});
  BOOST_TEST(end.code == 1);
  BOOST_TEST(end.err.find("did you mean \"command\"") != std::string::npos, end.err);
  BOOST_TEST(run_toolscore(dir.path(), {"check", dir.path()}).code == 2);
  BOOST_TEST(run_toolscore(dir.path(), {"check"}).code == 2);
}

BOOST_AUTO_TEST_CASE(references_to_files_and_variables_are_read_for_check) {
  const temp_dir dir;
  const auto secret = dir.write("secret", "s3cret\n");
  const auto file =
      dir.write("t.json", R"({"mcpServers":{"fs":{"command":"x","env":{"A":"${file:)" + secret +
                              R"(}","B":"${HOME}","C":")" + R"(${workspaceFolder}/y"}}}})");
  BOOST_TEST(run_toolscore(dir.path(), {"check", file}).code == 0);
  const auto unset =
      dir.write("u.json", R"({"mcpServers":{"fs":{"command":"x","env":{"A":"${NOT_SET}"}}}})");
  BOOST_TEST(run_toolscore(dir.path(), {"check", unset}).err.find("NOT_SET") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_way_to_name_a_node_finds_it) {
  const temp_dir home;
  const temp_dir state;
  const real_server node(state.path(), node_answers);
  const temp_dir tcp_state;
  const real_server tcp_node(tcp_state.path(), node_answers, server_socket::tcp);
  const auto file = home.write("n.json", R"({"node":{"state_dir":")" + state.path() + R"("}})");
  for (const std::vector<std::string>& way :
       {std::vector<std::string>{"-c", file},
        {"--state-dir", state.path()},
        {"--url", to_string(tcp_node.address()), "--token", "t"}}) {
    auto arguments = way;
    arguments.push_back("ps");
    BOOST_TEST(run_toolscore(home.path(), arguments).code == 0, way[0]);
  }
  BOOST_TEST(tcp_node.requests().at(0).headers.at("authorization") == "Bearer t");
  home.write("toolscore.json", R"({"node":{"state_dir":")" + state.path() + R"("}})");
  BOOST_TEST(run_toolscore(home.path(), {"ps"}).code == 0);
}

BOOST_AUTO_TEST_CASE(ps_is_a_table_for_people_and_one_json_text_for_programs) {
  const temp_dir dir;
  const real_server node(dir.path(), node_answers);
  auto end = run_toolscore(dir.path(), {"--state-dir", dir.path(), "ps", "--json"});
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.out == "[" + std::string(fs_row) + "]\n");
  end = run_toolscore(dir.path(), {"--state-dir", dir.path(), "ps"});
  BOOST_TEST(end.out.starts_with("NAME  STATUS  PID  SINCE"), end.out);
  BOOST_TEST(end.out.find("fs    ready    42") != std::string::npos, end.out);
}

BOOST_AUTO_TEST_CASE(an_unknown_server_ends_with_four) {
  const temp_dir dir;
  const real_server node(dir.path(), node_answers);
  for (const char* command : {"why", "logs", "start", "stop", "restart", "rm"})
    BOOST_TEST(run_toolscore(dir.path(), {command, "x", "--state-dir", dir.path()}).code == 4,
               command);
  BOOST_TEST(run_toolscore(dir.path(), {"logs", "fs", "--state-dir", dir.path()}).out ==
             "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(a_follower_goes_from_position_to_position_and_ends_with_the_node) {
  const temp_dir dir;
  const real_server node(dir.path(), [](const served_request& asked) {
    if (asked.target.find("/logs") == std::string::npos) {
      served_reply reply;
      reply.body = asked.target.ends_with("=0") ? "{\"number\":1}\n" : "{\"number\":2}\n";
      reply.status = asked.target.ends_with("=2") ? 503 : 200;
      return reply;
    }
    if (asked.target.ends_with("?lines=2")) return log_reply("a\nb", "1.4", false);
    if (asked.target.ends_with("?from=1.4")) return log_reply("c\n", "1.6", false);
    if (asked.target.ends_with("?from=1.6")) return log_reply("", "1.6x", false);
    if (asked.target.ends_with("?from=1.6x")) return log_reply("y\n", "2.9", true);
    served_reply end;
    end.status = 503;
    return end;
  });
  auto end = run_toolscore(dir.path(), {"logs", "fs", "-n", "2", "-f", "--state-dir", dir.path()});
  BOOST_TEST(end.out == "a\nb\nc\ny\n");
  BOOST_TEST(end.err.find("lines are missing here") != std::string::npos, end.err);
  BOOST_TEST(end.code == 1);
  end = run_toolscore(dir.path(), {"events", "-f", "--json", "--state-dir", dir.path()});
  BOOST_TEST(end.out == "{\"number\":1}\n{\"number\":2}\n");
  BOOST_TEST(end.code == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_gives_no_position_is_not_followed) {
  const temp_dir dir;
  const real_server node(dir.path(), [](const served_request&) {
    served_reply reply;
    reply.body = "a\n";
    return reply;
  });
  const auto end = run_toolscore(dir.path(), {"logs", "fs", "-f", "--state-dir", dir.path()});
  BOOST_TEST(end.err.find("too old") != std::string::npos, end.err);
  BOOST_TEST(end.code == 1);
}

BOOST_AUTO_TEST_CASE(arguments_of_a_call_may_come_from_stdin) {
  const temp_dir dir;
  const real_server node(dir.path(), node_answers);
  const auto end =
      run_toolscore(dir.path(), {"call", "x", "t", "-", "--state-dir", dir.path()}, "[1]");
  BOOST_TEST(end.code == 2);
  BOOST_TEST(end.err.find("no JSON object") != std::string::npos, end.err);
  BOOST_TEST(
      run_toolscore(dir.path(), {"call", "x", "t", "-", "--state-dir", dir.path()}, "{}").code ==
      4);
}

BOOST_AUTO_TEST_SUITE_END()
