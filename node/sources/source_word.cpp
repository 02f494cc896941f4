#include "node/sources/source_word.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

bool begins(std::string_view word, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view x) { return word.starts_with(x); });
}

bool ends(std::string_view word, std::initializer_list<std::string_view> suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view x) {
    return word.size() > x.size() && word.ends_with(x);
  });
}

} // namespace

std::optional<word_source> source_of_word(std::string_view word) {
  const auto is = [&](const char* key) { return word_source{key, std::string(word)}; };
  if (word.starts_with("git+")) return word_source{"git", std::string(word.substr(4))};
  if (begins(word, {"git@", "ssh://", "git://"}) || ends(word, {".git", ".git/"})) return is("git");
  if (ends(word, {".mcpb", ".dxt"})) return is("mcpb");
  if (ends(word, {".zip", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst"}))
    return is("archive");
  if (word == "." || word == ".." || begins(word, {"./", "../", "/"})) return is("path");
  if (word.find("://") != word.npos) return std::nullopt;
  if (word.starts_with('@') && word.find('/') != word.npos) return is("npm");
  const auto equals = word.find("==");
  if (equals != word.npos && equals != 0 && equals + 2 < word.size()) return is("pypi");
  return std::nullopt;
}

} // namespace toolscore
