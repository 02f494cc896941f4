#pragma once
#include "node_fixture.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace toolscore::test {

/// Makes what servers are installed from, in a folder of a node's directory, and serves it on
/// loopback. Every server made here has the tool echo, which says its version and a text.
class workshop {
public:
  explicit workshop(const node_fixture& node);
  ~workshop();
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const;
  void remove(const std::string& name) const;
  std::string text(const std::string& name) const; ///< Empty where there is no such file.
  /// A shell command in the folder, which must succeed. @returns its output, one line
  std::string run(const std::string& command) const;
  /// A program's source by its file ending, "js", "py" or "rs", of a version.
  std::string source(const std::string& ending, const std::string& version) const;

  /// npm pack; its bin is `program` where that is given, else a Node.js program.
  void npm_package(const std::string& name, const std::string& version,
                   const std::string& program = {}) const;
  void wheel(const std::string& name, const std::string& version) const;
  /// Makes the directory of that name a git repository, or commits what is new. @returns its URL
  std::string commit(const std::string& name) const;

  /// Starts serving. @returns "http://127.0.0.1:PORT"
  std::string serve();
  const std::string& url() const { return url_; }
  /// What is served is one directory.
  std::string served(const std::string& name) const { return path("served/" + name); }
  /// From here on no package is sent, or again.
  void hold(bool on) const;
  bool was_asked(const std::string& file) const; ///< A file of that beginning, for its bytes.
  void forget_asked() const { remove("served/asked"); }
  /// What a node needs to install from here and from nowhere else.
  std::vector<std::string> variables() const;

private:
  std::string folder_;
  std::string url_;
  int input_ = -1; ///< Its end is the server's end.
  pid_t server_ = 0;
};

/// Whether a program of that name is in PATH.
bool has_program(const std::string& name);
/// The processes whose working directory is below that one.
std::vector<pid_t> running_in(const std::string& directory);
/// Adds a server to a running node by its control plane and waits for what becomes of it.
/// @returns the node's answer: "success", "error_msg"
reply_json add_and_wait(const node_fixture& node, const std::string& name, reply_json definition,
                        std::chrono::milliseconds limit = 150s);

} // namespace toolscore::test
