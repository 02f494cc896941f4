// What an isolated server cannot do; what tries it stands beside one that can, so that each check
// is seen to be about the isolation.
#include "probe_server.hpp"
#include "silent_port.hpp"
#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sys/syscall.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

namespace fs = std::filesystem;

std::string confinement_of(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "confinement");
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string own_directory(const node_fixture& node, const std::string& server) {
  return node.state_dir() + "/servers/" + server;
}

std::vector<account> accounts() {
  if (is_root()) return {account::own, account::ordinary};
  return {account::own};
}

/// "strict", "plain" (none) and "other", who has a file that neither is to find.
void add_pair(node_fixture& node, const reply_json& strict = reply_json::object(),
              const reply_json& plain = reply_json::object()) {
  reply_json isolated{{"isolation", "strict"}};
  isolated.update(strict);
  reply_json open{{"isolation", "none"}};
  open.update(plain);
  node.add("strict", probe_server(isolated));
  node.add("plain", probe_server(open));
  node.add("other", probe_server({{"isolation", "none"}}));
}

/// Whether strict isolation is to be had here at all; says why where it is not.
bool start_pair(node_fixture& node) {
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("plain", "ready"), node.log());
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("other", "ready"), node.log());
  const auto reason = [&] { return text_of(node.row("strict"), "reason"); };
  eventually([&] { return node.status_of("strict") == "ready" || says(reason(), " takes "); });
  if (node.status_of("strict") == "ready") return true;
  // Only what the host lacks is an excuse.
  BOOST_TEST_REQUIRE(says(reason(), " takes "), reason() << "\n" << node.log());
  BOOST_TEST_MESSAGE("skipped: " << reason());
  end_well(node);
  return false;
}

/// The isolated one fails with that, the other does not.
void check_pair(node_fixture& node, const std::string& expression, const std::string& expected) {
  const auto free = tried(node, "plain", expression);
  BOOST_TEST(free == "ok", expression << " without isolation: " << free);
  const auto held = tried(node, "strict", expression);
  BOOST_TEST(held == expected, expression << " strictly: " << held);
}

} // namespace

BOOST_AUTO_TEST_SUITE(isolation)

