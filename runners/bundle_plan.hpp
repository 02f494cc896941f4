#pragma once
#include "messages/error.hpp"
#include "runners/install_environment.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// How a bundle's manifest.json says it is started, everything put in (MCPB manifest, versions 0.1
/// to 0.4).
struct bundle_start {
  std::string version;
  std::string command; ///< As written: "node", "python", or a path.
  std::vector<std::string> args;
  variable_map env;
};

/// Values of the bundle's `user_config`; several where it takes several.
using bundle_settings = std::map<std::string, std::vector<std::string>>;

/// @param directory  where the bundle is unpacked; absolute
/// @param home       of whoever runs the node
/// @error install_failed  the manifest is none, is not for Linux, or says not how it is started
/// @error bad_config      a setting that it requires is missing, or one is unknown to it
result<bundle_start> read_bundle(std::string_view manifest, const std::string& directory,
                                 const std::string& home, const bundle_settings& settings);

} // namespace toolscore
