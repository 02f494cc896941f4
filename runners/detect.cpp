#include "runners/detect.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

constexpr std::array python_candidates{"main.py", "server.py", "app.py", "src/main.py",
                                       "src/server.py"};
constexpr std::array node_candidates{"src/index.js", "dist/index.js", "build/index.js", "index.js",
                                     "server.js"};
constexpr std::array other_candidates{"pyproject.toml",     "setup.py",     "setup.cfg",
                                      "requirements.txt",   "package.json", "package-lock.json",
                                      "npm-shrinkwrap.json"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Python treats '-', '_' and '.' in names as the same, and case as nothing.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    out += c == '_' || c == '.' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string unscoped(std::string_view name) {
  const auto slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::vector<std::string> declared_scripts(const project_facts& facts,
                                          const python_project& project) {
  std::vector<std::string> names;
  for (const auto& [name, target] : project.scripts) names.push_back(name);
  for (const auto* text : {&facts.setup_cfg, &facts.setup_py})
    for (auto& name : read_console_scripts(*text))
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

/// The script named like the project, else the first that says "mcp", else "server", else the only
/// one; empty where several are left.
std::string pick_script(const std::vector<std::string>& names, std::string_view project) {
  for (const auto& name : names)
    if (plain_name(name) == plain_name(project)) return name;
  for (const auto* word : {"mcp", "server"})
    for (const auto& name : names)
      if (contains(plain_name(name), word)) return name;
  return names.size() == 1 ? names.front() : std::string();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool has(const project_facts& facts, std::string_view path) {
  return facts.files.count(std::string(path)) != 0;
}

error nothing_to_start(std::string looked_for) {
  return {errc::install_failed, "launch: found nothing to start; looked for " + looked_for +
                                    "; set \"command\" (and \"subdir\" if the server is in one)"};
}

result<entry_point> python_entry(const project_facts& facts) {
  const auto project = read_pyproject(facts.pyproject);
  const auto names = declared_scripts(facts, project);
  const auto script = pick_script(names, project.name);
  if (!script.empty()) {
    if (facts.venv_scripts.count(script) == 0)
      return error{errc::install_failed, "launch: the console script \"" + script +
                                             "\" is declared but pip did not install it; set "
                                             "\"command\""};
    return entry_point{entry_kind::console_script, script};
  }
  if (!names.empty())
    return error{errc::install_failed, "launch: several console scripts (" + joined(names) +
                                           ") and none is named like the project; set \"command\""};
  for (const auto* file : python_candidates)
    if (has(facts, file)) return entry_point{entry_kind::python_file, file};
  return nothing_to_start("console scripts in pyproject.toml, setup.cfg and setup.py, main.py, "
                          "server.py, app.py, src/main.py, src/server.py");
}

result<entry_point> node_entry(const project_facts& facts) {
  const auto package = read_package_json(facts.package_json);
  if (!facts.package_json.empty() && !package.valid)
    return error{errc::install_failed, "launch: package.json is no JSON object; mend it"};
  std::string looked_for;
  if (!package.bins.empty()) {
    const auto bin = pick_bin(package, "");
    if (!bin) return bin.failure();
    if (has(facts, bin->second)) return entry_point{entry_kind::node_file, bin->second};
    looked_for = bin->second + " (bin), ";
  }
  if (!package.main.empty()) {
    if (has(facts, package.main)) return entry_point{entry_kind::node_file, package.main};
    looked_for += package.main + " (main), ";
  }
  for (const auto* file : node_candidates)
    if (has(facts, file)) return entry_point{entry_kind::node_file, file};
  return nothing_to_start(looked_for +
                          "src/index.js, dist/index.js, build/index.js, index.js, server.js");
}

} // namespace

const char* to_string(project_kind x) noexcept {
  switch (x) {
  case project_kind::none:
    return "none";
  case project_kind::python:
    return "python";
  case project_kind::node:
    return "node";
  }
  return "unknown";
}

std::string normalise_relative(std::string_view path) {
  if (path.empty() || path.front() == '/' || contains(path, std::string_view("\0", 1))) return {};
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  std::string out;
  for (const auto part : parts) out.append(out.empty() ? "" : "/").append(part);
  return out;
}

node_package read_package_json(std::string_view text) {
  node_package out;
  const auto root = nlohmann::json::parse(text, nullptr, false);
  if (!root.is_object()) return out;
  out.valid = true;
  const auto text_of = [&root](const char* key) {
    const auto at = root.find(key);
    return at != root.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  out.name = text_of("name");
  out.version = text_of("version");
  out.main = normalise_relative(text_of("main"));
  if (const auto scripts = root.find("scripts"); scripts != root.end() && scripts->is_object())
    out.has_build = scripts->contains("build");
  const auto bin = root.find("bin");
  if (bin == root.end()) return out;
  const auto add = [&out](std::string name, const nlohmann::json& path) {
    auto relative = path.is_string() ? normalise_relative(path.get<std::string>()) : std::string();
    if (!relative.empty()) out.bins.emplace_back(std::move(name), std::move(relative));
  };
  if (bin->is_string()) add(unscoped(out.name), *bin);
  if (bin->is_object())
    for (const auto& [name, path] : bin->items()) add(name, path);
  return out;
}

result<std::pair<std::string, std::string>> pick_bin(const node_package& package,
                                                     std::string_view wanted) {
  const auto name = wanted.empty() ? unscoped(package.name) : std::string(wanted);
  std::vector<std::string> names;
  for (const auto& bin : package.bins) {
    if (bin.first == name) return bin;
    names.push_back(bin.first);
  }
  if (wanted.empty() && package.bins.size() == 1) return package.bins.front();
  if (package.bins.empty())
    return error{errc::install_failed, "launch: the package " + package.name +
                                           " has no bin, so it is no program; check its name"};
  return error{errc::install_failed, "launch: the package " + package.name + " has no bin named " +
                                         name + " but " + joined(names) +
                                         "; name one with \"-p PACKAGE BIN\""};
}

std::vector<std::string> candidate_files(const project_facts& facts) {
  std::vector<std::string> paths;
  for (const auto* file : other_candidates) paths.emplace_back(file);
  for (const auto* file : python_candidates) paths.emplace_back(file);
  for (const auto* file : node_candidates) paths.emplace_back(file);
  const auto package = read_package_json(facts.package_json);
  if (!package.main.empty()) paths.push_back(package.main);
  for (const auto& bin : package.bins) paths.push_back(bin.second);
  return paths;
}

python_install detect_python_install(const project_facts& facts) {
  if (read_pyproject(facts.pyproject).packaged || has(facts, "setup.py") ||
      contains(facts.setup_cfg, "[metadata]"))
    return python_install::editable;
  return has(facts, "requirements.txt") ? python_install::requirements : python_install::nothing;
}

project_kind detect_kind(const project_facts& facts) {
  const bool python = detect_python_install(facts) != python_install::nothing;
  const bool node = has(facts, "package.json");
  if (python && node) {
    // A Node project may carry Python tooling and the other way round: the one that says what to
    // start is the server.
    const auto project = read_pyproject(facts.pyproject);
    if (!declared_scripts(facts, project).empty()) return project_kind::python;
    return read_package_json(facts.package_json).bins.empty() ? project_kind::python
                                                              : project_kind::node;
  }
  if (python) return project_kind::python;
  if (node) return project_kind::node;
  for (const auto* file : python_candidates)
    if (has(facts, file)) return project_kind::python;
  for (const auto* file : node_candidates)
    if (has(facts, file)) return project_kind::node;
  return project_kind::none;
}

result<entry_point> find_entry(const project_facts& facts) {
  switch (detect_kind(facts)) {
  case project_kind::python:
    return python_entry(facts);
  case project_kind::node:
    return node_entry(facts);
  case project_kind::none:
    break;
  }
  return nothing_to_start("pyproject.toml, setup.py, setup.cfg, requirements.txt, package.json, "
                          "main.py, server.py, app.py, index.js, server.js");
}

} // namespace toolscore
