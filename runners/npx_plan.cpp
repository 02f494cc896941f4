#include "runners/npx_plan.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace toolscore {
namespace {

constexpr std::size_t name_max = 214; // npm's own limit on a package's name

bool plain(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                  c == '.' || c == '~';
         });
}

/// Ranges such as ">=1 <2" hold blanks; a colon or a slash makes it a URL, a path or an alias.
bool plain_version(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_.+~^<>=* |").find(c) != std::string_view::npos;
  });
}

} // namespace

std::optional<package_name> parse_package_name(std::string_view text) {
  package_name out;
  const auto at = text.find('@', 1);
  auto name = text.substr(0, at);
  if (at != std::string_view::npos) {
    out.version = text.substr(at + 1);
    if (!plain_version(out.version)) return std::nullopt;
  }
  out.name = name;
  if (name.size() > name_max) return std::nullopt;
  if (name.starts_with('@')) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos || !plain(name.substr(1, slash - 1))) return std::nullopt;
    name = name.substr(slash + 1);
  }
  if (!plain(name)) return std::nullopt;
  // "x.tgz" is a file to npm, and so is any name that ends so.
  if (name.ends_with(".tgz") || name.ends_with(".tar.gz") || name.ends_with(".tar"))
    return std::nullopt;
  return out;
}

std::optional<npx_request> parse_npx(const std::vector<std::string>& args) {
  npx_request out;
  std::string package;
  std::size_t i = 0;
  for (; i < args.size(); ++i) {
    const auto& word = args[i];
    if (word == "--") {
      ++i;
      break;
    }
    if (!word.starts_with('-')) break;
    if (word == "-y" || word == "--yes" || word == "-q" || word == "--quiet") continue;
    std::string value;
    if (word == "-p" || word == "--package") {
      if (++i == args.size()) return std::nullopt;
      value = args[i];
    } else if (word.starts_with("-p=")) {
      value = word.substr(3);
    } else if (word.starts_with("--package=")) {
      value = word.substr(10);
    } else {
      return std::nullopt;
    }
    if (!package.empty()) return std::nullopt;
    package = value;
  }
  if (i >= args.size()) return std::nullopt;
  if (package.empty()) {
    package = args[i];
  } else {
    out.bin = args[i];
    if (!plain(out.bin)) return std::nullopt;
  }
  const auto name = parse_package_name(package);
  if (!name) return std::nullopt;
  out.package = name->name;
  out.version = name->version;
  out.args.assign(args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
  return out;
}

std::optional<std::vector<std::string>> node_flags(std::string_view first_line,
                                                   std::string_view path) {
  if (!first_line.starts_with("#!")) {
    // npm's own wrappers run such files by their first line; without one only a name is left.
    const bool script = path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs");
    if (script) return std::vector<std::string>();
    return std::nullopt;
  }
  std::istringstream words{std::string(first_line.substr(2))};
  std::string word;
  words >> word;
  const auto base = [](const std::string& text) { return text.substr(text.rfind('/') + 1); };
  if (base(word) == "env") {
    words >> word;
    if (word == "-S") words >> word;
  }
  if (base(word) != "node") return std::nullopt;
  std::vector<std::string> flags;
  while (words >> word) flags.push_back(word);
  return flags;
}

} // namespace toolscore
