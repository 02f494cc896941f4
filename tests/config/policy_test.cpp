#include "config/policy_config.hpp"
#include "config/server_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

/// A policy that differs from the default in everything that can differ.
constexpr const char* everything = R"(
  "restart": "transient",
  "backoff": {"min": "1s", "max": "9s", "factor": 3, "jitter": 0.5, "reset_after": "2m"},
  "intensity": {"max": 7, "period": "30s", "never_ready": 3, "half_open": 0},
  "start_timeout": "90s", "call_timeout": "3m", "call_timeout_max": "20m",
  "ping": {"every": 0, "timeout": "1s", "failures": 1},
  "stop": {"drain": "1s", "stdin": 0, "term": "10s"},
  "queue": {"max": 8, "wait": "5s"}, "success": {"codes": [0, 3], "signals": [15, "SIGINT"]},
  "limits": {"memory": "64Mi", "cpu": 1.5, "pids": 64, "files": 1024}, "prefix": "on_collision",
  "port": "auto", "replicas": 3, "idle_stop": "10m", "max_lifetime": "24h",
  "tools": {"allow": ["read_*"], "deny": ["read_secret"]})";

void check_everything(const server_policy& p) {
  BOOST_TEST((p.restart == restart_type::transient));
  BOOST_TEST((p.backoff.min == 1s && p.backoff.max == 9s && p.backoff.reset_after == 2min));
  BOOST_TEST((p.backoff.factor == 3 && p.backoff.jitter == 0.5));
  BOOST_TEST((p.intensity.max == 7 && p.intensity.period == 30s));
  BOOST_TEST((p.intensity.never_ready == 3 && p.intensity.half_open == 0s));
  BOOST_TEST((p.start_timeout == 90s && p.call_timeout == 3min && p.call_timeout_max == 20min));
  BOOST_TEST((p.ping.every == 0s && p.ping.timeout == 1s && p.ping.failures == 1));
  BOOST_TEST((p.stop.drain == 1s && p.stop.stdin_close == 0s && p.stop.term == 10s));
  BOOST_TEST((p.queue.max == 8 && p.queue.wait == 5s));
  BOOST_TEST((p.success.codes == std::vector{0, 3} && p.success.signals == std::vector{15, 2}));
  BOOST_TEST((p.limits.files == 1024 && p.limits.pids == 64 && p.limits.pids_required));
  BOOST_TEST((p.limits.memory_bytes == 64 << 20 && p.limits.cpu == 1.5));
  BOOST_TEST((p.prefix == prefix_mode::on_collision));
  BOOST_TEST((p.port == port_auto && p.idle_stop == 10min && p.max_lifetime == 24h));
  BOOST_TEST(p.replicas == 3u);
  BOOST_TEST((p.tools_allow == std::vector<std::string>{"read_*"}));
  BOOST_TEST((p.tools_deny == std::vector<std::string>{"read_secret"}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy)

BOOST_AUTO_TEST_CASE(every_supported_key_is_read_on_a_server_and_in_defaults) {
  const auto on_server =
      parse_config(test::with_server_members(everything), "t", test::usual_environment());
  BOOST_REQUIRE_MESSAGE(on_server, (on_server ? "" : on_server.failure().detail));
  check_everything(on_server->servers.at(0).policy);

  const std::string text = std::string("{\"defaults\": {") + everything +
                           "}, \"mcpServers\": {\"fs\": {\"command\": \"x\"}}}";
  const auto in_defaults = parse_config(text, "t", test::usual_environment());
  BOOST_REQUIRE(in_defaults);
  check_everything(in_defaults->servers.at(0).policy);
}

BOOST_AUTO_TEST_CASE(a_server_overrides_single_members_of_the_defaults) {
  const auto config = parse_config(
      R"({"defaults": {"backoff": {"min": "1s", "max": "9s"}, "prefix": "never"},
          "servers": {"fs": {"command": "x", "backoff": {"max": "5s"}}}})",
      "t", test::usual_environment());
  BOOST_REQUIRE(config);
  const auto& policy = config->servers.at(0).policy;
  BOOST_TEST((policy.backoff.min == 1s && policy.backoff.max == 5s));
  BOOST_TEST((policy.prefix == prefix_mode::never));
}

