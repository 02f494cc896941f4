#include "node/config_file_io.hpp"
#include "node/node_address_io.hpp"
#include "node/stdio/bridge_io.hpp"
#include "node/stdio/run_io.hpp"
#include "node/terminal_io.hpp"
#include "node/up_io.hpp"

#include <csignal>
#include <memory>
#include <utility>

namespace toolscore {
namespace {

/// A client on stdin and stdout, beside the node that is there for it.
class piped_client final : public node_companion {
public:
  explicit piped_client(std::string target) : target_(std::move(target)) {}

  void refused(const std::string& why) override { why_ = why; }
  void begin(boost::asio::io_context& loop, const std::string& socket_path,
             std::function<void()> over) override {
    http_address node;
    node.socket_path = socket_path;
    bridge_ = std::make_unique<stdio_bridge>(loop, node, target_, std::move(over));
    bridge_->start();
  }
  void finish() override {
    if (bridge_) bridge_->finish();
  }
  void end() override {
    if (bridge_) code_ = bridge_->code();
    bridge_.reset();
  }

  exit_code code() const { return code_; }
  const std::string& why() const { return why_; }

private:
  std::string target_;
  std::string why_;
  std::unique_ptr<stdio_bridge> bridge_;
  exit_code code_ = exit_code::ok;
};

/// The client that waits for an answer is told why there is none.
void answer_without_node(const std::string& target, exit_code code, const std::string& why) {
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context loop(1);
  stdio_bridge bridge(loop, {}, target, [&loop] { loop.stop(); });
  bridge.start();
  bridge.give_up(code, why);
  loop.run();
}

} // namespace

exit_code run_embedded_stdio(const cli_request& request) {
  try {
    const auto target = stdio_target(request);
    piped_client client(target);
    up_options options;
    options.config_file = chosen_config_file(request);
    if (!request.state_dir.empty()) options.state_dir = absolute_path(request.state_dir);
    options.listen = request.listen;
    options.quiet = true; // stderr is its client's; what needs nobody's eye is not told there.
    options.beside = &client;
    const auto code = static_cast<exit_code>(run_up(options));
    if (!client.why().empty()) answer_without_node(target, code, client.why());
    return code == exit_code::ok ? client.code() : code;
  } catch (const std::exception& failure) {
    write_error(std::string("error: stdio: ") + failure.what() + "\n");
    return exit_code::failed;
  }
}

} // namespace toolscore
