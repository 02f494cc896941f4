#include "node/up_io.hpp"

#include "actors/runtime.hpp"
#include "gateway/gateway_io.hpp"
#include "loop/asio.hpp"
#include "loop/log_io.hpp"
#include "node/client_tokens_io.hpp"
#include "node/config_file_io.hpp"
#include "node/exit_code.hpp"
#include "node/token_io.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

namespace toolscore {
namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_significant_done = static_cast<int>(exit_code::significant_done);
constexpr int exit_significant_failed = static_cast<int>(exit_code::significant_failed);

int refuse(const error& failure, int code) {
  std::fprintf(stderr, "toolscore: %s\n", failure.detail.c_str());
  return code;
}

result<done> listen_at(node_config& config, const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::string{} : text.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos ||
      port.size() > 5 || std::stoul(port) > 65'535)
    return error{errc::bad_config, "--listen " + text + ": use ADDRESS:PORT, as 127.0.0.1:8088"};
  config.listen_address = text.substr(0, colon);
  config.listen_port = static_cast<std::uint16_t>(std::stoul(port));
  return done{};
}

/// The config of `run -- CMD...`: one server, named after its program.
result<node_config> config_of_command(const up_options& options, const environment& variables) {
  auto config = default_config(variables);
  if (!config) return config;
  return add_command_server(std::move(*config), options.run_command, variables);
}

bool is_loopback(const std::string& address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

/// Where the node listens, for programs that look for it.
void write_address(const std::string& state_dir, const std::string& address) {
  const auto path = state_dir + "/address";
  std::ofstream(path + ".new") << address << "\n";
  std::error_code ignored;
  std::filesystem::rename(path + ".new", path, ignored);
}

gateway_options options_of(const node_config& config, std::string token,
                           std::vector<known_token> clients) {
  gateway_options options;
  options.hosts = config.edge.hosts;
  options.tokens = std::move(clients);
  options.rules = config.edge.rules;
  options.issuer = config.edge.issuer;
  options.tls = config.edge.tls;
  options.host = config.listen_address;
  options.port = config.listen_port;
  options.unix_path = config.state_dir + "/node.sock";
  options.token = std::move(token);
  options.mcp_token = config.mcp_auth == mcp_auth_mode::token;
  return options;
}

/// Serves until a signal asks to end; a second one ends the wait for calls in flight.
int serve(runtime& tree, const node_config& config, gateway_options options,
          std::string& endpoint) {
  auto& io = tree.io();
  gateway outside(io, tree.tree(), std::move(options));
  if (auto started = outside.start(); !started)
    return refuse(started.failure(),
                  started.failure().code == errc::bad_config ? exit_usage : exit_failed);
  endpoint = (config.edge.tls ? "https://" : "http://") + outside.tcp_address();
  write_address(config.state_dir, outside.tcp_address());
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  int caught = 0;
  std::function<void()> wait_signal = [&] {
    signals.async_wait([&](const boost::system::error_code& failure, int number) {
      if (failure) return;
      if (caught != 0) tree.hurry();
      caught = number;
      wait_signal();
    });
  };
  wait_signal();
  // Without such files nobody has a use for it, and a node dies with its terminal.
  boost::asio::signal_set hangups(io);
  std::function<void()> wait_hangup = [&] {
    hangups.async_wait([&](const boost::system::error_code& failure, int) {
      if (failure) return;
      outside.reload();
      wait_hangup();
    });
  };
  if (config.edge.tls || config.edge.issuer) {
    hangups.add(SIGHUP);
    wait_hangup();
  }
  tree.begin();
  std::printf("listening on %s\n", endpoint.c_str());
  std::fflush(stdout);
  if (!config.edge.tls && !is_loopback(config.listen_address))
    log::write(log::level::warn, "node.plain_listen",
               {log::kv("endpoint", endpoint),
                log::kv("reason", "tokens and all else travel unencrypted; set node.tls")});
  log::write(log::level::info, "node.started",
             {log::kv("endpoint", endpoint), log::kv("state_dir", config.state_dir)});
  tree.run_until([&] { return caught != 0 || tree.ended().has_value(); });
  const int asked_by = caught; // 0: significant servers have ended.
  log::write(log::level::info, "node.stopping", {log::kv("signal", asked_by)});
  outside.stop_accepting();
  const bool clean =
      tree.finish([&](std::function<void()> then) { outside.close(std::move(then)); });
  // From here on a late signal must not turn an orderly end into a death.
  signals.clear();
  hangups.clear();
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  std::error_code ignored;
  std::filesystem::remove(config.state_dir + "/address", ignored);
  log::write(log::level::info, "node.stopped", {log::kv("clean", clean)});
  if (!clean) return exit_failed;
  if (asked_by != 0 || !tree.ended()) return 0;
  return *tree.ended() ? exit_significant_done : exit_significant_failed;
}

} // namespace

std::string libexec_dir() {
  if (const char* chosen = std::getenv("TOOLSCORE_LIBEXEC")) return chosen;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (program.parent_path().parent_path() / "libexec" / "toolscore").string();
}

int run_up(const up_options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  if (options.quiet) log::set_level(log::level::warn);
  const auto variables = process_environment(options.config_file);
  auto config = options.run_command.empty() ? read_node_config(options.config_file, variables)
                                            : config_of_command(options, variables);
  if (!config) return refuse(config.failure(), exit_usage);
  if (!options.state_dir.empty())
    config->state_dir = std::filesystem::absolute(options.state_dir).string();
  if (!options.listen.empty())
    if (auto listening = listen_at(*config, options.listen); !listening)
      return refuse(listening.failure(), exit_usage);
  auto clients = read_client_tokens(config->edge.tokens, variables);
  if (!clients) return refuse(clients.failure(), exit_usage);
  std::string endpoint;
  runtime_options tree_options;
  auto servers = std::move(config->servers); // The tree's; `{}` would keep the vector's room.
  config->servers = std::vector<server_spec>();
  tree_options.config = *config;
  tree_options.config.servers = std::move(servers);
  tree_options.libexec_dir = libexec_dir();
  tree_options.variables = variables;
  tree_options.endpoint = [&endpoint] { return endpoint; };
  auto tree = runtime::open(std::move(tree_options));
  if (!tree) return refuse(tree.failure(), exit_failed);
  auto token = owner_token(config->state_dir);
  if (!token) return refuse(token.failure(), exit_failed);
  return serve(**tree, *config, options_of(*config, std::move(*token), std::move(*clients)),
               endpoint);
}

} // namespace toolscore
