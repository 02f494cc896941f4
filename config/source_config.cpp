#include "config/source_config.hpp"

#include "config/expand.hpp"
#include "config/expanded_fields.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr std::size_t build_steps_max = 16;
constexpr std::size_t build_words_max = 256;
constexpr std::size_t settings_max = 256;

constexpr std::array keys{"git"sv, "npm"sv,    "pypi"sv,   "path"sv,  "archive"sv,    "mcpb"sv,
                          "ref"sv, "subdir"sv, "sha256"sv, "build"sv, "user_config"sv};

/// A source, and which of the keys beside it have a meaning there.
struct source_row {
  std::string_view key;
  source_kind kind;
  std::string server_spec::*text;
  bool path;
  std::string_view what; ///< What is to be written, for errors.
  bool ref, subdir, sha256, build, user_config;
};

constexpr std::array rows{
    source_row{"git", source_kind::git, &server_spec::git, true, "the repository's URL", true, true,
               false, true, false},
    source_row{"npm", source_kind::npm, &server_spec::package, false, "NAME or NAME@VERSION", false,
               false, false, false, false},
    source_row{"pypi", source_kind::pypi, &server_spec::package, false, "NAME or NAME==VERSION",
               false, false, false, false, false},
    source_row{"path", source_kind::path, &server_spec::from, true, "the project's directory",
               false, true, false, true, false},
    source_row{"archive", source_kind::archive, &server_spec::from, true,
               "the archive's URL or file", false, true, true, true, false},
    source_row{"mcpb", source_kind::bundle, &server_spec::from, true, "the bundle's URL or file",
               false, false, true, false, true},
};

/// Both end up as arguments of a program: what looks like an option must never get there.
void check_words(fields& server, const source_row& row, const server_spec& spec) {
  const auto& text = spec.*row.text;
  if (text.empty()) server.fail(row.key, "is empty, write " + std::string(row.what));
  if (text.starts_with('-'))
    server.fail(row.key, "cannot begin with '-', write " + std::string(row.what));
  if (spec.ref.starts_with('-')) server.fail("ref", "a branch, tag or commit has no leading '-'");
  if (row.kind == source_kind::path && !text.starts_with('/'))
    server.fail(row.key, shown(json(text)) + " is no absolute path, write one from / or ~");
  const std::string framed = "/" + spec.subdir + "/";
  if (spec.subdir.starts_with('/') || framed.find("/../") != framed.npos)
    server.fail("subdir", shown(json(spec.subdir)) + " leaves the source, write a path inside it");
}

void check_digest(fields& server, std::string& digest) {
  for (char& c : digest)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  const bool hex = std::all_of(digest.begin(), digest.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (!digest.empty() && (digest.size() != 64 || !hex))
    server.fail("sha256", "is no SHA-256, write the 64 hexadecimal digits of `sha256sum FILE`");
}

/// One argv, or a list of them.
void read_build(fields& server, server_spec& spec, const environment& env) {
  const json* const value = server.find("build");
  if (value == nullptr || value->is_null()) return;
  const std::string form = "write a list of commands, each a list of words: [[\"make\", \"all\"]]";
  if (!value->is_array() || value->empty() || value->size() > build_steps_max)
    return server.fail("build", shown(*value) + " is no list of 1 to " +
                                    std::to_string(build_steps_max) + " commands, " + form);
  for (const auto& command : *value) {
    if (!command.is_array() || command.empty() || command.size() > build_words_max)
      return server.fail("build", shown(command) + " is no command, " + form);
    std::vector<std::string> argv;
    for (const auto& word : command) {
      if (!word.is_string()) return server.fail("build", shown(word) + " is no text, " + form);
      auto expanded = expand(word.get_ref<const std::string&>(), env);
      if (!expanded) return server.fail("build", expanded.failure().detail);
      argv.push_back(std::move(*expanded));
    }
    spec.build.push_back(std::move(argv));
  }
}

/// A setting's value: a text, a number, true or false, or a list of texts.
void read_user_config(fields& server, server_spec& spec, const environment& env) {
  fields section = server.section("user_config");
  if (section.object().size() > settings_max)
    return section.fail("", "more than " + std::to_string(settings_max) + " settings");
  for (const auto& [name, value] : section.object().items()) {
    auto& values = spec.user_config[name];
    if (value.is_array())
      read_expanded_list(section, name, values, settings_max, env);
    else if (value.is_number() || value.is_boolean())
      values = {value.dump()};
    else
      read_now(section, name, values.emplace_back(), env);
  }
}

/// "git", "path" or "archive": the sources beside which `key` has a meaning.
std::string places_of(bool source_row::*allowed) {
  std::vector<std::string_view> names;
  for (const auto& row : rows)
    if (row.*allowed) names.push_back(row.key);
  return list_of_words(names);
}

const source_row* row_of(const fields& server) {
  for (const auto& row : rows)
    if (server.find(row.key) != nullptr) return &row;
  return nullptr;
}

} // namespace

std::span<const std::string_view> install_source_keys() {
  return keys;
}

void read_install_source(fields& server, server_spec& spec, const environment& env) {
  const auto* const row = row_of(server);
  for (const auto& other : rows)
    if (row != nullptr && row != &other && server.find(other.key) != nullptr)
      return server.fail(other.key, "is a second source beside \"" + std::string(row->key) +
                                        "\", remove one of them");
  const std::array beside{
      std::pair{"ref"sv, &source_row::ref}, std::pair{"subdir"sv, &source_row::subdir},
      std::pair{"sha256"sv, &source_row::sha256}, std::pair{"build"sv, &source_row::build},
      std::pair{"user_config"sv, &source_row::user_config}};
  for (const auto& [key, allowed] : beside)
    if (server.find(key) != nullptr && (row == nullptr || !(row->*allowed)))
      return server.fail(key, "has a meaning only beside " + places_of(allowed));
  if (row == nullptr) return;
  spec.source = row->kind;
  if (row->path)
    read_path(server, row->key, spec.*row->text, env);
  else
    read_expanded(server, row->key, spec.*row->text, env);
  read_expanded(server, "ref", spec.ref, env);
  read_expanded(server, "subdir", spec.subdir, env);
  read_expanded(server, "sha256", spec.sha256, env);
  check_words(server, *row, spec);
  check_digest(server, spec.sha256);
  read_build(server, spec, env);
  read_user_config(server, spec, env);
}

void add_install_source(json& out, const server_spec& spec) {
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) out[std::string(key)] = escape_references(text);
  };
  for (const auto& row : rows)
    if (row.kind == spec.source) put(row.key, spec.*row.text);
  put("ref", spec.ref);
  put("subdir", spec.subdir);
  put("sha256", spec.sha256);
  for (const auto& argv : spec.build) {
    auto words = json::array();
    for (const auto& word : argv) words.push_back(escape_references(word));
    out["build"].push_back(std::move(words));
  }
  for (const auto& [name, values] : spec.user_config) {
    auto list = json::array();
    for (const auto& value : values) list.push_back(escape_references(value));
    out["user_config"][name] = std::move(list);
  }
}

} // namespace toolscore
