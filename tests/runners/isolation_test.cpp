// Trees as process_io isolates them, by what a shell inside of one can do and what is told of it.
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

namespace fs = std::filesystem;

struct isolated : process_fixture {
  isolated() {
    fs::create_directories(own());
    fs::create_directories(state() + "/servers/other");
    std::ofstream(state() + "/servers/other/secret") << "x";
  }
  std::string state() const { return folder.string() + "/state"; }
  std::string own() const { return state() + "/servers/own"; }

  /// A shell in its own directory.
  launch_plan shell(const std::string& script, isolation_policy asked) const {
    auto made = plan({"/bin/sh", "-c", script});
    made.env["PATH"] = "/usr/bin:/bin";
    made.cwd = own();
    made.isolation = {std::move(asked), state(), own(), {}};
    return made;
  }

  /// Whether the test command is true there; tells what it was in.
  std::string tried(const std::string& test, const isolation_policy& asked,
                    std::optional<confinement> held = {}) {
    spawn_options options;
    options.held_by = held;
    auto child = start(shell(test + " && echo yes || echo no; read wait", asked), options);
    if (!child) return child.failure().detail;
    confined = (*child)->confined();
    const int output = (*child)->take_stdout();
    const auto said = read_line(output);
    ::close(output);
    (*child)->kill();
    BOOST_TEST(exit_of(**child).has_value());
    return said;
  }

  std::string confined;
};

/// A port of the host's loopback at which connections are taken by the kernel.
class listener {
public:
  listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(where);
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    BOOST_REQUIRE((::bind(fd_, address, size) == 0 && ::listen(fd_, 64) == 0));
    BOOST_REQUIRE(::getsockname(fd_, address, &size) == 0);
    port_ = ntohs(where.sin_port);
  }
  ~listener() { ::close(fd_); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  int port() const { return port_; }

private:
  int fd_;
  int port_ = 0;
};

