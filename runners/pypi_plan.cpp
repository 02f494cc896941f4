#include "runners/pypi_plan.hpp"

#include <algorithm>
#include <cctype>

namespace toolscore {
namespace {

constexpr std::size_t text_max = 300;
constexpr std::size_t with_max = 16;

bool letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool name_char(char c) {
  return letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t') out += c;
  return out;
}

/// "==1.2", ">=1,<2": each part an operator and a version.
bool legal_specifier(std::string_view text) {
  while (true) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    const auto digits = part.find_first_not_of("=<>~!");
    if (digits == 0 || digits == std::string_view::npos || digits > 3) return false;
    const auto sign = part.substr(0, digits);
    constexpr std::string_view signs[]{"==", "===", ">=", "<=", "~=", "!=", ">", "<"};
    if (std::find(std::begin(signs), std::end(signs), sign) == std::end(signs)) return false;
    part.remove_prefix(digits);
    if (!std::all_of(part.begin(), part.end(), [](char c) {
          return letter_or_digit(c) || c == '.' || c == '*' || c == '+' || c == '!' || c == '-' ||
                 c == '_';
        }))
      return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

/// The value of `--name VALUE` or `--name=VALUE`; moves `at` past it.
std::optional<std::string> value_of(const std::vector<std::string>& args, std::size_t& at,
                                    const std::string& option) {
  const auto& word = args[at];
  if (word == option && at + 1 < args.size()) return args[++at];
  if (word.starts_with(option + "=")) return word.substr(option.size() + 1);
  return std::nullopt;
}

} // namespace

std::optional<pypi_request> parse_requirement(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > text_max || !letter_or_digit(text.front())) return std::nullopt;
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), name_char) -
                                            text.begin());
  pypi_request out;
  out.name = std::string(text.substr(0, end));
  if (!letter_or_digit(out.name.back())) return std::nullopt;
  auto rest = without_blanks(text.substr(end));
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string::npos || close == 1) return std::nullopt;
    out.extras = rest.substr(0, close + 1);
    if (!std::all_of(out.extras.begin() + 1, out.extras.end() - 1,
                     [](char c) { return name_char(c) || c == ','; }))
      return std::nullopt;
    rest.erase(0, close + 1);
  }
  if (rest.empty() || rest == "@latest") return out;
  out.version = rest.starts_with('@') ? "==" + rest.substr(1) : rest;
  if (!legal_specifier(out.version)) return std::nullopt;
  return out;
}

std::optional<pypi_request> parse_uvx(const std::vector<std::string>& args) {
  std::string from;
  std::vector<std::string> with;
  std::size_t at = 0;
  for (; at < args.size() && args[at].starts_with('-'); ++at) {
    const auto& word = args[at];
    if (word == "-q" || word == "--quiet" || word == "--isolated" || word == "--no-progress")
      continue;
    if (auto source = value_of(args, at, "--from")) {
      from = std::move(*source);
    } else if (auto more = value_of(args, at, "--with")) {
      const auto parsed = parse_requirement(*more);
      if (!parsed || with.size() == with_max) return std::nullopt;
      with.push_back(parsed->requirement());
    } else {
      return std::nullopt;
    }
  }
  if (at >= args.size()) return std::nullopt;
  auto out = parse_requirement(from.empty() ? args[at] : from);
  if (!out) return std::nullopt;
  if (!from.empty()) {
    const auto script = parse_requirement(args[at]);
    if (!script || script->name != args[at]) return std::nullopt;
    out->script = args[at];
  }
  out->with = std::move(with);
  out->args.assign(args.begin() + static_cast<std::ptrdiff_t>(at) + 1, args.end());
  return out;
}

std::string normalised_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool joint = c == '-' || c == '_' || c == '.';
    if (joint && out.ends_with('-')) continue;
    out += joint ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::optional<distribution> parse_dist_info(std::string_view directory) {
  constexpr std::string_view ending = ".dist-info";
  if (!directory.ends_with(ending)) return std::nullopt;
  directory.remove_suffix(ending.size());
  const auto dash = directory.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == directory.size())
    return std::nullopt;
  return distribution{normalised_name(directory.substr(0, dash)),
                      std::string(directory.substr(dash + 1))};
}

std::vector<std::string> read_entry_points(std::string_view text) {
  std::vector<std::string> names;
  bool inside = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.starts_with('[')) {
      inside = line == "[console_scripts]";
    } else if (inside && !line.empty() && line.front() != '#' && line.front() != ';') {
      const auto name = trimmed(line.substr(0, line.find('=')));
      if (!name.empty() && name.find('/') == std::string_view::npos) names.emplace_back(name);
    }
  }
  return names;
}

} // namespace toolscore
