#include "node/sources/pinning.hpp"

#include "runners/npx_plan.hpp"
#include "runners/pypi_plan.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t version_bytes_max = 100;

/// "1.2.3", "1.2.3-beta.1+x": what npm takes for one version and not for a range or a tag.
bool is_exact_npm(std::string_view version) {
  int numbers = 0;
  while (numbers < 3) {
    const auto digits = std::min(version.find_first_not_of("0123456789"), version.size());
    if (digits == 0) return false;
    version.remove_prefix(digits);
    if (++numbers == 3) break;
    if (!version.starts_with('.')) return false;
    version.remove_prefix(1);
  }
  return version.empty() || version.front() == '-' || version.front() == '+';
}

bool is_exact_pypi(std::string_view specifier) {
  return specifier.starts_with("==") && specifier.find_first_of("*,") == specifier.npos;
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() <= version_bytes_max &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                ".-+!_") == text.npos;
}

std::vector<std::string> arguments_of(const reply_json& config) {
  std::vector<std::string> all;
  const auto& arguments = member_of(config, "args");
  if (!arguments.is_array()) return all;
  for (const auto& x : arguments)
    all.push_back(x.is_string() ? x.get<std::string>() : std::string());
  return all;
}

std::optional<loose_package> loose_npm(const std::string& name, const std::string& version) {
  if (is_exact_npm(version)) return std::nullopt;
  return loose_package{loose_package::index::npm, name, version};
}

std::optional<loose_package> loose_pypi(const pypi_request& request) {
  if (is_exact_pypi(request.version)) return std::nullopt;
  return loose_package{loose_package::index::pypi, request.name + request.extras, request.version};
}

/// "--from=" of "--from=NAME>=1"; empty where the word is the package alone.
std::string option_before(const std::string& word) {
  for (const auto* option : {"--package=", "-p=", "--from="})
    if (word.starts_with(option)) return option;
  return {};
}

bool names(const loose_package& package, const std::string& word) {
  if (package.from == loose_package::index::npm) {
    const auto read = parse_package_name(word);
    return read && read->name == package.name && read->version == package.range;
  }
  const auto read = parse_requirement(word);
  return read && read->name + read->extras == package.name && read->version == package.range;
}

std::string with_version(const loose_package& package, const std::string& version) {
  return package.name + (package.from == loose_package::index::npm ? "@" : "==") + version;
}

} // namespace

std::string loose_package::written() const {
  const bool tagged = from == index::npm && !range.empty();
  return name + (tagged ? "@" : "") + range;
}

std::optional<loose_package> loose_package_of(const reply_json& config) {
  if (const auto npm = text_of(config, "npm"); !npm.empty()) {
    const auto read = parse_package_name(npm);
    return read ? loose_npm(read->name, read->version) : std::nullopt;
  }
  if (const auto pypi = text_of(config, "pypi"); !pypi.empty()) {
    const auto read = parse_requirement(pypi);
    return read ? loose_pypi(*read) : std::nullopt;
  }
  const auto command = text_of(config, "command");
  const auto arguments = arguments_of(config);
  if (command == "npx" || command.ends_with("/npx")) {
    const auto read = parse_npx(arguments);
    return read ? loose_npm(read->package, read->version) : std::nullopt;
  }
  if (command == "uvx" || command.ends_with("/uvx")) {
    const auto read = parse_uvx(arguments);
    return read ? loose_pypi(*read) : std::nullopt;
  }
  return std::nullopt;
}

reply_json with_version(reply_json config, const loose_package& package,
                        const std::string& version) {
  const bool npm = package.from == loose_package::index::npm;
  const auto exact = with_version(package, version);
  const char* const key = npm ? "npm" : "pypi";
  if (!text_of(config, key).empty()) {
    config[key] = exact;
    return config;
  }
  const auto arguments = config.find("args");
  if (arguments == config.end() || !arguments->is_array()) return config;
  for (auto& argument : *arguments) { // The first is the package: what stands behind is its own.
    if (!argument.is_string()) continue;
    const auto word = argument.get<std::string>();
    const auto option = option_before(word);
    if (!names(package, word.substr(option.size()))) continue;
    argument = option + exact;
    break;
  }
  return config;
}

result<std::vector<std::string>>
version_question(const loose_package& package, const std::string& npm, const std::string& python) {
  const auto what = package.written();
  if (package.from == loose_package::index::npm) {
    if (npm.empty()) return error{errc::not_supported, "npm is not in PATH"};
    return std::vector<std::string>{npm,
                                    "view",
                                    what,
                                    "version",
                                    "--json",
                                    "--prefer-online",
                                    "--no-progress",
                                    "--no-update-notifier"};
  }
  if (python.empty()) return error{errc::not_supported, "python3 is not in PATH"};
  return std::vector<std::string>{python,      "-m",         "pip",
                                  "install",   "--dry-run",  "--ignore-installed",
                                  "--no-deps", "--no-input", "--disable-pip-version-check",
                                  "--quiet",   "--report",   "-",
                                  what};
}

result<std::string> version_in(const loose_package& package, std::string_view answer) {
  const auto tree = parse_reply(answer);
  std::string version;
  if (tree && package.from == loose_package::index::npm) {
    // Of a range npm tells all that fit, the newest last.
    const auto& last = tree->is_array() && !tree->empty() ? tree->back() : *tree;
    if (last.is_string()) version = last.get<std::string>();
  } else if (tree) {
    const auto& installs = member_of(*tree, "install");
    if (installs.is_array() && installs.size() == 1)
      version = text_of(member_of(installs.front(), "metadata"), "version");
  }
  if (is_version(version)) return version;
  return error{errc::bad_config, "no version of it fits"};
}

} // namespace toolscore
