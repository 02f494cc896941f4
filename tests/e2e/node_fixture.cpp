#include "node_fixture.hpp"

#include "node/call_text.hpp"
#include "node/http_client_io.hpp"
#include "programs.hpp"
#include "runners/node_cgroups_io.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace toolscore::test {
namespace {

using clock_type = std::chrono::steady_clock;

constexpr const char* legacy_version = "2025-11-25";
constexpr const char* modern_version = "2026-07-28";
constexpr uid_t ordinary_user = 65'534;
constexpr auto start_limit = 20s;
constexpr auto command_limit = 100s;

std::string text_of_file(const std::string& path) {
  // A file of /proc may vanish while it is read; a stream swallows that, a bare iterator throws.
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

struct program_start {
  std::vector<std::string> arguments;
  std::string directory;
  std::string out;    ///< The file that gets stdout and stderr.
  std::string marker; ///< Empty = not counted.
  account as = account::own;
  std::vector<std::string> variables; ///< Beside those that every program gets.
};

pid_t start_toolscore(const program_start& what) {
  std::vector<std::string> words;
  auto run = built_programs();
  if (what.as == account::ordinary) {
    run = public_programs(what.directory);
    const auto id = std::to_string(ordinary_user);
    words = {"/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"};
  }
  if (what.as == account::sandboxed) words = {TOOLSCORE_FAKES_DIR "/without_namespaces"};
  words.push_back(run.toolscore);
  words.insert(words.end(), what.arguments.begin(), what.arguments.end());
  // Node and npm are where whoever runs the tests has them, and not always in /usr/bin.
  const char* const path = std::getenv("PATH");
  std::vector<std::string> variables{"HOME=" + what.directory,
                                     std::string("PATH=") + (path ? path : "/usr/bin:/bin")};
  if (!what.marker.empty()) variables.push_back(std::string(census_variable) + "=" + what.marker);
  variables.insert(variables.end(), what.variables.begin(), what.variables.end());
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, what.directory.c_str());
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, what.out.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  const int failure = ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr,
                                    pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + words[0]);
  return pid;
}

/// @returns the exit code, -1 after the limit, -2 - n for signal n
int reap(pid_t pid, std::chrono::milliseconds limit) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{fd, POLLIN, 0};
  const int ready = ::poll(&ended, 1, static_cast<int>(limit.count()));
  ::close(fd);
  if (ready != 1) return -1;
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -2 - WTERMSIG(status);
}

std::vector<reply_json> json_lines(const std::string& text) {
  std::vector<reply_json> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (auto value = parse_reply(line)) all.push_back(std::move(*value));
  return all;
}

call_answer answer_of(const http_reply& reply, clock_type::time_point begun) {
  call_answer answer;
  answer.status = reply.status;
  if (auto body = parse_reply(rpc_message(reply.content_type, reply.body))) answer.body = *body;
  answer.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begun);
  return answer;
}

http_reply send(const http_address& to, const http_request& request) {
  auto reply = send_http(to, request);
  return reply ? std::move(*reply) : http_reply{0, {}, {}, reply.failure().detail};
}

} // namespace

bool call_answer::good() const {
  return member_of(body, "result").is_object();
}

std::string call_answer::text() const {
  const auto& content = member_of(member_of(body, "result"), "content");
  return content.is_array() && !content.empty() ? text_of(content[0], "text") : std::string();
}

const reply_json& call_answer::facts() const {
  return member_of(member_of(member_of(body, "error"), "data"), "toolscore");
}

std::string call_answer::told() const {
  return std::to_string(status) + " after " + std::to_string(took.count()) + " ms " + compact(body);
}

node_fixture::node_fixture(account as) : as_(as) {
  std::string pattern = std::filesystem::temp_directory_path() / "toolscore-e2e-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  directory_ = pattern;
  // An ordinary user must reach the state directory to be refused there, not before it.
  ::chmod(directory_.c_str(), 0755);
  if (as_ == account::ordinary && ::chown(directory_.c_str(), ordinary_user, ordinary_user) != 0)
    throw std::runtime_error("chown failed");
  socket_.socket_path = state_dir() + "/node.sock";
}

