#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One package of a Python index and which program of it is meant.
struct pypi_request {
  std::string name;    ///< As written: "Mcp_Server.Time".
  std::string extras;  ///< "[a,b]" or empty.
  std::string version; ///< A specifier of PEP 440, "==1.2" or ">=1,<2"; empty = the newest.
  std::string script;  ///< Empty: the package's own.
  std::vector<std::string> with; ///< Further requirements for the same environment.
  std::vector<std::string> args; ///< For the program.
  /// "NAME[a]==1.2", an argument of pip.
  std::string requirement() const { return name + extras + version; }
};

/// "NAME", "NAME[extra]==V", "NAME>=1,<2"; "NAME@V" is uvx's "NAME==V" and "NAME@latest" the
/// newest.
/// @returns nothing for URLs, paths, markers and what pip would take for an option
std::optional<pypi_request> parse_requirement(std::string_view text);

/// Reads the arguments of `uvx`, so that its package is installed once.
/// @returns nothing where uvx itself must run: another Python, other sources, unknown options
std::optional<pypi_request> parse_uvx(const std::vector<std::string>& args);

/// A name as indexes compare them: lower case, runs of '-', '_' and '.' are one '-' (PEP 503).
std::string normalised_name(std::string_view name);

/// Name and version of "NAME-VERSION.dist-info"; nothing for every other name.
struct distribution {
  std::string name; ///< Normalised.
  std::string version;
};
std::optional<distribution> parse_dist_info(std::string_view directory);

/// The names under [console_scripts] of an entry_points.txt, in its order.
std::vector<std::string> read_entry_points(std::string_view text);

} // namespace toolscore
