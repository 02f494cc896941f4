#pragma once
#include "messages/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

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
};

} // namespace toolscore
