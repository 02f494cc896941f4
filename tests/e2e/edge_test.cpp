#include "pipe_talk.hpp"
#include "programs.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

const std::string reader(40, 'r');
const std::string caller_of_fs(40, 'c');

headers bearer(const std::string& token) {
  return {{"Authorization", "Bearer " + token}};
}

/// A private file with a token in it. @returns its path
std::string token_file(const node_fixture& node, const std::string& name, const std::string& token,
                       mode_t mode = 0600) {
  const auto path = node.directory() + "/" + name;
  std::ofstream(path) << token << "\n";
  ::chmod(path.c_str(), mode);
  return path;
}

/// Two clients, of which one is shown one server without one of its tools.
void configure_clients(node_fixture& node) {
  node.add_fault("fs", {});
  node.add_fault("web", {});
  node.variables = {"READER=" + reader};
  node.node = {
      {"tokens",
       {{"reader", {{"scopes", {"mcp:read", "control:read"}}, {"env", "READER"}}},
        {"ci", {{"scopes", {"mcp:call"}}, {"file", token_file(node, "ci", caller_of_fs)}}}}},
      {"access", {{"ci", {{"servers", {"fs"}}, {"tools", {{"deny", {"fs__env"}}}}}}}}};
}

std::string listed(const talk_reply& reply) {
  std::string names;
  for (const auto& tool : member_of(reply.result(), "tools")) names += text_of(tool, "name") + " ";
  return names;
}

