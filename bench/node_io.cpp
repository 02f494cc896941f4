#include "bench/node_io.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sstream>

namespace toolscore {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds poll_every{20};
constexpr std::chrono::milliseconds records_wait{2000};
/// The node's own deadline for a stop is 25 s; after that it is killed.
constexpr std::chrono::milliseconds node_grace{28000};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

bool write_config(const node_plan& plan, const std::string& path) {
  std::ofstream file(path);
  if (!plan.config.empty()) {
    file << plan.config;
    return static_cast<bool>(file.flush());
  }
  nlohmann::json server{{"command", plan.server.front()}};
  server["args"] = std::vector<std::string>(plan.server.begin() + 1, plan.server.end());
  nlohmann::json config{
      {"node", {{"listen", "127.0.0.1:0"}, {"state_dir", plan.directory + "/state"}}},
      {"mcpServers", {{"bench", server}}}};
  if (!plan.records) config["node"]["records"] = {{"calls", false}};
  file << config.dump(2) << '\n';
  return static_cast<bool>(file.flush());
}

/// The address that the node has written, if it has written all of it.
std::optional<endpoint_address> read_address(const std::string& path) {
  std::string text = text_of(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  endpoint_address address;
  if (!read_endpoint("http://" + text + "/mcp/bench", address)) return std::nullopt;
  return address;
}

bool is_ready(const endpoint_address& at) {
  std::string received;
  const auto answer = exchange_once(at,
                                    "GET /readyz HTTP/1.1\r\nHost: " + at.host + ':' +
                                        std::to_string(at.port) + "\r\nConnection: close\r\n\r\n",
                                    received, std::chrono::seconds{2});
  return answer && answer->head.status == 200;
}

double metric_of(const std::string& text, const std::string& name) {
  const auto at = text.find('\n' + name + ' ');
  return at == std::string::npos ? 0 : std::atof(text.c_str() + at + name.size() + 2);
}

} // namespace

error with_log(std::string what, const std::string& log_file) {
  constexpr std::size_t tail_bytes = 2000;
  const std::string log = text_of(log_file);
  const std::size_t from = log.size() > tail_bytes ? log.size() - tail_bytes : 0;
  return error{errc::io_failed, what + "; its log ends with:\n" + log.substr(from)};
}

result<running_node> start_node(const node_plan& plan) {
  const std::string config = plan.directory + "/toolscore.json";
  const std::string log_file = plan.directory + "/node.log";
  if (!write_config(plan, config)) return last_error("write " + config);
  bench_child::options wanted;
  wanted.command = plan.launcher;
  wanted.command.insert(wanted.command.end(), {plan.program, "up", "-c", config});
  wanted.log_file = log_file;
  wanted.grace = node_grace;
  auto started = bench_child::start(wanted);
  if (!started) return started.failure();
  for (const auto end = clock::now() + plan.wait; clock::now() < end;
       ::poll(nullptr, 0, static_cast<int>(poll_every.count()))) {
    if (was_interrupted()) return error{errc::cancelled, "interrupted"};
    if (started->has_ended()) return with_log(plan.program + " ended instead of serving", log_file);
    const auto address = read_address(plan.directory + "/state/address");
    if (address && (!plan.wait_ready || is_ready(*address)))
      return running_node{std::move(*started), *address};
  }
  return with_log(plan.program + " was not ready in time", log_file);
}

result<std::string> ask_owner(const running_node& node, const std::string& state_dir,
                              const std::string& target) {
  std::string token = text_of(state_dir + "/token");
  while (!token.empty() && token.back() == '\n') token.pop_back();
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + node.endpoint.host + ':' +
                              std::to_string(node.endpoint.port) + "\r\nAuthorization: Bearer " +
                              token + "\r\nConnection: close\r\n\r\n";
  std::string received;
  const auto answer = exchange_once(node.endpoint, request, received, std::chrono::seconds{2});
  if (!answer || answer->head.status != 200)
    return error{errc::bad_answer, "GET " + target + " of the node was not answered"};
  return received;
}

result<done> await_records(const running_node& node, const std::string& state_dir,
                           std::uint64_t calls) {
  double kept = 0;
  double lost = 0;
  for (const auto end = clock::now() + records_wait; clock::now() < end;
       ::poll(nullptr, 0, static_cast<int>(poll_every.count()))) {
    const auto received = ask_owner(node, state_dir, "/metrics");
    if (!received) return received.failure();
    kept = metric_of(*received, "toolscore_records_kept_total");
    lost = metric_of(*received, "toolscore_records_lost_total");
    if (kept >= static_cast<double>(calls)) return done{};
  }
  return error{errc::io_failed, "of " + std::to_string(calls) + " calls the node has recorded " +
                                    std::to_string(static_cast<std::uint64_t>(kept)) +
                                    " and lost " +
                                    std::to_string(static_cast<std::uint64_t>(lost)) +
                                    ": its figures are those of another node"};
}

} // namespace toolscore
