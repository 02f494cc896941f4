#pragma once
#include "messages/error.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What a configuration's "inputs" says of one value that other hosts ask a person for.
struct input_note {
  bool secret = true; ///< "password"; an input that is not in the list is a secret, too.
  std::optional<std::string> value_default;
};

/// What a configuration may refer to. The shell provides it, so that reading it stays pure.
struct environment {
  /// The value of an environment variable; nothing where it is unset. Must be callable.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  /// The text of a file for `${file:/path}`, bounded by the reader. Empty = such references are
  /// refused.
  std::function<result<std::string>(std::string_view path)> file;
  /// What `${workspaceFolder}` stands for: the directory of the configuration file. Empty =
  /// refused.
  std::string workspace;
  /// By id: what `${input:id}` may stand for.
  std::map<std::string, input_note, std::less<>> inputs;
};

} // namespace toolscore
