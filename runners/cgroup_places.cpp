#include "runners/cgroup_places.hpp"

#include <algorithm>
#include <optional>

namespace toolscore {
namespace {

struct cgroup_mount {
  bool v2 = false;
  bool writable = false;
  std::string root;  ///< What of the hierarchy is mounted.
  std::string point; ///< Where.
  std::vector<std::string> options;
};

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(by);
    if (end != 0) parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

/// mountinfo writes spaces and the like as \040.
std::string unescaped(std::string_view text) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size() && octal(text[at + 1]) && octal(text[at + 2]) &&
        octal(text[at + 3])) {
      plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                 text[at + 3] - '0');
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// "36 35 0:33 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"
std::optional<cgroup_mount> read_mount(const std::string& line) {
  const auto dash = line.find(" - ");
  if (dash == std::string::npos) return std::nullopt;
  const auto before = split(std::string_view(line).substr(0, dash), ' ');
  const auto after = split(std::string_view(line).substr(dash + 3), ' ');
  if (before.size() < 6 || after.size() < 3) return std::nullopt;
  if (after[0] != "cgroup" && after[0] != "cgroup2") return std::nullopt;
  cgroup_mount found;
  found.v2 = after[0] == "cgroup2";
  found.root = unescaped(before[3]);
  found.point = unescaped(before[4]);
  found.options = split(after[2], ',');
  found.writable = holds(split(before[5], ','), "rw") && holds(found.options, "rw");
  return found;
}

/// Where `path` of the hierarchy stands under the mount; nothing where the mount does not show it.
std::optional<std::string> shown_at(const cgroup_mount& mount, const std::string& path) {
  if (path.empty() || path[0] != '/' || path.find("/..") != std::string::npos) return std::nullopt;
  const std::string root = mount.root == "/" ? "" : mount.root;
  if (!path.starts_with(root)) return std::nullopt;
  const auto rest = path.substr(root.size());
  if (!rest.empty() && rest[0] != '/') return std::nullopt;
  return rest == "/" || rest.empty() ? mount.point : mount.point + rest;
}

bool serves(const cgroup_mount& mount, const cgroup_place& place) {
  if (mount.v2 != place.v2) return false;
  return std::all_of(place.controllers.begin(), place.controllers.end(),
                     [&](const auto& name) { return holds(mount.options, name); });
}

} // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::string spaced(text);
  std::replace_if(
      spaced.begin(), spaced.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; },
      ' ');
  return split(spaced, ' ');
}

std::vector<cgroup_place> find_cgroup_places(std::string_view own, std::string_view mounts) {
  std::vector<cgroup_mount> mounted;
  for (const auto& line : split(mounts, '\n'))
    if (auto found = read_mount(line)) mounted.push_back(std::move(*found));
  // The same hierarchy may be mounted twice: what can be written to comes first.
  std::stable_partition(mounted.begin(), mounted.end(), [](const auto& x) { return x.writable; });
  std::vector<cgroup_place> places;
  for (const auto& line : split(own, '\n')) { // "4:memory:/a/b", or "0::/a/b" for v2.
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    cgroup_place place;
    const auto names = line.substr(first + 1, second - first - 1);
    place.v2 = names.empty() && line.substr(0, first) == "0";
    place.controllers = split(names, ',');
    if (!place.v2 && (names.empty() || names.starts_with("name="))) continue;
    for (const auto& mount : mounted) {
      if (!serves(mount, place)) continue;
      const auto directory = shown_at(mount, line.substr(second + 1));
      if (!directory) continue;
      place.directory = *directory;
      places.push_back(std::move(place));
      break;
    }
  }
  return places;
}

} // namespace toolscore