node_fixture::~node_fixture() {
  if (pid_ != 0) {
    ::kill(pid_, SIGKILL);
    reap(pid_, 5s);
  }
  // A test that failed may leave servers; they carry the marker, so they are ours.
  for (int round = 0; round < 100; ++round) {
    const auto left = census(marker_);
    if (left.empty()) break;
    for (const auto& one : left) ::kill(static_cast<pid_t>(one.pid), SIGKILL);
    std::this_thread::sleep_for(10ms);
  }
  // So may its cgroups, where a test has killed it.
  reap_former_cgroups(cgroup_id_of(state_dir()), state_dir() + "/run/cgroups", 2s);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void node_fixture::add(const std::string& name, reply_json definition) {
  if (!definition.contains("url")) definition["env"][census_variable] = marker_;
  servers_[name] = std::move(definition);
}

reply_json node_fixture::fault_definition(const std::vector<std::string>& words) const {
  const auto run = as_ == account::ordinary ? public_programs(directory_) : built_programs();
  return {{"command", run.fault_server}, {"args", words}, {"env", {{census_variable, marker_}}}};
}

void node_fixture::add_fault(const std::string& name, const std::vector<std::string>& words,
                             const reply_json& more) {
  auto definition = fault_definition(words);
  definition.update(more);
  add(name, std::move(definition));
}

void node_fixture::write_config() const {
  auto section = node;
  section["state_dir"] = state_dir();
  const reply_json config{
      {"node", section}, {"defaults", defaults}, {"groups", groups}, {"mcpServers", servers_}};
  std::ofstream(directory_ + "/toolscore.json") << indented(config);
}

bool node_fixture::start(bool until_ready) {
  write_config();
  sessions_.clear();
  const auto address = state_dir() + "/address";
  std::error_code ignored;
  std::filesystem::remove(address, ignored);
  pid_ = start_toolscore({{"-c", directory_ + "/toolscore.json", "up", "--listen", listen},
                          directory_,
                          directory_ + "/node.log",
                          marker_,
                          as_,
                          variables});
  const bool listens =
      eventually([&] { return is_gone(pid_) || !text_of_file(address).empty(); }, start_limit);
  if (!listens || is_gone(pid_)) return false;
  const auto text = text_of_file(address);
  const auto colon = text.rfind(':');
  tcp_.host = text.substr(0, colon);
  tcp_.port = text.substr(colon + 1, text.find_last_not_of('\n') - colon);
  return !until_ready ||
         eventually([&] { return ask("GET", "/readyz").status == 200; }, start_limit);
}

void node_fixture::signal(int number) const {
  if (pid_ != 0) ::kill(pid_, number);
}

int node_fixture::wait_for_end(std::chrono::milliseconds limit) {
  if (pid_ == 0) return -1;
  const int code = reap(pid_, limit);
  if (code != -1) pid_ = 0;
  return code;
}

int node_fixture::stop(std::chrono::milliseconds limit) {
  signal(SIGTERM);
  return wait_for_end(limit);
}

node_fixture::command_end node_fixture::command(const std::vector<std::string>& arguments,
                                                account as) const {
  const auto out = directory_ + "/command.out";
  std::ofstream(out, std::ios::trunc).close();
  const pid_t pid = start_toolscore({arguments, directory_, out, marker_, as, variables});
  command_end end;
  end.code = reap(pid, command_limit);
  if (end.code == -1) {
    ::kill(pid, SIGKILL);
    reap(pid, 5s);
  }
  end.text = text_of_file(out);
  return end;
}

std::string node_fixture::log() const {
  return text_of_file(directory_ + "/node.log");
}

http_reply node_fixture::ask(const std::string& method, const std::string& target,
                             const std::string& body, std::chrono::milliseconds limit) const {
  http_request request{method, target, {{"Content-Type", "application/json"}}, body, limit};
  return send(socket_, request);
}

http_reply node_fixture::ask_as_stranger(const std::string& method, const std::string& target,
                                         const std::string& body) const {
  http_request request{method, target, {{"Content-Type", "application/json"}}, body, 30s};
  return send(tcp_, request);
}

http_reply node_fixture::post_mcp(const std::string& path, const std::string& body,
                                  const std::vector<std::pair<std::string, std::string>>& headers,
                                  std::chrono::milliseconds limit) const {
  http_request request{
      "POST",
      path,
      {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}},
      body,
      limit};
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  return send(tcp_, request);
}

