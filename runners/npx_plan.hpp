#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One `npx` command that names a package of a registry, so that it can be installed once.
struct npx_request {
  std::string package;           ///< "@scope/name" or "name".
  std::string version;           ///< What stood behind '@'; empty = the registry's latest.
  std::string bin;               ///< Empty: the package's own.
  std::vector<std::string> args; ///< For the program.
};

/// Reads the arguments of `npx`.
/// @returns nothing where npx itself must run: -c, workspaces, several packages, paths, URLs, git
///          and tarball forms, unknown options
std::optional<npx_request> parse_npx(const std::vector<std::string>& args);

/// "NAME@V" of a registry, split; nothing for paths, URLs, aliases and `owner/repository`.
struct package_name {
  std::string name;
  std::string version;
};
std::optional<package_name> parse_package_name(std::string_view text);

/// The arguments of node that a bin's first line asks for ("#!/usr/bin/env -S node --x" gives
/// {"--x"}); nothing where the file is no program of node.
std::optional<std::vector<std::string>> node_flags(std::string_view first_line,
                                                   std::string_view path);

} // namespace toolscore
