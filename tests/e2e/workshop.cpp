#include "workshop.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* servers = TOOLSCORE_SOURCE_DIR "/tests/e2e/servers";

std::string text_at(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  return at == text.npos ? text : text.replace(at, what.size(), by);
}

std::string first_line_of(int fd) {
  std::string line;
  char c = 0;
  while (::read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

} // namespace

workshop::workshop(const node_fixture& node) : folder_(node.directory() + "/workshop") {
  fs::create_directories(folder_ + "/served");
}

workshop::~workshop() {
  if (input_ >= 0) ::close(input_);
  if (server_ == 0) return;
  ::kill(server_, SIGKILL);
  ::waitpid(server_, nullptr, 0);
}

void workshop::write(const std::string& name, const std::string& text) const {
  const fs::path file = path(name);
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

void workshop::remove(const std::string& name) const {
  std::error_code ignored;
  fs::remove_all(path(name), ignored);
}

std::string workshop::text(const std::string& name) const {
  return text_at(path(name));
}

std::string workshop::run(const std::string& command) const {
  const auto out = path("run.out");
  const auto whole = "cd '" + folder_ + "' && HOME='" + folder_ + "' && export HOME && { " +
                     command + "; } >'" + out + "' 2>&1";
  const int status = std::system(whole.c_str());
  auto said = text_at(out);
  BOOST_REQUIRE_MESSAGE(status == 0, command << ": " << said);
  return said.substr(0, said.find('\n'));
}

std::string workshop::source(const std::string& ending, const std::string& version) const {
  return replaced(text_at(std::string(servers) + "/tiny/tiny." + ending), "@VERSION@", version);
}

void workshop::npm_package(const std::string& name, const std::string& version,
                           const std::string& program) const {
  const auto folder = "npm/" + name;
  const std::string bin = program.empty() ? "run.js" : "run";
  const reply_json about{{"name", name}, {"version", version}, {"bin", {{name, bin}}}};
  write(folder + "/package.json", about.dump());
  if (program.empty())
    write(folder + "/run.js", source("js", version));
  else
    run("cp '" + program + "' '" + folder + "/run'");
  run("chmod +x '" + folder + "/" + bin + "' && cd '" + folder +
      "' && npm pack --silent --pack-destination ../../served");
}

void workshop::wheel(const std::string& name, const std::string& version) const {
  write("wheel.py", source("py", version));
  run("python3 '" + std::string(servers) + "/tiny/make_wheel.py' wheel.py " + name + " " + version +
      " served");
}

std::string workshop::commit(const std::string& name) const {
  run("cd '" + name +
      "' && { [ -d .git ] || git init --quiet --initial-branch=main; } && git add "
      "--all && git -c user.name=x -c user.email=x@localhost commit --quiet --message x");
  return "file://" + path(name);
}

std::string workshop::serve() {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2 failed");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string program = "node";
  std::string script = std::string(servers) + "/registry.js";
  std::string folder = path("served");
  std::array<char*, 4> words{program.data(), script.data(), folder.data(), nullptr};
  const int failure = ::posix_spawnp(&server_, "node", &actions, nullptr, words.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  const auto port = failure == 0 ? first_line_of(out[0]) : std::string();
  ::close(out[0]);
  BOOST_REQUIRE_MESSAGE(!port.empty(), "the registry does not start");
  return url_ = "http://127.0.0.1:" + port;
}

void workshop::hold(bool on) const {
  if (on)
    write("served/hold", "");
  else
    remove("served/hold");
}

bool workshop::was_asked(const std::string& file) const {
  return text("served/asked").find(file) != std::string::npos;
}

std::vector<std::string> workshop::variables() const {
  std::vector<std::string> all{"NPM_CONFIG_REGISTRY=" + url_,
                               "NPM_CONFIG_FETCH_RETRIES=0",
                               "NPM_CONFIG_CACHE=" + path("npm-cache"),
                               "PIP_NO_INDEX=1",
                               "PIP_FIND_LINKS=" + url_ + "/files/",
                               "NO_PROXY=127.0.0.1",
                               "CARGO_HOME=" + path("cargo")};
  // The node has another HOME than whoever installed Rust for himself.
  const char* const rustup = std::getenv("RUSTUP_HOME");
  const char* const home = std::getenv("HOME");
  if (rustup != nullptr || home != nullptr)
    all.push_back("RUSTUP_HOME=" +
                  (rustup != nullptr ? std::string(rustup) : std::string(home) + "/.rustup"));
  return all;
}

bool has_program(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

std::vector<pid_t> running_in(const std::string& directory) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != pid.npos) continue;
    const auto at = fs::read_symlink(entry.path() / "cwd", ignored).string();
    if (at.starts_with(directory + "/")) found.push_back(static_cast<pid_t>(std::stol(pid)));
  }
  return found;
}

reply_json add_and_wait(const node_fixture& node, const std::string& name, reply_json definition,
                        std::chrono::milliseconds limit) {
  if (!definition.contains("url")) definition["env"][census_variable] = node.marker();
  const reply_json body{{"name", name}, {"config", definition}, {"wait", true}};
  const auto reply = node.ask("POST", "/api/v1/servers", body.dump(), limit);
  return parse_reply(reply.body).value_or(reply_json{{"error_msg", reply.body}});
}

} // namespace toolscore::test
