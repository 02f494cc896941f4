#pragma once
#include "runners/image/build_io.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

struct engine_reply {
  long status = 0;
  std::string body;  ///< Of what is no success, 64 KiB at most; of others where nobody takes it.
  std::string error; ///< Why there is no answer; empty = there is one.
  bool connected = true;
};

/// One request to an engine at a unix socket; blocks. The node's limit is on the whole program.
class engine_talk {
public:
  explicit engine_talk(std::string socket) : socket_(std::move(socket)) {}

  engine_reply get(const std::string& target) const;
  /// Sends a file; a success is handed over as it comes.
  engine_reply post_file(const std::string& target, const std::string& file,
                         const std::function<void(std::string_view)>& on_text) const;

  static std::string escaped(const std::string& text); ///< As a value in a query.

private:
  std::string socket_;
};

} // namespace toolscore