BOOST_AUTO_TEST_CASE(a_strict_server_reads_neither_anothers_directory_nor_the_nodes_state) {
  for (const auto as : accounts()) {
    node_fixture node(as);
    add_pair(node);
    if (!start_pair(node)) continue;
    const auto secret = own_directory(node, "other") + "/secret";
    BOOST_TEST(tried(node, "other", "write('secret')") == "ok");
    check_pair(node, "read(" + python(secret) + ")", "ENOENT");
    check_pair(node, "read(" + python(node.state_dir() + "/token") + ")", "ENOENT");
    check_pair(node, "send_to(" + python(node.state_dir() + "/node.sock") + ")", "ENOENT");
    check_pair(node, "read(" + python(node.directory() + "/toolscore.json") + ")", "ENOENT");
    BOOST_TEST(tried(node, "strict", "names(" + python(node.state_dir() + "/servers") + ")") ==
               "strict");
    // Nor by its init, which came from the spawner.
    BOOST_TEST(tried(node, "strict", "read('/proc/1/root" + secret + "')") != "ok");
    BOOST_TEST(says(confinement_of(node, "strict"), "; isolation: state hidden, own /tmp"),
               confinement_of(node, "strict"));
    BOOST_TEST(!says(confinement_of(node, "plain"), "isolation"), confinement_of(node, "plain"));
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(a_strict_server_writes_to_its_own_directory_and_to_what_is_named_alone) {
  for (const auto as : accounts()) {
    node_fixture node(as);
    const auto named = node.directory() + "/named";
    const auto seen = node.directory() + "/seen";
    for (const auto& path : {named, seen}) {
      fs::create_directory(path);
      fs::permissions(path, fs::perms(0777));
    }
    add_pair(node, {{"paths", {{"write", {named}}, {"read", {seen}}}}});
    if (!start_pair(node)) continue;
    check_pair(node, "write(" + python(seen + "/x") + ")", "EROFS");
    check_pair(node, "write('/var/tmp/toolscore-isolation-probe')", "EACCES");
    fs::remove("/var/tmp/toolscore-isolation-probe");
    for (const char* what : {"write('x')", "write('/tmp/x')", "move('x', 'y')",
                             "write('/dev/null')", "names('/usr')[:0] + 'ok'"})
      BOOST_TEST(tried(node, "strict", what) == "ok", what);
    BOOST_TEST(tried(node, "strict", "write(" + python(named + "/x") + ")") == "ok");
    BOOST_TEST(fs::exists(named + "/x"));
    tried(node, "strict", "write(" + python(node.directory() + "/x") + ")");
    BOOST_TEST(!fs::exists(node.directory() + "/x"));
    BOOST_TEST(tried(node, "strict", "names(" + python(seen) + ")") == "x"); // Of the plain one.
    BOOST_TEST(!fs::exists("/tmp/x"));
    BOOST_TEST(tried(node, "strict", "os.environ['HOME']") == own_directory(node, "strict"));
    BOOST_TEST(fs::exists(own_directory(node, "strict") + "/y"));
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(a_strict_server_has_no_network_unless_it_is_given_one) {
  for (const auto as : accounts()) {
    const silent_port port;
    node_fixture node(as);
    add_pair(node);
    node.add("given", probe_server({{"isolation", "strict"}, {"network", "full"}}));
    node.add("alone", probe_server({{"isolation", "strict"}, {"network", "loopback"}}));
    node.add("cut", probe_server({{"isolation", "none"}, {"network", "none"}}));
    if (!start_pair(node)) continue;
    for (const char* server : {"given", "alone", "cut"})
      BOOST_REQUIRE_MESSAGE(node.wait_for_status(server, "ready"), node.log());
    const auto url = port.url("");
    const auto call = "connect(" + url.substr(url.rfind(':') + 1) + ")";
    check_pair(node, call, "ENETUNREACH");
    check_pair(node, "listen()", "ENETUNREACH"); // It listens, and nobody gets there.
    BOOST_TEST(tried(node, "given", call) == "ok");
    BOOST_TEST(tried(node, "alone", call) == "ECONNREFUSED");
    BOOST_TEST(tried(node, "alone", "listen()") == "ok");
    BOOST_TEST(tried(node, "cut", call) == "ENETUNREACH");
    BOOST_TEST(says(confinement_of(node, "strict"), "no network"), confinement_of(node, "strict"));
    BOOST_TEST(says(confinement_of(node, "alone"), "own loopback"), confinement_of(node, "alone"));
    BOOST_TEST(says(confinement_of(node, "cut"), "; isolation: no network"),
               confinement_of(node, "cut"));
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(a_strict_server_sees_no_other_process_and_makes_no_namespace_nor_mount) {
  for (const auto as : accounts()) {
    node_fixture node(as);
    add_pair(node);
    if (!start_pair(node)) continue;
    BOOST_TEST(tried(node, "strict", "pids()") == "2"); // Its init and itself.
    const auto call = [](long number, const std::string& arguments) {
      return "call(" + std::to_string(number) + ", " + arguments + ")";
    };
    constexpr int new_user = 0x10000000;
    check_pair(node, call(SYS_unshare, std::to_string(new_user)), "EPERM");
    BOOST_TEST(tried(node, "strict", call(SYS_ptrace, "0, 0, 0, 0")) == "EPERM"); // Of itself.
    BOOST_TEST(tried(node, "strict", call(SYS_keyctl, "0, -3, 1")) == "EPERM");
    BOOST_TEST(tried(node, "strict", call(SYS_mount, "b'x', b'/', b'tmpfs', 0, 0")) == "EPERM");
    BOOST_TEST(tried(node, "strict",
                     call(SYS_umount2, python(node.state_dir()) + ".encode(), 2")) == "EPERM");
    BOOST_TEST(tried(node, "strict", "status('CapEff')") == "0000000000000000");
    BOOST_TEST(tried(node, "strict", "status('CapBnd')") == "0000000000000000");
    BOOST_TEST(tried(node, "strict", "status('Seccomp')") == "2");
    BOOST_TEST(tried(node, "plain", "status('Seccomp')") != "2");
    BOOST_TEST(tried(node, "strict", "status('NoNewPrivs')") == "1");
    BOOST_TEST(tried(node, "strict", "run('/usr/bin/env', 'true')") == "0");
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(a_strict_server_cannot_exceed_its_memory_pids_and_files) {
  node_fixture node;
  const reply_json limits{{"files", 64}};
  const reply_json strict{{"limits", limits}};
  add_pair(node, strict);
  if (!start_pair(node)) return;
  check_pair(node, "files(100)", "EMFILE");
  BOOST_TEST(tried(node, "strict", "more_files()") != "ok");
  const bool cgroups = says(confinement_of(node, "plain"), ", cgroup v");
  end_well(node);
  if (!cgroups) {
    BOOST_TEST_MESSAGE("no cgroups here: memory and pids are not tried");
    return;
  }
  add_pair(node, {{"limits", {{"memory", "64Mi"}, {"pids", 8}}}});
  if (!start_pair(node)) return;
  check_pair(node, "forks(20)", "EAGAIN");
  BOOST_TEST(node.ask("POST", "/api/v1/servers/strict/restart").status == 200);
  BOOST_TEST(tried(node, "plain", "hog(200)") == "ok");
  const auto lost = node.call("strict", "try", {{"what", "hog(200)"}});
  BOOST_TEST(text_of(lost.facts(), "out_of_memory") == "true", lost.told());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_is_asked_and_cannot_be_had_fails_the_start_in_one_line) {
  node_fixture node(account::sandboxed); // Where there are no namespaces.
  node.add("plain", probe_server());
  node.add("strict", probe_server({{"isolation", "strict"}}));
  node.add("cut", probe_server({{"network", "none"}}));
  node.add("tmp", probe_server({{"private_tmp", true}}));
  node.add("lost", probe_server({{"paths", {{"write", {"/nowhere/at/all"}}}}}));
  node.start(false);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("plain", "ready"), node.log());
  const std::pair<const char*, const char*> rows[] = {
      {"strict", "\"isolation\": \"strict\" takes a PID and mount namespace"},
      {"cut", "\"network\": \"none\" takes a network namespace"},
      {"tmp", "\"private_tmp\" takes a mount namespace"},
      {"lost", "/nowhere/at/all"}};
  for (const auto& [server, told] : rows) {
    const auto reason = [&, name = server] { return text_of(node.row(name), "reason"); };
    BOOST_TEST(eventually([&, part = told] { return says(reason(), part); }), server << reason());
    BOOST_TEST(is_one_line(reason()), reason());
  }
  BOOST_TEST(!says(confinement_of(node, "plain"), "isolation"), confinement_of(node, "plain"));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(by_default_the_state_is_hidden_and_all_else_is_as_without) {
  for (const auto as : accounts()) {
    node_fixture node(as);
    node.add("usual", probe_server());
    node.add("open", probe_server({{"isolation", "none"}}));
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    const auto check = [&](const std::string& what, const std::string& expected) {
      const auto free = tried(node, "open", what);
      BOOST_TEST(free == "ok", what << " without: " << free);
      BOOST_TEST(tried(node, "usual", what) == expected, what);
    };
    check("read(" + python(node.state_dir() + "/token") + ")", "ENOENT");
    check("send_to(" + python(node.state_dir() + "/node.sock") + ")", "ENOENT");
    check("write(" + python(own_directory(node, "open") + "/x") + ")", "ENOENT");
    for (const auto& what :
         {std::string("write('x')"), "write(" + python(node.directory() + "/x") + ")",
          std::string("listen()"), std::string("write('/tmp/toolscore-isolation')")})
      check(what, "ok");
    fs::remove("/tmp/toolscore-isolation");
    BOOST_TEST(fs::exists(own_directory(node, "usual") + "/x"));
    BOOST_TEST(says(confinement_of(node, "usual"), "; isolation: state hidden"),
               confinement_of(node, "usual"));
    // The next instance has what this one has written.
    BOOST_TEST(node.ask("POST", "/api/v1/servers/usual/restart").status == 200);
    BOOST_TEST(tried(node, "usual", "read('x')") == "ok");
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(the_doctor_says_what_the_host_can_and_what_strict_would_take) {
  node_fixture node;
  node.add("probe", probe_server());
  node.add("reader", probe_server({{"args", {"-c", "0", "/srv/some/data"}}}));
  node.add("web", probe_server({{"link", "none"}, {"port", "auto"}, {"ready", {{"tcp", true}}}}));
  node.write_config();
  const auto told =
      node.command({"doctor", "-c", node.directory() + "/toolscore.json"}, account::own);
  BOOST_TEST(told.code == 0, told.text);
  for (const char* part : {"  namespaces  ", "  network     ", "  landlock    ", "  seccomp     ",
                           "  cgroups     ", "  strict      "})
    BOOST_TEST(says(told.text, part), part << "\n" << told.text);
  if (!says(told.text, "strict      can be had")) return;
  BOOST_TEST(says(told.text, "probe       default   strict would do"), told.text);
  BOOST_TEST(says(told.text, "its argument /srv/some/data is out of its sight"), told.text);
  BOOST_TEST(says(told.text, "the node reaches it by a port"), told.text);
}

BOOST_AUTO_TEST_SUITE_END()