isolation_policy level(isolation_level x) {
  isolation_policy asked;
  asked.level = x;
  return asked;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(isolation, isolated)

BOOST_AUTO_TEST_CASE(the_state_is_hidden_but_for_the_servers_own) {
  const auto secret = "test -e " + state() + "/servers/other/secret";
  BOOST_TEST(tried(secret, level(isolation_level::none)) == "yes");
  BOOST_TEST(!says(confined, "isolation"), confined);
  const auto hidden = tried(secret, {});
  if (says(confined, "takes a mount namespace")) return; // A host without.
  BOOST_TEST(hidden == "no");
  BOOST_TEST(says(confined, "; isolation: state hidden"), confined);
  BOOST_TEST(tried("echo x > here && test -e " + own() + "/here", {}) == "yes");
  BOOST_TEST(fs::exists(own() + "/here"));
  BOOST_TEST(tried("echo x 2>/dev/null > " + state() + "/here", {}) == "no");
}

BOOST_AUTO_TEST_CASE(strict_takes_what_the_same_server_has_without_it) {
  const auto strict = level(isolation_level::strict);
  if (says(tried("true", strict), " takes ")) return; // A host without.
  BOOST_TEST(says(confined, "; isolation: state hidden, own /tmp, /run hidden, no network, "),
             confined);
  const listener ear;
  const auto place = "/var/tmp/toolscore-isolation-" + std::to_string(::getpid());
  const std::string rows[] = {
      "test -e " + state() + "/servers/other/secret",
      "test -r " + folder.string() + "/in-tmp",
      "ls / >/dev/null 2>&1",
      "echo x 2>/dev/null > " + place,
      "/usr/bin/python3 -I -c 'import socket; socket.create_connection((\"127.0.0.1\", " +
          std::to_string(ear.port()) + "), 5)' 2>/dev/null",
      "/usr/bin/python3 -I -c 'import os; os.open(\"/etc/fstab\", 0)' 2>/dev/null",
      "unshare -U true 2>/dev/null",
      "test \"$(grep Seccomp: /proc/self/status)\" = \"Seccomp:\t0\""};
  std::ofstream(folder / "in-tmp") << "x";
  for (const auto& row : rows) {
    BOOST_TEST(tried(row, level(isolation_level::none)) == "yes", row);
    BOOST_TEST(tried(row, strict) == "no", row);
  }
  fs::remove(place);
  for (const std::string row :
       {"echo x > here", "echo x > /tmp/here", "echo x > /dev/null", "ls /usr > /dev/null",
        "/usr/bin/python3 -I -c 'import ssl, json, subprocess; subprocess.run([\"true\"])'"})
    BOOST_TEST(tried(row, strict) == "yes", row);
  BOOST_TEST(!fs::exists("/tmp/here"));
}

BOOST_AUTO_TEST_CASE(strict_leaves_no_capability_and_what_is_named_as_it_is_named) {
  auto asked = level(isolation_level::strict);
  for (const char* name : {"seen", "named"}) fs::create_directory(folder / name);
  asked.read = {folder.string() + "/seen"};
  asked.write = {folder.string() + "/named"};
  const std::string none = "grep -q 'CapBnd:.0000000000000000' /proc/self/status";
  const auto held = tried(none, asked);
  if (says(held, " takes ")) return; // A host without.
  BOOST_TEST(held == "yes");
  BOOST_TEST(tried(none, level(isolation_level::none)) == "no");
  // The folder is in /tmp, of which it has its own.
  BOOST_TEST(tried("ls " + folder.string() + "/seen", asked) == "yes");
  BOOST_TEST(tried("(echo x > " + folder.string() + "/seen/x) 2>/dev/null", asked) == "no");
  BOOST_TEST(tried("echo x > " + folder.string() + "/named/x", asked) == "yes");
  BOOST_TEST(fs::exists(folder / "named/x"));
  BOOST_TEST(tried("ls " + state() + "/servers | grep -v own", asked) == "no");
}

BOOST_AUTO_TEST_CASE(nobody_else_is_seen_from_a_namespace) {
  const auto self = "test -e /proc/" + std::to_string(::getpid()) + "/comm";
  BOOST_TEST(tried(self, level(isolation_level::none), confinement::none) == "yes");
  if (says(tried("true", level(isolation_level::strict)), " takes ")) return;
  BOOST_TEST(tried("test $(ls /proc | grep -c '^[0-9]') -le 6", level(isolation_level::strict)) ==
             "yes");
}

BOOST_AUTO_TEST_CASE(a_network_of_its_own_has_a_loopback_where_that_is_asked) {
  const std::string listen = "/usr/bin/python3 -I -c 'import socket as s; "
                             "ear = s.create_server((\"127.0.0.1\", 0)); "
                             "s.create_connection(ear.getsockname(), 5)' 2>/dev/null";
  auto asked = level(isolation_level::none);
  BOOST_TEST(tried(listen, asked) == "yes");
  asked.network = network_access::loopback;
  const auto alone = tried(listen, asked);
  if (says(alone, " takes ")) return;
  BOOST_TEST(alone == "yes");
  BOOST_TEST(says(confined, "own loopback"), confined);
  asked.network = network_access::none;
  BOOST_TEST(tried(listen, asked) == "no");
}

BOOST_AUTO_TEST_CASE(without_a_namespace_the_default_is_told_as_not_given) {
  const auto secret = "test -e " + state() + "/servers/other/secret";
  BOOST_TEST(tried(secret, {}, confinement::none) == "yes");
  BOOST_TEST(says(confined, "; not given: hiding the node's state: it takes a mount namespace"),
             confined);
  BOOST_TEST(says(tried("true", level(isolation_level::strict), confinement::none),
                  "\"isolation\": \"strict\" takes a PID and mount namespace"));
}

BOOST_AUTO_TEST_CASE(an_order_that_fails_is_told_with_its_path) {
  isolation_policy asked;
  asked.write = {"/nowhere/at/all"};
  const auto told = tried("true", asked);
  BOOST_TEST(says(told, "letting it write to /nowhere/at/all failed: no such file"), told);
  BOOST_TEST(told.find('\n') == told.npos, told);
}

BOOST_AUTO_TEST_CASE(paths_limit_writes_and_leave_reads) {
  isolation_policy asked;
  asked.write = {folder.string() + "/named"};
  fs::create_directory(folder / "named");
  const auto there = tried("echo x 2>/dev/null > " + folder.string() + "/named/x", asked);
  if (says(there, "takes Landlock")) return;
  BOOST_TEST(there == "yes");
  BOOST_TEST(tried("test -r /etc/passwd && ls / >/dev/null", asked) == "yes");
  const auto elsewhere =
      "echo x 2>/dev/null > /var/tmp/toolscore-isolation-" + std::to_string(::getpid());
  BOOST_TEST(tried(elsewhere, {}) == "yes");
  BOOST_TEST(tried(elsewhere, asked) == "no");
  fs::remove("/var/tmp/toolscore-isolation-" + std::to_string(::getpid()));
}

BOOST_AUTO_TEST_SUITE_END()
