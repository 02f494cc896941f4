#pragma once
#include <functional>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace toolscore {

/// Lives beside a node in its process and on its loop; the node is there for it alone.
class node_companion {
public:
  node_companion() = default;
  node_companion(const node_companion&) = delete;
  node_companion& operator=(const node_companion&) = delete;
  virtual ~node_companion() = default;
  /// There will be no node: why, in one line.
  virtual void refused(const std::string& why) = 0;
  /// The node serves at that socket. `over` says that it is needed no more.
  virtual void begin(boost::asio::io_context& loop, const std::string& socket_path,
                     std::function<void()> over) = 0;
  /// The node was asked to stop, and does once `over` was called.
  virtual void finish() = 0;
  /// The loop runs no more and is about to go.
  virtual void end() = 0;
};

struct up_options {
  std::string config_file;              ///< Empty: ./toolscore.json where it exists, else defaults.
  std::string state_dir;                ///< Overrides the file's.
  std::string listen;                   ///< "ADDRESS:PORT"; overrides the file's.
  bool quiet = false;                   ///< Only warnings and errors are logged.
  std::vector<std::string> run_command; ///< `run -- CMD...`: a node with this one server, no file.
  /// Whom the node serves. It then prints nothing to stdout, and listens to TCP only where `listen`
  /// says so. Null = everybody.
  node_companion* beside = nullptr;
};

/// Where toolscore-spawner, toolscore-clone and toolscore-fetch are: beside this program, unless
/// the packager or an embedder says otherwise.
std::string libexec_dir();

/// Runs a node until SIGTERM or SIGINT. @returns its exit code: 0 when everything stopped in order
int run_up(const up_options& options);

} // namespace toolscore
