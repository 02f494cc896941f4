#include "node/sources/container_command.hpp"

#include "node/sources/run_options.hpp"

#include <algorithm>
#include <charconv>

namespace toolscore {
namespace {

constexpr std::size_t reference_depth_max = 64;

/// "docker" of "/usr/bin/docker"; empty where it is no engine's program.
std::string engine_of(const std::string& command) {
  const auto name = command.substr(command.rfind('/') + 1);
  return name == "docker" || name == "podman" ? name : std::string();
}

/// The words of "args"; nothing where one of them is none.
std::optional<std::vector<std::string>> words_of(const reply_json& config) {
  const auto& arguments = member_of(config, "args");
  if (!arguments.is_array()) return std::nullopt;
  std::vector<std::string> words;
  for (const auto& x : arguments) {
    if (!x.is_string()) return std::nullopt;
    words.push_back(x.get<std::string>());
  }
  return words;
}

/// The parts between separators; those inside of a reference, "${A:-b}", separate nothing.
std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "${") == 0 && depth < reference_depth_max) ++depth;
    if (text[i] == '}' && depth > 0) --depth;
    if (text[i] == separator && depth == 0)
      parts.emplace_back();
    else
      parts.back() += text[i];
  }
  return parts;
}

/// A file or directory of the host: no volume's name, and nothing beside some working directory.
bool is_place(const std::string& source) {
  return source.starts_with('/') || source.starts_with("${");
}

/// Puts the definition together; each function's answer is whether there is a word for it.
class translation {
public:
  translation(const reply_json& config, reply_json& out) : config_(config), out_(out) {}

  bool take(const run_option& option);

private:
  bool take_variable(const std::string& text);
  bool take_volume(const std::string& text);
  bool take_mount(const std::string& text);
  bool take_memory(std::string text);
  bool take_number(const char* key, const std::string& text);
  bool add_place(const std::string& source, const std::string& target, bool writable);
  bool put(const char* key, const std::string& text) {
    out_[key] = text;
    return !text.empty();
  }

  const reply_json& config_;
  reply_json& out_;
};

bool translation::take_variable(const std::string& text) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  if (name.empty() || name.find("${") != name.npos) return false;
  if (equals != text.npos) {
    out_["env"][name] = text.substr(equals + 1);
    return true;
  }
  const auto& own = member_of(config_, "env");
  const bool given = own.is_object() && own.contains(name);
  out_["env"][name] = given ? own[name] : reply_json("${" + name + "}");
  return true;
}

bool translation::add_place(const std::string& source, const std::string& target, bool writable) {
  if (!is_place(source) || !target.starts_with('/')) return false;
  out_["paths"][writable ? "write" : "read"].push_back(source + ":" + target);
  return true;
}

bool translation::take_volume(const std::string& text) {
  const auto parts = parts_of(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return false;
  bool writable = true;
  if (parts.size() == 3)
    for (const auto& word : parts_of(parts[2], ',')) {
      if (word == "ro") writable = false;
      if (word != "ro" && word != "rw") return false;
    }
  return add_place(parts[0], parts[1], writable);
}

bool translation::take_mount(const std::string& text) {
  std::string type;
  std::string source;
  std::string target;
  bool writable = true;
  for (const auto& part : parts_of(text, ',')) {
    const auto equals = part.find('=');
    const auto key = part.substr(0, equals);
    const auto value = equals == part.npos ? "true" : part.substr(equals + 1);
    if (key == "type")
      type = value;
    else if (key == "source" || key == "src")
      source = value;
    else if (key == "target" || key == "destination" || key == "dst")
      target = value;
    else if ((key == "readonly" || key == "ro") && value == "true")
      writable = false;
    else
      return false;
  }
  return type == "bind" && add_place(source, target, writable);
}

/// "512m" is "512Mi" here.
bool translation::take_memory(std::string text) {
  if (text.ends_with('b') || text.ends_with('B')) text.pop_back();
  std::string unit;
  if (!text.empty() && (text.back() < '0' || text.back() > '9')) {
    const char letter = static_cast<char>(text.back() & ~0x20); // In upper case.
    if (letter != 'K' && letter != 'M' && letter != 'G') return false;
    unit = std::string(1, letter) + "i";
    text.pop_back();
  }
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return false;
  if (unit.empty()) return take_number("memory", text);
  out_["limits"]["memory"] = text + unit;
  return true;
}

bool translation::take_number(const char* key, const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != text.npos) return false;
  const auto number = parse_reply(text);
  if (!number || !number->is_number()) return false;
  out_["limits"][key] = *number;
  return *number > 0;
}

bool translation::take(const run_option& option) {
  const auto& value = option.value;
  switch (option.meaning) {
  case run_meaning::implied:
    return true;
  case run_meaning::variable:
    return take_variable(value);
  case run_meaning::volume:
    return take_volume(value);
  case run_meaning::mount:
    return take_mount(value);
  case run_meaning::network:
    out_["network"] = value == "none" ? "none" : "full";
    return value == "none" || value == "bridge" || value == "default";
  case run_meaning::user:
    out_["container"]["user"] = value;
    return !value.empty();
  case run_meaning::directory:
    return put("cwd", value);
  case run_meaning::entrypoint:
    return put("command", value);
  case run_meaning::read_only:
    out_["container"]["writable"] = false;
    return true;
  case run_meaning::pull:
    out_["container"]["pull"] = value;
    return value == "always" || value == "missing" || value == "never";
  case run_meaning::memory:
    return take_memory(value);
  case run_meaning::cpus:
    return take_number("cpu", value);
  case run_meaning::processes:
    return value.find('.') == value.npos && take_number("pids", value);
  case run_meaning::security:
    return option.name == "--cap-drop" || value == "no-new-privileges" ||
           value == "no-new-privileges:true" || value == "no-new-privileges=true";
  case run_meaning::unsaid:
    break;
  }
  return false;
}

/// What the engine's program itself would heed, and what the definition says of a container
/// already.
std::string unsaid_of(const reply_json& config) {
  for (const char* key : {"image", "runner", "container", "network", "paths", "limits", "isolation",
                          "url", "link", "port"})
    if (config.contains(key)) return key;
  const auto& variables = member_of(config, "env");
  if (variables.is_object())
    for (const auto& [name, value] : variables.items())
      if (name.starts_with("DOCKER_") || name.starts_with("CONTAINER")) return name;
  return {};
}

} // namespace

std::optional<container_command> read_container_command(const reply_json& config) {
  container_command out;
  out.engine = engine_of(text_of(config, "command"));
  const auto words = words_of(config);
  if (out.engine.empty() || !words) return std::nullopt;
  std::size_t at = !words->empty() && words->front() == "container" ? 1 : 0;
  if (at >= words->size() || (*words)[at] != "run") return std::nullopt;
  const auto read = read_run_options(*words, at + 1);
  if (!read || read->rest >= words->size()) {
    out.unsaid = "all of the options before its image";
    return out;
  }
  out.image_at = read->rest;
  out.unsaid = unsaid_of(config);
  if (!out.unsaid.empty()) return out;
  auto made = config;
  for (const char* key : {"command", "args", "env", "cwd"}) made.erase(key);
  made["image"] = (*words)[read->rest];
  made["network"] = "full";
  made["container"]["writable"] = true;
  translation to(config, made);
  for (const auto& option : read->options)
    if (!to.take(option) && out.unsaid.empty()) out.unsaid = option.name;
  for (auto word = read->rest + 1; word < words->size(); ++word)
    made["args"].push_back((*words)[word]);
  if (out.unsaid.empty()) out.config = std::move(made);
  return out;
}

} // namespace toolscore