BOOST_AUTO_TEST_CASE(no_keys_give_the_documented_defaults) {
  const auto config =
      parse_config(test::with_server_members("\"args\": []"), "t", test::usual_environment());
  BOOST_REQUIRE(config);
  BOOST_TEST(policy_json(config->servers.at(0).policy).dump() ==
             policy_json(server_policy{}).dump());
}

BOOST_AUTO_TEST_CASE(the_defaults_as_the_documentation_writes_them_are_accepted) {
  BOOST_TEST(test::failure_of(R"({"defaults": {
    "restart": "permanent",
    "backoff": { "min": "200ms", "max": "30s", "factor": 2, "jitter": 0.2, "reset_after": "60s" },
    "intensity": { "max": 5, "period": "60s", "never_ready": 6, "half_open": "5m" },
    "start_timeout": "60s", "call_timeout": "120s", "call_timeout_max": "600s",
    "ready": "mcp", // mcp | started | ...
    "link": "stdio",
    "ping": { "every": "15s", "timeout": "5s", "failures": 3 },
    "stop": { "drain": "5s", "stdin": "2s", "term": "3s" },
    "replicas": 1, "depends_on": {}, "significant": null, "idle_stop": null, "max_lifetime": null,
    "session_mode": "auto", "on_node_exit": "stop", "queue": { "max": 256, "wait": "60s" },
    "success": { "codes": [0], "signals": [] },
    "isolation": "default", "limits": { "memory": null, "cpu": null, "pids": 512, "files": 4096 },
    "paths": { "read": [], "write": [] }, "network": "full", "prefix": "always", "pin": "warn",
    "tools": { "allow": ["*"], "deny": [] }, "retry": "never",
    "breaker": { "failures": 10, "open": "10s", "open_max": "5m" } }})") == "");
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_refused_with_its_path) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("restart": "always")", "fs.restart: \"always\" is not known here, write \"permanent\", "},
      {R"("restart": "transiant")", "did you mean \"transient\"?"},
      {R"("restart": 1)", "fs.restart: 1 is not known here"},
      {R"("pin": "error")", "fs.pin: \"error\" is not known here, write \"off\", "},
      {R"("backoff": {"min": -5})", "fs.backoff.min: -5 ms is negative"},
      {R"("backoff": {"min": "x"})", "fs.backoff.min: \"x\" is no duration"},
      {R"("backoff": {"min": "1m"})", "fs.backoff.max: 30s is below backoff.min (1m)"},
      {R"("backoff": {"factor": 0.5})", "fs.backoff.factor: 0.5 is no number from 1.0 to 100.0"},
      {R"("backoff": {"jitter": 2})", "fs.backoff.jitter: 2 is no number from 0.0 to 1.0"},
      {R"("backoff": {"mim": "1s"})",
       "unknown key \"mim\" in mcpServers.fs.backoff; did you mean \"min\"?"},
      {R"("backoff": 5)", "fs.backoff: 5 is no object"},
      {R"("intensity": {"max": -1})", "fs.intensity.max: -1 is no whole number"},
      {R"("intensity": {"max": 1.5})", "fs.intensity.max: 1.5 is no whole number"},
      {R"("intensity": {"period": 0})", "fs.intensity.period: 0 is too short"},
      {R"("intensity": {"never_ready": 0})", "fs.intensity.never_ready: 0 is no whole number"},
      {R"("intensity": {"halfopen": 0})", "did you mean \"half_open\"?"},
      {R"("start_timeout": 0)", "fs.start_timeout: 0 is too short, write at least 1ms"},
      {R"("call_timeout": "20m")", "fs.call_timeout: 20m is above call_timeout_max (10m)"},
      {R"("call_timeout_max": "1y")", "fs.call_timeout_max: \"1y\" is no duration"},
      {R"("ping": {"timeout": 0})", "fs.ping.timeout: 0 is too short"},
      {R"("ping": {"failures": 0})", "fs.ping.failures: 0 is no whole number from 1"},
      {R"("breaker": {"open": "1h"})", "breaker.open_max: 5m is below breaker.open (1h)"},
      {R"("breaker": {"opn": 0})", "did you mean \"open\"?"},
      {R"("ping": {"evry": 0})", "did you mean \"every\"?"},
      {R"("stop": {"kill": 0})", "unknown key \"kill\" in mcpServers.fs.stop"},
      {R"("stop": {"term": true})", "fs.stop.term: a duration is"},
      {R"("queue": {"max": 0})", "fs.queue.max: 0 is no whole number"},
      {R"("queue": {"max": 99999999999})", "fs.queue.max: 99999999999 is no whole number"},
      {R"("queue": {"waits": 0})", "did you mean \"wait\"?"},
      {R"("success": {"codes": [256]})", "fs.success.codes: 256 is no exit code"},
      {R"("success": {"codes": "0"})", "fs.success.codes: \"0\" is no exit code"},
      {R"("success": {"signals": [0]})", "fs.success.signals: 0 is no signal"},
      {R"("success": {"signals": ["SIGNOPE"]})", "fs.success.signals: \"SIGNOPE\" is no signal"},
      {R"("success": {"code": [0]})", "did you mean \"codes\"?"},
      {R"("limits": {"files": 1})", "fs.limits.files: 1 is no whole number from 16"},
      {R"("limits": {"file": 1})", "did you mean \"files\"?"},
      {R"("limits": {"memory": "lots"})", "fs.limits.memory: \"lots\" is no size"},
      {R"("limits": {"memory": "-1Mi"})", "fs.limits.memory: \"-1Mi\" is"},
      {R"("limits": {"memory": -5})", "fs.limits.memory: -5 bytes is negative"},
      {R"("limits": {"memory": "64Ki"})",
       "fs.limits.memory: \"64Ki\" is too little, write at least \"1Mi\""},
      {R"("limits": {"memory": "2000Ti"})", "fs.limits.memory: \"2000Ti\" is more than 1024 Ti"},
      {R"("limits": {"memory": true})", "fs.limits.memory: a size is a text"},
      {R"("limits": {"cpu": "2"})", "fs.limits.cpu: \"2\" is no number from 0.01 to 4096"},
      {R"("limits": {"cpu": -1})", "fs.limits.cpu: -1 is no number"},
      {R"("limits": {"cpu": 0.001})", "fs.limits.cpu: 0.001 is no number"},
      {R"("limits": {"cpu": 5000})", "fs.limits.cpu: 5000 is no number"},
      {R"("limits": {"pids": -1})", "fs.limits.pids: -1 is no whole number from 1 to 4194304"},
      {R"("limits": {"pids": 1.5})", "fs.limits.pids: 1.5 is no whole number"},
      {R"("limits": {"pids": "64"})", "fs.limits.pids: \"64\" is no whole number"},
      {R"("limits": {"pids": 99999999999})", "fs.limits.pids: 99999999999 is no whole number"},
      {R"("prefix": "sometimes")", "fs.prefix: \"sometimes\" is not known here"},
      {R"("tools": {"allow": "x"})", "fs.tools.allow: \"x\" is no list"},
      {R"("tools": {"allow": [1]})", "fs.tools.allow[0]: 1 is no text"},
      {R"("tools": {"alow": []})", "did you mean \"allow\"?"},
      {R"("tools": true)", "fs.tools: true is no object"},
      {R"("link": "carrier-pigeon")", "fs.link: \"carrier-pigeon\" is not known here"},
      {R"("link": 5)", "fs.link: 5 is not known here"},
      {R"("ready": "soon")", "fs.ready: \"soon\" is not known here"},
      {R"("ready": {"magic": 1})", "is not known here"},
      {R"("ready": "started")", "fs.ready: \"started\" is before the MCP handshake"},
      {R"("link": "none", "ready": "mcp")", "fs.ready: \"mcp\" needs a link"},
      {R"("replicas": "two")", "fs.replicas: \"two\" is no whole number"},
      {R"("session_mode": "solo")", "fs.session_mode: \"solo\" is not known here"},
      {R"("on_node_exit": "run")", "fs.on_node_exit: \"run\" is not known here"},
      {R"("on_node_exit": "keep")",
       "fs.on_node_exit: \"keep\" cannot hold for a server on stdio, which ends with its pipes"},
      {R"("on_node_exit": "keep", "link": "none", "ready": "notify")",
       "fs.on_node_exit: \"keep\" cannot hold with \"ready\": \"notify\""},
      {R"("significant": "some")", "fs.significant: \"some\" is not known here"},
      {R"("idle_stop": "soon")", "fs.idle_stop: \"soon\" is no duration"},
      {R"("depends_on": "db")", "fs.depends_on: \"db\" is no object"},
      {R"("depends_on": ["db"])",
       "fs.depends_on: [\"db\"] is no object, write {\"db\": \"ready\"}"},
      {R"("depends_on": {"db": "ready"})", "fs.depends_on.db: there is no server \"db\""},
      {R"("depends_on": {"db": "redy"})", "did you mean \"ready\"?"},
      {R"("depends_on": {"fs": "ready"})", "fs.depends_on.fs: \"fs\" depends on itself (fs -> fs)"},
      {R"("significant": "any")", "fs.significant: \"any\" has no effect on a permanent server"},
      {R"("paths": {"exec": []})", "unknown key \"exec\" in mcpServers.fs.paths"},
  };
  for (const auto& [members, expected] : rows) {
    const auto config =
        parse_config(test::with_server_members(members), "t.json", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(!config, members);
    BOOST_TEST((config.failure().code == errc::bad_config), config.failure().detail);
    const auto& detail = config.failure().detail;
    BOOST_TEST(detail.starts_with("t.json: "), detail);
    BOOST_TEST(detail.find(expected) != std::string::npos, detail << " lacks " << expected);
  }
}

