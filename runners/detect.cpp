#include "runners/detect.hpp"

#include "runners/toml_lines.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

constexpr std::array python_candidates{"main.py", "server.py", "app.py", "src/main.py",
                                       "src/server.py"};
constexpr std::array node_candidates{"src/index.js", "dist/index.js", "build/index.js", "index.js",
                                     "server.js"};
constexpr std::array other_candidates{"pyproject.toml",
                                      "setup.py",
                                      "setup.cfg",
                                      "requirements.txt",
                                      "package.json",
                                      "package-lock.json",
                                      "pnpm-lock.yaml",
                                      "yarn.lock",
                                      "uv.lock",
                                      "Cargo.toml",
                                      "npm-shrinkwrap.json",
                                      "Cargo.lock",
                                      "go.mod",
                                      "go.sum",
                                      "main.go",
                                      go_program};

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
    return error{errc::install_failed, "launch: several console scripts (" + words_joined(names) +
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

result<entry_point> program_entry(const project_facts& facts, const std::string& program,
                                  const std::string& builder) {
  if (!program.empty() && has(facts, program)) return entry_point{entry_kind::program, program};
  return nothing_to_start((program.empty() ? "a program in Cargo.toml" : program) + ", which " +
                          builder + " did not make");
}

} // namespace

std::string pick_script(const std::vector<std::string>& names, std::string_view project) {
  for (const auto& name : names)
    if (plain_name(name) == plain_name(project)) return name;
  for (const auto* word : {"mcp", "server"})
    for (const auto& name : names)
      if (contains(plain_name(name), word)) return name;
  return names.size() == 1 ? names.front() : std::string();
}

std::string words_joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

const char* to_string(project_kind x) noexcept {
  switch (x) {
  case project_kind::none:
    return "none";
  case project_kind::python:
    return "python";
  case project_kind::node:
    return "node";
  case project_kind::rust:
    return "rust";
  case project_kind::go:
    return "go";
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
                                         name + " but " + words_joined(names) +
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
  if (auto program = rust_program(facts.cargo_toml); !program.empty())
    paths.push_back(std::move(program));
  return paths;
}

python_install detect_python_install(const project_facts& facts) {
  if (read_pyproject(facts.pyproject).packaged || has(facts, "setup.py") ||
      contains(facts.setup_cfg, "[metadata]"))
    return python_install::editable;
  return has(facts, "requirements.txt") ? python_install::requirements : python_install::nothing;
}

std::string rust_program(std::string_view cargo_toml) {
  std::string package;
  std::vector<std::string> bins;
  toml_entry at;
  for (toml_entries entries(cargo_toml); entries.next(at);) {
    if (at.key != "name") continue;
    if (at.table == "package") package = unquoted_toml(at.value);
    if (at.table == "bin") bins.push_back(unquoted_toml(at.value));
  }
  const auto name = bins.empty() ? package : pick_script(bins, package);
  const auto path = normalise_relative("target/release/" + name);
  return name.empty() || path.find('/', 15) != std::string::npos ? std::string() : path;
}

std::vector<evidence> find_evidence(const project_facts& facts) {
  std::vector<evidence> found;
  const auto add = [&](project_kind kind, int weight, std::string what) {
    found.push_back({kind, weight, std::move(what)});
  };
  const auto scripts = declared_scripts(facts, read_pyproject(facts.pyproject));
  if (!scripts.empty()) add(project_kind::python, 4, "console scripts: " + words_joined(scripts));
  switch (detect_python_install(facts)) {
  case python_install::editable:
    add(project_kind::python, 2, "a package for pip");
    break;
  case python_install::requirements:
    add(project_kind::python, 2, "requirements.txt");
    break;
  case python_install::nothing:
    break;
  }
  for (const auto* file : python_candidates)
    if (has(facts, file)) {
      add(project_kind::python, 1, file);
      break;
    }
  const auto package = read_package_json(facts.package_json);
  if (!package.bins.empty())
    add(project_kind::node, 4, std::to_string(package.bins.size()) + " bin in package.json");
  if (has(facts, "package.json")) add(project_kind::node, 1, "package.json");
  for (const auto* file : node_candidates)
    if (has(facts, file)) {
      add(project_kind::node, 1, file);
      break;
    }
  if (!rust_program(facts.cargo_toml).empty())
    add(project_kind::rust, 3, "a program in Cargo.toml");
  if (has(facts, "go.mod")) add(project_kind::go, 2, "go.mod");
  if (has(facts, "go.mod") && has(facts, "main.go")) add(project_kind::go, 2, "main.go");
  return found;
}

project_kind detect_kind(const project_facts& facts) {
  std::array<int, 5> weights{};
  for (const auto& x : find_evidence(facts)) weights[static_cast<std::size_t>(x.kind)] += x.weight;
  const auto* const heaviest = std::max_element(weights.begin(), weights.end());
  if (*heaviest == 0) return project_kind::none;
  return static_cast<project_kind>(heaviest - weights.begin());
}

result<entry_point> find_entry(const project_facts& facts) {
  switch (detect_kind(facts)) {
  case project_kind::python:
    return python_entry(facts);
  case project_kind::node:
    return node_entry(facts);
  case project_kind::rust:
    return program_entry(facts, rust_program(facts.cargo_toml), "cargo");
  case project_kind::go:
    return program_entry(facts, go_program, "go");
  case project_kind::none:
    break;
  }
  return nothing_to_start("pyproject.toml, setup.py, setup.cfg, requirements.txt, package.json, "
                          "Cargo.toml, go.mod, main.py, server.py, app.py, index.js, server.js");
}

} // namespace toolscore