std::string node_fixture::session_of(const std::string& server, std::chrono::milliseconds limit) {
  const std::lock_guard lock(guard_);
  auto& id = sessions_[server];
  if (!id.empty()) return id;
  const reply_json hello{{"jsonrpc", "2.0"},
                         {"id", 1},
                         {"method", "initialize"},
                         {"params",
                          {{"protocolVersion", legacy_version},
                           {"capabilities", reply_json::object()},
                           {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}}}};
  id = post_mcp("/mcp/" + server, compact(hello), {}, limit).session;
  if (!id.empty())
    post_mcp("/mcp/" + server,
             compact({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}),
             {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", legacy_version}}, limit);
  return id;
}

call_answer node_fixture::call(const std::string& server, const std::string& tool,
                               const reply_json& arguments, std::chrono::milliseconds limit) {
  const auto begun = clock_type::now();
  const reply_json call{{"jsonrpc", "2.0"},
                        {"id", 2},
                        {"method", "tools/call"},
                        {"params", {{"name", tool}, {"arguments", arguments}}}};
  return answer_of(post_mcp("/mcp/" + server, compact(call),
                            {{"Mcp-Session-Id", session_of(server, limit)},
                             {"MCP-Protocol-Version", legacy_version}},
                            limit),
                   begun);
}

call_answer node_fixture::modern_call(const std::string& server, const std::string& tool,
                                      const reply_json& arguments,
                                      std::chrono::milliseconds limit) {
  const auto begun = clock_type::now();
  const reply_json meta{{"io.modelcontextprotocol/protocolVersion", modern_version},
                        {"io.modelcontextprotocol/clientInfo", {{"name", "e2e"}, {"version", "1"}}},
                        {"io.modelcontextprotocol/clientCapabilities", reply_json::object()}};
  const reply_json call{{"jsonrpc", "2.0"},
                        {"id", 3},
                        {"method", "tools/call"},
                        {"params", {{"name", tool}, {"arguments", arguments}, {"_meta", meta}}}};
  return answer_of(post_mcp("/mcp/" + server, compact(call),
                            {{"MCP-Protocol-Version", modern_version},
                             {"Mcp-Method", "tools/call"},
                             {"Mcp-Name", tool}},
                            limit),
                   begun);
}

std::future<call_answer> node_fixture::call_later(const std::string& server,
                                                  const std::string& tool,
                                                  std::chrono::milliseconds limit) {
  session_of(server, limit); // so that the call itself is under way at once
  return std::async(std::launch::async,
                    [=, this] { return call(server, tool, reply_json::object(), limit); });
}

reply_json node_fixture::row(const std::string& server) const {
  const auto reply = ask("GET", "/api/v1/servers/" + server);
  return reply.status == 200 ? parse_reply(reply.body).value_or(reply_json()) : reply_json();
}

pid_t node_fixture::pid_of(const std::string& server) const {
  return static_cast<pid_t>(number_of(row(server), "pid"));
}

std::string node_fixture::status_of(const std::string& server) const {
  return text_of(row(server), "process_status");
}

std::vector<reply_json> node_fixture::events(const std::string& server) const {
  auto all = json_lines(ask("GET", "/api/v1/events?after=0").body);
  if (!server.empty())
    std::erase_if(all, [&](const auto& x) { return text_of(x, "server") != server; });
  return all;
}

std::vector<reply_json> node_fixture::trajectories(const std::string& server) const {
  return json_lines(ask("GET", "/api/v1/trajectories?server=" + server).body);
}

bool node_fixture::wait_for_status(const std::string& server, const std::string& status,
                                   std::chrono::milliseconds limit) const {
  return eventually([&] { return status_of(server) == status; }, limit);
}

void end_well(node_fixture& node, std::chrono::milliseconds limit) {
  node.signal(SIGTERM);
  check_good_end(node, limit);
}

void check_good_end(node_fixture& node, std::chrono::milliseconds limit) {
  const int code = node.wait_for_end(limit);
  BOOST_TEST(code == 0, "the node ended with " << code << "\n" << node.log());
  const auto left = wait_for_empty_census(node.marker(), 2s);
  BOOST_TEST(left.empty(), to_string(left));
  const auto cgroups = cgroups_of(node.state_dir());
  BOOST_TEST(cgroups.empty(), (cgroups.empty() ? "" : cgroups.front()) << " is left");
}

} // namespace toolscore::test