BOOST_AUTO_TEST_CASE(a_server_without_a_link_is_ready_once_it_has_started) {
  const auto policy_of = [](const char* text) {
    const auto config = parse_config(text, "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
    return policy_json(config->servers.at(0).policy);
  };
  for (
      const char* text :
      {R"({"servers": {"fs": {"command": "x", "link": "none"}}})",
       R"({"servers": {"fs": {"command": "x", "link": "none", "ready": "started"}}})",
       R"({"defaults": {"link": "none"}, "servers": {"fs": {"command": "x"}}})",
       R"({"defaults": {"link": "none", "ready": "started"}, "servers": {"fs": {"command": "x"}}})"}) {
    const auto policy = policy_of(text);
    BOOST_TEST(policy["link"] == "none", text);
    BOOST_TEST(policy["ready"] == "started", text);
  }
  const auto usual = policy_of(R"({"servers": {"fs": {"command": "x"}}})");
  BOOST_TEST(usual["link"] == "stdio");
  BOOST_TEST(usual["ready"] == "mcp");
}

BOOST_AUTO_TEST_CASE(what_this_build_does_not_act_on_is_refused_as_not_supported) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("retry": "read_only")", "retry"},
  };
  for (const auto& [members, key] : rows) {
    const auto config =
        parse_config(test::with_server_members(members), "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(!config, members);
    BOOST_TEST((config.failure().code == errc::not_supported), config.failure().detail);
    const auto& detail = config.failure().detail;
    BOOST_TEST(detail.starts_with(std::string("t: mcpServers.fs.") + key + ": "), detail);
    BOOST_TEST(detail.find("not supported by this build yet") != std::string::npos, detail);
    BOOST_TEST(detail.find('\n') == std::string::npos, detail);
  }
}

