#pragma once
#include "node_fixture.hpp"

#include <string>
#include <vector>

namespace toolscore::test {

/// `toolscore stdio` as a client starts it: its three descriptors are the test's. Gone with it.
class piped {
public:
  piped(const node_fixture& node, std::vector<std::string> words);
  ~piped();
  piped(const piped&) = delete;
  piped& operator=(const piped&) = delete;

  void write(const std::string& text) const;
  void send(const reply_json& message) const { write(message.dump() + "\n"); }
  void close_input();
  void signal(int number) const;
  /// The next line of stdout as JSON; null if none comes in time or it is none.
  reply_json next(std::chrono::milliseconds limit = 10s);
  /// The response to `id`; what came before it joins `notes`.
  reply_json answer(const reply_json& id, std::chrono::milliseconds limit = 10s);
  /// A message of that method; what came before it joins `notes`.
  reply_json note(const std::string& method, std::chrono::milliseconds limit = 10s);
  /// @returns the exit code; -1 = still there, or a signal
  int wait_for_end(std::chrono::milliseconds limit = 10s);
  std::string said() const; ///< On stderr.

  std::vector<reply_json> notes;

private:
  std::string error_file_;
  std::string unread_;
  int in_ = -1;
  int out_ = -1;
  pid_t pid_ = 0;
};

} // namespace toolscore::test
