#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// A source by its word alone, as a person writes it behind `toolscore plan`.
struct word_source {
  std::string key; ///< Of the configuration: git, npm, pypi, path, archive, mcpb.
  std::string value;
  friend bool operator==(const word_source&, const word_source&) = default;
};

/// What the word can only mean: a repository's URL ends with .git or has one of git's schemes, a
/// bundle ends with .mcpb, an archive with .zip or .tar.gz, a directory begins with ./ or /, a
/// scoped package with @, and NAME==VERSION is one of an index. Nothing where it may be two things,
/// as an https:// URL may (a repository or a server), or a plain name.
std::optional<word_source> source_of_word(std::string_view word);

} // namespace toolscore