/// stdout and stderr of a program that ends soon; nothing of it is a shell's.
std::string output_of(const std::vector<std::string>& words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string out;
  char room[4096];
  for (;;) {
    const auto count = ::read(ends[0], room, sizeof room);
    if (count <= 0) break;
    out.append(room, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return out;
}

/// A certificate for localhost that signs itself. @returns false without the openssl program
bool make_pair(const std::string& cert, const std::string& key, const std::string& name) {
  output_of({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert});
  ::chmod(key.c_str(), 0600);
  return std::filesystem::exists(cert);
}

} // namespace

BOOST_AUTO_TEST_SUITE(edge)

BOOST_AUTO_TEST_CASE(a_client_comes_as_far_as_its_token_and_is_recorded_by_its_name) {
  node_fixture node;
  configure_clients(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  talker fs(node, "/mcp/fs", era::modern);
  const auto limit = std::chrono::seconds{30};
  BOOST_TEST(fs.ask("tools/list", reply_json::object(), limit).status == 401);
  BOOST_TEST(listed(fs.ask("tools/list", reply_json::object(), limit, bearer(reader))) ==
             "echo pid env progress cancelled ");
  BOOST_TEST(listed(fs.ask("tools/list", reply_json::object(), limit, bearer(caller_of_fs))) ==
             "echo pid progress cancelled ");
  const reply_json echo{{"name", "echo"}, {"arguments", {{"text", "hi"}}}};
  BOOST_TEST(fs.ask("tools/call", echo, limit, bearer(reader)).status == 403);
  BOOST_TEST(fs.ask("tools/call", echo, limit, bearer(caller_of_fs)).said() == "hi");
  const reply_json env{{"name", "env"}, {"arguments", reply_json::object()}};
  BOOST_TEST(fs.ask("tools/call", env, limit, bearer(caller_of_fs)).error_code() == -32602);
  talker web(node, "/mcp/web", era::modern);
  BOOST_TEST(web.ask("tools/call", echo, limit, bearer(caller_of_fs)).status == 404);
  BOOST_TEST(eventually([&] { return node.trajectories("fs").size() == 3; }));
  std::string who;
  for (const auto& record : node.trajectories("fs")) who += text_of(record, "principal") + " ";
  BOOST_TEST(who == "reader ci ci ");
  std::string reasons;
  BOOST_TEST(eventually([&] {
    reasons.clear();
    for (const auto& x : node.events())
      if (text_of(x, "kind") == "access.denied")
        reasons += text_of(member_of(x, "fields"), "reason") + " ";
    return reasons == "no_token scope policy policy ";
  }));
  BOOST_TEST(reasons == "no_token scope policy policy ");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_kept_well_starts_no_node) {
  struct row {
    reply_json source;
    std::string told;
  };
  node_fixture node;
  const auto wide = token_file(node, "wide", reader, 0640);
  const auto brief = token_file(node, "brief", "short");
  const auto twin = token_file(node, "twin", caller_of_fs);
  const std::vector<row> rows{
      {{{"file", wide}},
       "node.tokens.a: " + wide + ": others may read it; run `chmod 600 " + wide + "`"},
      {{{"file", wide + "x"}}, "node.tokens.a: " + wide + "x: cannot be read: No such file"},
      {{{"file", brief}}, "node.tokens.a: " + brief + " holds no token: at least 32 characters"},
      {{{"file", node.directory()}}, "node.tokens.a: " + node.directory() + ": cannot be read"},
      {{{"env", "NOBODY_SET_IT"}}, "node.tokens.a: the variable NOBODY_SET_IT is not set"},
      {{{"file", twin}}, "node.tokens.b: is the token of \"a\" too; give each client its own"},
  };
  for (const auto& x : rows) {
    auto a = x.source;
    a["scopes"] = {"mcp:read"};
    node.node = {{"tokens", {{"a", a}, {"b", {{"scopes", {"mcp:read"}}, {"file", twin}}}}}};
    BOOST_TEST(!node.start(false));
    BOOST_TEST(node.wait_for_end(std::chrono::seconds{10}) == 2);
    BOOST_TEST(node.log().find(x.told) != std::string::npos, node.log());
    BOOST_TEST(node.log().find(caller_of_fs) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_file_with_another_token_counts_from_sighup_on) {
  node_fixture node;
  configure_clients(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const std::string next(40, 'n');
  const auto status = [&](const std::string& token) {
    return talker(node, "/mcp/fs", era::modern)
        .ask("tools/list", reply_json::object(), 30s, bearer(token))
        .status;
  };
  BOOST_TEST(status(caller_of_fs) == 200);
  BOOST_TEST(status(next) == 401);
  token_file(node, "ci", next);
  BOOST_TEST(status(caller_of_fs) == 200); // Not before it is told.
  node.signal(SIGHUP);
  BOOST_TEST(eventually([&] { return status(next) == 200; }), node.log());
  BOOST_TEST(status(caller_of_fs) == 401);
  token_file(node, "ci", "short");
  node.signal(SIGHUP);
  BOOST_TEST(
      eventually([&] { return node.log().find("node.reload_failed") != std::string::npos; }));
  BOOST_TEST(status(next) == 200);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(commands_and_pipes_reach_a_node_over_tls_by_its_authority_alone) {
  node_fixture node;
  node.add_fault("fs", {});
  const auto cert = node.directory() + "/cert.pem";
  const auto key = node.directory() + "/key.pem";
  const auto other = node.directory() + "/other.pem";
  if (!make_pair(other, key, "other") || !make_pair(cert, key, "node")) {
    BOOST_TEST_MESSAGE("skipped: there is no openssl program here");
    return;
  }
  node.node = {{"tls", {{"cert", cert}, {"key", key}}}};
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto port = node.url().substr(node.url().rfind(':'));
  std::string token;
  std::ifstream(node.state_dir() + "/token") >> token;
  const auto ps = [&](const std::string& url, const std::string& authorities) {
    return output_of({built_programs().toolscore, "--url", url, "--ca", authorities, "--token",
                      token, "--json", "ps"});
  };
  for (const char* host : {"https://localhost", "https://127.0.0.1"}) {
    const auto listed = ps(host + port, cert);
    BOOST_TEST(listed.find("\"name\":\"fs\"") != std::string::npos, listed);
  }
  const auto unknown = ps("https://localhost" + port, other);
  BOOST_TEST(unknown.find("--ca") != std::string::npos, unknown);
  const auto nothing = ps("https://localhost" + port, node.directory() + "/nothing.pem");
  BOOST_TEST(nothing.find("nothing.pem") != std::string::npos, nothing);
  BOOST_TEST(ps("http://localhost" + port, cert).find("\"fs\"") == std::string::npos);
  for (const auto speaks : both_eras) {
    piped client(node, {"--url", "https://localhost" + port, "--ca", cert, "--server", "fs"});
    greet(client, speaks);
    client.send(test::call(speaks, 1, "echo", {{"text", "over tls"}}));
    BOOST_TEST(said(client.answer(1)) == "over tls");
    check_end(client);
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_node_serves_tls_and_takes_new_certificates_at_sighup) {
  node_fixture node;
  node.add_fault("fs", {});
  const auto cert = node.directory() + "/cert.pem";
  const auto key = node.directory() + "/key.pem";
  if (!make_pair(cert, key, "first")) {
    BOOST_TEST_MESSAGE("skipped: there is no openssl program here");
    return;
  }
  node.node = {{"tls", {{"cert", cert}, {"key", key}}}};
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.log().find("listening on https://127.0.0.1:") != std::string::npos, node.log());
  const auto url = "https://localhost" + node.url().substr(node.url().rfind(':'));
  const auto call =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":)"
      R"({"text":"over tls"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  const auto curl = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"/usr/bin/curl", "-sS", "--max-time", "20", "--cacert", cert});
    return output_of(words);
  };
  const auto answer =
      curl({"-H", "Content-Type: application/json", "-H",
            "Accept: application/json, text/event-stream", "-H", "MCP-Protocol-Version: 2026-07-28",
            "-H", "Mcp-Method: tools/call", "-H", "Mcp-Name: echo", "-d", call, url + "/mcp/fs"});
  BOOST_TEST(answer.find("over tls") != std::string::npos, answer);
  BOOST_TEST(curl({"http" + url.substr(5) + "/healthz"}).find("ok") == std::string::npos);
  BOOST_TEST(curl({"--tls-max", "1.1", url + "/healthz"}).find("ok") == std::string::npos);
  // With a new certificate the old one is not believed any more, and the node lives on.
  BOOST_REQUIRE(make_pair(cert, key, "second"));
  node.signal(SIGHUP);
  BOOST_TEST(eventually([&] { return curl({url + "/healthz"}) == R"({"status":"ok"})"; }));
  std::ofstream(key) << "nothing";
  node.signal(SIGHUP);
  BOOST_TEST(
      eventually([&] { return node.log().find("node.reload_failed") != std::string::npos; }));
  BOOST_TEST(curl({url + "/healthz"}) == R"({"status":"ok"})");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(certificates_and_keys_that_cannot_be_used_start_no_node) {
  node_fixture node;
  const auto missing = node.directory() + "/none.pem";
  const auto broken = token_file(node, "broken.json", "{}");
  const auto issuer = [&](const std::string& jwks) {
    return reply_json{{"issuer",
                       {{"url", "https://id.example"},
                        {"jwks", jwks},
                        {"resource", "https://gateway.example/mcp"}}}};
  };
  const std::vector<std::pair<reply_json, std::string>> rows{
      {{{"tls", {{"cert", missing}, {"key", missing}}}},
       "node.tls.cert: " + missing + ": No such file or directory"},
      {issuer(missing), "node.issuer.jwks: " + missing + ": cannot be read"},
      {issuer(broken), "node.issuer.jwks: " + broken + ": it is no JSON object with a list"},
  };
  for (const auto& [section, told] : rows) {
    node.node = section;
    BOOST_TEST(!node.start(false));
    BOOST_TEST(node.wait_for_end(std::chrono::seconds{10}) == 2);
    BOOST_TEST(node.log().find(told) != std::string::npos, node.log());
  }
}

BOOST_AUTO_TEST_SUITE_END()
