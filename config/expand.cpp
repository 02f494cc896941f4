#include "config/expand.hpp"

#include <cctype>

namespace toolscore {
namespace {

error bad(std::string what) {
  return error{errc::bad_config, std::move(what)};
}

bool legal_variable(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  return true;
}

result<std::string> variable(std::string_view name, std::string_view reference,
                             const environment& env) {
  std::optional<std::string> value = env.variable(name);
  if (value) return std::move(*value);
  return bad("${" + std::string(reference) + "}: the variable " + std::string(name) +
             " is not set, set it or write ${" + std::string(name) + ":-default}");
}

result<std::string> input(std::string_view id, const environment& env) {
  std::string name = "INPUT_";
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  std::optional<std::string> value = env.variable(name);
  if (value) return std::move(*value);
  return bad("${input:" + std::string(id) + "}: nobody can be asked here, set the variable " +
             name);
}

result<std::string> file(std::string_view path, const environment& env) {
  if (!path.starts_with('/'))
    return bad("${file:" + std::string(path) + "}: write an absolute path");
  if (!env.file) return bad("${file:" + std::string(path) + "}: files are not read here");
  auto text = env.file(path);
  if (!text) return bad("${file:" + std::string(path) + "}: " + text.failure().detail);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

result<std::string> resolve(std::string_view reference, const environment& env) {
  if (reference == "userHome") return variable("HOME", reference, env);
  if (reference == "pathSeparator" || reference == "/") return std::string("/");
  if (reference == "workspaceFolder") {
    if (env.workspace.empty()) return bad("${workspaceFolder}: there is none here, write a path");
    return env.workspace;
  }
  if (reference.starts_with("file:")) return file(reference.substr(5), env);
  if (reference.starts_with("input:")) return input(reference.substr(6), env);
  std::string_view name = reference;
  if (name.starts_with("env:")) name.remove_prefix(4);
  const auto dash = name.find(":-");
  const std::string_view bare = name.substr(0, dash);
  if (!legal_variable(bare))
    return bad("${" + std::string(reference) +
               "} is no reference known here, write ${VAR}, ${VAR:-default}, ${env:VAR} or "
               "${file:/path}, or $${ for a plain ${");
  if (dash == name.npos) return variable(bare, reference, env);
  std::optional<std::string> value = env.variable(bare);
  return value && !value->empty() ? std::move(*value) : std::string(name.substr(dash + 2));
}

} // namespace

result<std::string> expand(std::string_view text, const environment& env) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const auto begin = text.find("${", at);
    if (begin == text.npos) return out += text.substr(at);
    if (begin > at && text[begin - 1] == '$') { // "$${": the first dollar quotes the second
      out += text.substr(at, begin - 1 - at);
      out += "${";
      at = begin + 2;
      continue;
    }
    const auto end = text.find('}', begin);
    if (end == text.npos)
      return bad("\"" + std::string(text.substr(begin, 40)) + "\": the ${ is never closed, add }");
    auto value = resolve(text.substr(begin + 2, end - begin - 2), env);
    if (!value) return value.failure();
    out += text.substr(at, begin - at);
    out += *value;
    at = end + 1;
  }
}

result<std::string> expand_home(std::string_view path, const environment& env) {
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  const std::optional<std::string> home = env.variable("HOME");
  if (!home || !home->starts_with('/'))
    return bad("\"" + std::string(path) + "\": HOME is not set, write an absolute path");
  return *home + std::string(path.substr(1));
}

std::string escape_references(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) out += '$';
    out += text[i];
  }
  return out;
}

} // namespace toolscore