BOOST_AUTO_TEST_CASE(what_becomes_of_changed_tools_is_a_word_also_of_the_defaults) {
  const auto config = parse_config(R"({"defaults": {"pin": "enforce"}, "mcpServers": {
      "a": {"command": "x"}, "b": {"command": "x", "pin": "off"}}})",
                                   "t", test::usual_environment());
  BOOST_REQUIRE(config);
  BOOST_TEST((config->servers.at(0).policy.pin == pin_mode::enforce));
  BOOST_TEST((config->servers.at(1).policy.pin == pin_mode::off));
  BOOST_TEST((server_policy{}.pin == pin_mode::warn));
}

BOOST_AUTO_TEST_CASE(who_shares_an_instance_is_a_word) {
  const auto parsed = [](const std::string& members) {
    const auto config =
        parse_config(test::with_server_members(members), "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, members);
    return config->servers.at(0).policy.sessions;
  };
  BOOST_TEST((parsed(R"("args": [])") == session_mode::automatic));
  BOOST_TEST((parsed(R"("session_mode": "auto")") == session_mode::automatic));
  BOOST_TEST((parsed(R"("session_mode": "shared")") == session_mode::shared));
  BOOST_TEST((parsed(R"("session_mode": "per_session")") == session_mode::per_session));
  BOOST_TEST((parsed(R"("session_mode": "per_principal")") == session_mode::per_principal));
  BOOST_TEST((parsed(R"("session_mode": "serial")") == session_mode::serial));
  const auto unknown = test::failure_of(test::with_server_members(R"("session_mode": "one")"));
  for (const char* word : {"auto", "shared", "serial", "per_session", "per_principal"})
    BOOST_TEST(unknown.find(word) != std::string::npos, unknown);
}

BOOST_AUTO_TEST_CASE(the_values_that_are_in_force_anyway_pass) {
  for (const char* members :
       {R"("link": "stdio")", R"("ready": "mcp")", R"("replicas": 1)", R"("depends_on": {})",
        R"("session_mode": "shared")", R"("session_mode": "serial")",
        R"("session_mode": "per_session")", R"("session_mode": "per_principal")",
        R"("on_node_exit": "stop")", R"("isolation": "default")", R"("paths": {"read": []})",
        R"("network": "full")", R"("pin": "warn")", R"("retry": "never")", R"("runner": "process")",
        R"("type": "stdio")", R"("headers": {})"})
    BOOST_TEST(test::failure_of(test::with_server_members(members)) == "", members);
}

BOOST_AUTO_TEST_CASE(what_has_no_link_may_outlive_its_node_however_it_gets_ready) {
  for (const char* ready :
       {"", R"(, "ready": "started")", R"(, "ready": {"log": "up"})",
        R"(, "ready": {"http": "/"}, "port": 80)", R"(, "ready": {"tcp": true}, "port": "auto")"}) {
    const auto members = std::string(R"("link": "none", "on_node_exit": "keep")") + ready;
    const auto config =
        parse_config(test::with_server_members(members), "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, members << ": " << (config ? "" : config.failure().detail));
    const auto& policy = config->servers.at(0).policy;
    BOOST_TEST((policy.on_node_exit == node_exit::keep), members);
    BOOST_TEST(policy_json(policy)["on_node_exit"] == "keep", members);
  }
}

BOOST_AUTO_TEST_CASE(only_what_somebody_wrote_is_a_limit_that_a_start_must_have) {
  const std::tuple<const char*, std::uint32_t, bool> rows[] = {
      {R"("restart": "permanent")", 512, false},
      {R"("limits": {"memory": "1Gi"})", 512, false},
      {R"("limits": {"pids": 512})", 512, true},
      {R"("limits": {"pids": null})", 0, true},
      {R"("limits": {"memory": null, "cpu": 0, "pids": 0})", 0, true},
  };
  for (const auto& [members, pids, required] : rows) {
    const auto config =
        parse_config(test::with_server_members(members), "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, members);
    const auto& limits = config->servers.at(0).policy.limits;
    BOOST_TEST(limits.pids == pids, members);
    BOOST_TEST(limits.pids_required == required, members);
    BOOST_TEST(limits.cpu == 0, members);
    const auto written = policy_json(config->servers.at(0).policy);
    std::optional<error> failure;
    fields object(written, "p", failure);
    server_policy again;
    read_policy(object, again);
    BOOST_TEST(again.limits.pids == pids, members);
    BOOST_TEST(again.limits.pids_required == required, members);
  }
}

BOOST_AUTO_TEST_CASE(every_kind_of_readiness_is_read_and_written_out_the_same) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("ready": "started")", R"("started")"},
      {R"("ready": "notify")", R"("notify")"},
      {R"("ready": {"log": "up"})", R"({"log":"up"})"},
      {R"("ready": {"http": "/health?x=1"}, "port": 8080)", R"({"http":"/health?x=1"})"},
      {R"("ready": {"ws": "/mcp"}, "port": "auto")", R"({"ws":"/mcp"})"},
      {R"("ready": {"tcp": true}, "port": 65535)", R"({"tcp":true})"},
  };
  for (const auto& [members, expected] : rows) {
    const auto config =
        parse_config(test::with_server_members(std::string(members) + R"(, "link": "none")"), "t",
                     test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
    const auto written = policy_json(config->servers.at(0).policy);
    BOOST_TEST(written["ready"].dump() == expected);
    std::optional<error> failure;
    fields object(written, "p", failure);
    server_policy again;
    read_policy(object, again);
    BOOST_REQUIRE_MESSAGE(!failure, (failure ? failure->detail : ""));
    BOOST_TEST(policy_json(again).dump() == written.dump());
  }
}

BOOST_AUTO_TEST_CASE(a_port_that_is_known_at_the_start_alone_stays_named_until_then) {
  const auto args_of = [](const std::string& members) {
    const auto config = parse_config(
        test::with_server_members(R"("args": ["--port=${PORT}", "${PORT:-1}"])" + members), "t",
        test::usual_environment());
    return config ? config->servers.at(0).args.at(0) + " " + config->servers.at(0).args.at(1)
                  : config.failure().detail;
  };
  BOOST_TEST(args_of(R"(, "port": "auto")") == "--port=${PORT} ${PORT}");
  BOOST_TEST(args_of(R"(, "port": 8080)") == "--port=${PORT} ${PORT}");
  BOOST_TEST(args_of("").find("PORT") != std::string::npos); // Unset in the environment.
  BOOST_TEST(args_of(R"(, "port": null)").find("--port=$") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_never_called_never_sleeps) {
  const char* inherited = R"({"defaults": {"idle_stop": "5m"},
    "servers": {"side": {"command": "x", "link": "none"}, "fs": {"command": "x"}}})";
  const auto config = parse_config(inherited, "t", test::usual_environment());
  BOOST_REQUIRE(config);
  for (const auto& server : config->servers)
    BOOST_TEST((server.policy.idle_stop == (server.id.value == "fs" ? 5min : 0min)));
}

BOOST_AUTO_TEST_CASE(a_policy_written_out_is_read_back_the_same) {
  const auto config =
      parse_config(test::with_server_members(everything), "t", test::usual_environment());
  BOOST_REQUIRE(config);
  const auto written = policy_json(config->servers.at(0).policy);
  std::optional<error> failure;
  fields object(written, "p", failure);
  server_policy again;
  read_policy(object, again);
  BOOST_REQUIRE_MESSAGE(!failure, (failure ? failure->detail : ""));
  check_everything(again);
}

BOOST_AUTO_TEST_CASE(every_documented_key_is_known_to_defaults) {
  for (const auto key : policy_keys()) {
    const std::string detail =
        test::failure_of("{\"defaults\": {\"" + std::string(key) + "\": {\"no\": {}}}}");
    BOOST_TEST(detail.find("unknown key \"" + std::string(key)) == std::string::npos, detail);
    BOOST_TEST(detail != "", key); // a value of nonsense never passes
  }
}

BOOST_AUTO_TEST_SUITE_END()
