#include "runners/bundle_plan.hpp"

#include "runners/detect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::json;

constexpr std::size_t args_max = 1'024;

error unusable(const std::string& why) {
  return {errc::install_failed, "launch: the bundle's manifest.json " + why};
}

std::string text_in(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

const json& object_in(const json& object, const char* key) {
  static const json none = json::object();
  const auto at = object.find(key);
  return at != object.end() && at->is_object() ? *at : none;
}

std::string plain_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What stands for each variable; more than one text only for a setting that takes several.
using variables = std::map<std::string, std::vector<std::string>>;

result<variables> variables_of(const json& manifest, const std::string& directory,
                               const std::string& home, const bundle_settings& settings) {
  variables out{{"__dirname", {directory}},
                {"HOME", {home}},
                {"DESKTOP", {home + "/Desktop"}},
                {"DOCUMENTS", {home + "/Documents"}},
                {"DOWNLOADS", {home + "/Downloads"}},
                {"pathSeparator", {"/"}},
                {"/", {"/"}}};
  const auto& asked = object_in(manifest, "user_config");
  for (const auto& [name, values] : settings) {
    if (!asked.contains(name))
      return error{errc::bad_config,
                   "user_config: the bundle has no setting \"" + name + "\"; remove it"};
    out["user_config." + name] = values;
  }
  for (const auto& [name, about] : asked.items()) {
    auto& values = out["user_config." + name];
    if (!values.empty() || !about.is_object()) continue;
    if (const auto usual = about.find("default"); usual != about.end() && !usual->is_null()) {
      if (usual->is_array())
        for (const auto& one : *usual) values.push_back(plain_text(one));
      else
        values.push_back(plain_text(*usual));
    } else if (about.value("required", json(false)) == json(true)) {
      return error{errc::bad_config, "user_config: the bundle requires \"" + name + "\" (" +
                                         text_in(about, "title") + "); add it"};
    }
  }
  // A default may speak of the home directory.
  for (auto& [name, values] : out)
    for (auto& value : values)
      for (const auto* word : {"HOME", "DESKTOP", "DOCUMENTS", "DOWNLOADS"})
        if (const auto sign = "${" + std::string(word) + "}"; value.starts_with(sign))
          value = out[word].front() + value.substr(sign.size());
  return out;
}

/// Puts the variables in; a word that is one of several texts becomes several words, one without a
/// text none.
result<std::vector<std::string>> put_in(const std::string& text, const variables& known) {
  if (text.starts_with("${") && text.find('}') == text.size() - 1) {
    const auto at = known.find(text.substr(2, text.size() - 3));
    if (at != known.end()) return at->second;
  }
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = text.compare(i, 2, "${") == 0 ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += text[i++];
      continue;
    }
    const auto name = text.substr(i + 2, end - i - 2);
    const auto at = known.find(name);
    if (at == known.end()) return unusable("names ${" + name + "}, which is nothing known");
    out += words_joined(at->second);
    i = end + 1;
  }
  return std::vector<std::string>{out};
}

result<done> read_config(const json& config, const variables& known, bundle_start& out) {
  if (const auto command = text_in(config, "command"); !command.empty()) {
    auto words = put_in(command, known);
    if (!words) return words.failure();
    if (words->size() == 1) out.command = words->front();
  }
  if (const auto args = config.find("args"); args != config.end() && args->is_array()) {
    out.args.clear();
    for (const auto& arg : *args) {
      auto words = put_in(plain_text(arg), known);
      if (!words) return words.failure();
      if (out.args.size() + words->size() > args_max) return unusable("has too many arguments");
      out.args.insert(out.args.end(), words->begin(), words->end());
    }
  }
  for (const auto& [name, value] : object_in(config, "env").items()) {
    auto words = put_in(plain_text(value), known);
    if (!words) return words.failure();
    if (name.empty() || name.find('=') != std::string::npos) return unusable("has a bad variable");
    out.env[name] = words_joined(*words);
  }
  return done{};
}

/// Where there is no mcp_config: by type and entry point.
void read_entry(const json& server, const std::string& directory, bundle_start& out) {
  const auto type = text_in(server, "type");
  const auto entry = normalise_relative(text_in(server, "entry_point"));
  if (entry.empty()) return;
  const auto file = directory + "/" + entry;
  if (type == "node") out.command = "node";
  if (type == "python") out.command = "python3";
  if (type == "binary") out.command = file;
  if (type == "node" || type == "python") out.args = {file};
}

bool runs_here(const json& manifest) {
  const auto& compatibility = object_in(manifest, "compatibility");
  const auto at = compatibility.find("platforms");
  if (at == compatibility.end() || !at->is_array() || at->empty()) return true;
  return std::find(at->begin(), at->end(), json("linux")) != at->end();
}

} // namespace

result<bundle_start> read_bundle(std::string_view manifest, const std::string& directory,
                                 const std::string& home, const bundle_settings& settings) {
  const auto root = json::parse(manifest, nullptr, false);
  if (!root.is_object()) return unusable("is absent or no JSON object; is this an MCP bundle?");
  if (!runs_here(root)) return unusable("says that it does not run on linux");
  const auto& server = object_in(root, "server");
  const auto& config = object_in(server, "mcp_config");
  const auto known = variables_of(root, directory, home, settings);
  if (!known) return known.failure();
  bundle_start out;
  out.version = text_in(root, "version");
  read_entry(server, directory, out);
  if (auto read = read_config(config, *known, out); !read) return read.failure();
  const auto& here = object_in(object_in(config, "platform_overrides"), "linux");
  if (auto read = read_config(here, *known, out); !read) return read.failure();
  if (out.command.empty())
    return unusable("says not how it is started: it has neither server.mcp_config.command nor an "
                    "entry_point of a known type");
  return out;
}

} // namespace toolscore
