#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// A definition as the database may hold it, and what was taken out of it.
struct sealed_definition {
  std::string text;
  std::vector<std::pair<std::string, std::string>> files; ///< Path and content.
};

/// Puts "${file:PATH}" in the place of each value in clear that "env", "headers", "user_config"
/// or "auth" have under the name of a secret; what is written as a reference stays as it is.
/// @param stored     {"config": {...}} as the node keeps it; what is no such text stays as it is
/// @param directory  absolute, of this server alone
sealed_definition seal_definition(std::string_view stored, const std::string& directory);

} // namespace toolscore
