#pragma once
#include <string>
#include <sys/types.h>
#include <vector>

namespace toolscore::test {

/// A Podman of the test's own: its storage, its socket and all that it starts are in one directory
/// and go with it. Needs root, podman, conmon and runc, as scripts/setup installs them.
class test_engine {
public:
  /// Whether it can be had here. Where CI is set it must be: the answer is yes, and start() fails.
  static bool is_there();

  test_engine();
  ~test_engine();
  test_engine(const test_engine&) = delete;
  test_engine& operator=(const test_engine&) = delete;

  /// Starts the service and waits until it answers. @returns false: log() says why
  bool start();
  /// SIGKILL to the service alone; what it has started lives on. start() makes another.
  void kill_service();
  /// Makes an image whose root directory holds these files of the host, by their base names.
  bool import(const std::string& image, const std::vector<std::string>& files);
  /// Runs podman on the same storage. @returns its output; empty where it failed
  std::string podman(const std::vector<std::string>& words) const;

  std::string socket() const { return directory_ + "/engine.sock"; }
  std::string address() const { return "unix://" + socket(); }
  std::vector<std::string> containers() const; ///< Names of all, running or not.
  /// Processes of conmon and containers: whose command line or cgroup names what is ours.
  std::size_t processes() const;
  std::string log() const;

private:
  pid_t run(const std::vector<std::string>& words, const std::string& output) const;

  std::string directory_;
  pid_t service_ = 0;
};

/// The one engine of a test program, started with the first test that asks, with an image of the
/// given files. Checks at the program's end that no container and no process of it is left.
test_engine& shared_engine();
/// "localhost/toolscore-test:1": the static programs of TOOLSCORE_CONTRACT_PROGRAMS at its root.
inline constexpr const char* test_image = "localhost/toolscore-test:1";

} // namespace toolscore::test
