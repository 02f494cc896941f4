#pragma once
#include "reason/bounded_json.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace toolscore::reason {

/// One tool as a model is offered it.
struct model_tool {
  std::string server; ///< Empty = `tool` is its name at the endpoint for all.
  std::string tool;
  std::string description;
  json parameters;
  std::string function; ///< What the model calls it: ^[a-zA-Z0-9_-]{1,64}$, no two the same.
};

inline constexpr std::size_t function_name_max = 64;
inline constexpr std::size_t functions_max = 128; ///< That chat endpoints take at once.

/// Gives each tool its function's name: `server__tool`, what is not allowed in it replaced by "_",
/// cut where it is too long, and numbered where that is another's. Who needs no change keeps its
/// own.
void name_functions(std::vector<model_tool>& tools);

/// Null where no tool has that function.
const model_tool* tool_called(const std::vector<model_tool>& tools, const std::string& function);

/// A tool of an endpoint's list.
model_tool tool_from(const std::string& server, const json& listed);

} // namespace toolscore::reason
