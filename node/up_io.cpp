#include "node/up_io.hpp"

#include "actors/runtime.hpp"
#include "gateway/gateway_io.hpp"
#include "loop/asio.hpp"
#include "loop/log_io.hpp"
#include "node/client_tokens_io.hpp"
#include "node/config_file_io.hpp"
#include "node/exit_code.hpp"
#include "node/start_memory_io.hpp"
#include "node/token_io.hpp"

#include <algorithm>
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

int refuse(const up_options& asked, const error& failure, int code) {
  if (asked.beside != nullptr)
    asked.beside->refused(failure.detail);
  else
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

bool has_token_files(const node_config& config) {
  return std::any_of(config.edge.tokens.begin(), config.edge.tokens.end(),
                     [](const token_spec& x) { return x.from == token_spec::source::file; });
}

gateway_options options_of(const node_config& config, const environment& variables,
                           std::string token, std::vector<known_token> clients) {
  gateway_options options;
  options.hosts = config.edge.hosts;
  options.tokens = std::move(clients);
  if (has_token_files(config))
    options.read_tokens = [specs = config.edge.tokens, variables] {
      return read_client_tokens(specs, variables);
    };
  options.rules = config.edge.rules;
  options.issuer = config.edge.issuer;
  options.tls = config.edge.tls;
  options.mcp.http_sse = config.edge.http_sse;
  options.host = config.listen_address;
  options.port = config.listen_port;
  options.unix_path = config.state_dir + "/node.sock";
  options.token = std::move(token);
  options.mcp_token = config.mcp_auth == mcp_auth_mode::token;
  return options;
}

/// Ends the companion while there is still a loop.
struct companionship {
  node_companion* beside;
  explicit companionship(node_companion* x) : beside(x) {}
  companionship(const companionship&) = delete;
  companionship& operator=(const companionship&) = delete;
  ~companionship() {
    if (beside != nullptr) beside->end();
  }
};

/// A client that has just started it asks at once which tools there are, so those that start are
/// waited for, but not for long.
void settle(runtime& tree, const bool& interrupted) {
  constexpr std::chrono::seconds patience{15};
  constexpr std::chrono::milliseconds lists_join{150}; // Behind the readiness of their servers.
  const auto late = std::make_shared<bool>(false);     // The loop may tell it after us.
  const auto ring = [late](const boost::system::error_code& failure) { *late = *late || !failure; };
  boost::asio::steady_timer timer(tree.io(), patience);
  timer.async_wait(ring);
  tree.run_until([&] { return *late || interrupted || tree.tree().readiness().ready; });
  timer.expires_after(lists_join);
  timer.async_wait(ring);
  tree.run_until([&] { return *late || interrupted; });
}

/// Hears the signals that ask a node to end: the first ends the companion first, where there is
/// one, and the second ends all waiting.
class end_signals {
public:
  end_signals(runtime& tree, node_companion* beside)
      : tree_(tree), beside_(beside), signals_(tree.io(), SIGTERM, SIGINT) {
    wait();
  }

  /// From here on the companion is there to be asked.
  void accompany() { accompanied_ = true; }
  void end() { over_ = true; }
  const bool& over() const { return over_; }
  int caught() const { return caught_; }
  void clear() { signals_.clear(); }

private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& failure, int number) {
      if (failure) return;
      if (caught_ != 0 || over_) tree_.hurry();
      if (accompanied_ && caught_ == 0 && !over_)
        beside_->finish();
      else
        over_ = true;
      caught_ = number;
      wait();
    });
  }

  runtime& tree_;
  node_companion* beside_;
  boost::asio::signal_set signals_;
  int caught_ = 0;
  bool over_ = false;
  bool accompanied_ = false;
};

/// The start is over once every server is ready or has its verdict; what only it needed goes.
class start_watch {
public:
  explicit start_watch(runtime& tree) : tree_(tree), quiet_(tree.io()) {}

  void look() {
    if (seen_ || !tree_.tree().readiness().ready) return;
    seen_ = true;
    quiet_.expires_after(std::chrono::milliseconds{300}); // The last of them report to the end.
    quiet_.async_wait([](const boost::system::error_code& failure) {
      if (!failure) give_back_start_memory();
    });
  }

private:
  runtime& tree_;
  boost::asio::steady_timer quiet_;
  bool seen_ = false;
};

