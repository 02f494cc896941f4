#pragma once
#include "messages/error.hpp"
#include "node/reply_json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// A package that a definition names without its exact version, so that what is run would be what
/// is newest on the day of its install.
struct loose_package {
  enum class index { npm, pypi };
  index from = index::npm;
  std::string name;  ///< As its index knows it, "@scope/name"; of a Python package with extras.
  std::string range; ///< "^1", ">=1,<2", a tag; empty = whatever is newest.
  std::string written() const;
};

/// Of `npm` and `pypi`, and of `npx` and `uvx` commands that name one package of an index.
/// @param config  as under "mcpServers"
/// @returns nothing where there is none, or its version is exact
std::optional<loose_package> loose_package_of(const reply_json& config);

/// The same definition with that version of its loose package.
reply_json with_version(reply_json config, const loose_package& package,
                        const std::string& version);

/// What tells the version that would be installed: a program, its arguments; its answer is read by
/// `version_in`. @param npm, python  absolute; empty = not found
/// @error not_supported  that program is missing
result<std::vector<std::string>>
version_question(const loose_package& package, const std::string& npm, const std::string& python);

/// @error bad_config  `answer` names no version
result<std::string> version_in(const loose_package& package, std::string_view answer);

} // namespace toolscore