/// Serves until a signal asks to end; a second one ends the wait for calls in flight.
int serve(runtime& tree, const up_options& asked, const node_config& config,
          gateway_options options, std::string& endpoint) {
  auto& io = tree.io();
  const auto socket_path = options.unix_path;
  const companionship with(asked.beside);
  gateway outside(io, tree.tree(), std::move(options));
  if (auto started = outside.start(); !started)
    return refuse(asked, started.failure(),
                  started.failure().code == errc::bad_config ? exit_usage : exit_failed);
  if (!config.listen_address.empty()) {
    endpoint = (config.edge.tls ? "https://" : "http://") + outside.tcp_address();
    write_address(config.state_dir, outside.tcp_address());
  }
  end_signals ending(tree, with.beside);
  // Without such files nobody has a use for it, and a node dies with its terminal.
  boost::asio::signal_set hangups(io);
  std::function<void()> wait_hangup = [&] {
    hangups.async_wait([&](const boost::system::error_code& failure, int) {
      if (failure) return;
      outside.reload();
      wait_hangup();
    });
  };
  if (config.edge.tls || config.edge.issuer || has_token_files(config)) {
    hangups.add(SIGHUP);
    wait_hangup();
  }
  tree.begin();
  if (with.beside != nullptr) {
    settle(tree, ending.over());
    if (!ending.over()) {
      ending.accompany();
      with.beside->begin(io, socket_path, [&ending] { ending.end(); });
    }
  } else {
    std::printf("listening on %s\n", endpoint.c_str());
    std::fflush(stdout);
  }
  if (!config.listen_address.empty() && !config.edge.tls && !is_loopback(config.listen_address))
    log::write(log::level::warn, "node.plain_listen",
               {log::kv("endpoint", endpoint),
                log::kv("reason", "tokens and all else travel unencrypted; set node.tls")});
  log::write(log::level::info, "node.started",
             {log::kv("endpoint", endpoint), log::kv("state_dir", config.state_dir)});
  {
    start_watch starting(tree);
    tree.run_until([&] {
      starting.look();
      return ending.over() || tree.ended().has_value();
    });
  }
  const bool asked_for = ending.over(); // Else significant servers have ended.
  if (with.beside != nullptr && !asked_for) with.beside->finish();
  log::write(log::level::info, "node.stopping", {log::kv("signal", ending.caught())});
  outside.stop_accepting();
  const bool clean =
      tree.finish([&](std::function<void()> then) { outside.close(std::move(then)); });
  // From here on a late signal must not turn an orderly end into a death.
  ending.clear();
  hangups.clear();
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  std::error_code ignored;
  std::filesystem::remove(config.state_dir + "/address", ignored);
  log::write(log::level::info, "node.stopped", {log::kv("clean", clean)});
  if (!clean) return exit_failed;
  if (asked_for || !tree.ended()) return 0;
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
  if (!config) return refuse(options, config.failure(), exit_usage);
  if (!options.state_dir.empty())
    config->state_dir = std::filesystem::absolute(options.state_dir).string();
  if (!options.listen.empty())
    if (auto listening = listen_at(*config, options.listen); !listening)
      return refuse(options, listening.failure(), exit_usage);
  if (options.beside != nullptr && options.listen.empty()) config->listen_address.clear();
  auto clients = read_client_tokens(config->edge.tokens, variables);
  if (!clients) return refuse(options, clients.failure(), exit_usage);
  std::string endpoint;
  runtime_options tree_options;
  auto servers = std::move(config->servers); // The tree's; `{}` would keep the vector's room.
  config->servers = std::vector<server_spec>();
  tree_options.config = *config;
  tree_options.config.servers = std::move(servers);
  tree_options.libexec_dir = libexec_dir();
  tree_options.variables = variables;
  tree_options.variables.inputs = config->inputs;
  tree_options.endpoint = [&endpoint] { return endpoint; };
  auto tree = runtime::open(std::move(tree_options));
  if (!tree) return refuse(options, tree.failure(), exit_failed);
  auto token = owner_token(config->state_dir);
  if (!token) return refuse(options, token.failure(), exit_failed);
  return serve(**tree, options, *config,
               options_of(*config, variables, std::move(*token), std::move(*clients)), endpoint);
}

} // namespace toolscore
