#include "config/expand.hpp"
#include "node/sources/registry_document.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

/// Puts a definition together and notes what is missing.
class maker {
public:
  maker(const registry_entry& entry, const given_values& given) : entry_(entry), given_(given) {}

  std::optional<reply_json> from_package(const reply_json& package);
  std::optional<reply_json> from_remote(const reply_json& remote);
  const std::vector<std::string>& missing() const { return missing_; }

private:
  /// @param name  what it is given by; empty = its value is the document's alone
  std::optional<std::string> value_of(const reply_json& input, const std::string& name);
  std::string with_variables(const std::string& text, const reply_json& variables);
  void add_arguments(reply_json& out, const reply_json& list);
  void add_variables(reply_json& out, const reply_json& list);
  void add_headers(reply_json& out, const reply_json& list);
  void add_transport(reply_json& out, const reply_json& transport);
  const std::string* given(const std::string& name) const;
  void miss(const std::string& name);

  const registry_entry& entry_;
  const given_values& given_;
  std::vector<std::string> missing_;
};

const reply_json& list_of(const reply_json& object, std::string_view key) {
  static const reply_json none = reply_json::array();
  const auto& list = member_of(object, key);
  return list.is_array() ? list : none;
}

bool is_true(const reply_json& object, std::string_view key) {
  return member_of(object, key) == true;
}

const std::string* maker::given(const std::string& name) const {
  const auto at = given_.find(name);
  return at == given_.end() ? nullptr : &at->second;
}

void maker::miss(const std::string& name) {
  if (std::find(missing_.begin(), missing_.end(), name) == missing_.end()) missing_.push_back(name);
}

/// "{name}" by the document's variables; braces of no variable stay.
std::string maker::with_variables(const std::string& text, const reply_json& variables) {
  std::string out;
  std::string literal; // Escaped as a whole: "${" may stand across its parts.
  std::size_t at = 0;
  while (at < text.size()) {
    const auto begin = text.find('{', at);
    const auto end = begin == text.npos ? text.npos : text.find('}', begin);
    if (end == text.npos) break;
    const auto& variable = member_of(variables, text.substr(begin + 1, end - begin - 1));
    literal += text.substr(at, begin - at);
    if (variable.is_object()) {
      out += escape_references(std::exchange(literal, {}));
      out += value_of(variable, text.substr(begin + 1, end - begin - 1)).value_or("");
    } else {
      literal += text.substr(begin, end + 1 - begin);
    }
    at = end + 1;
  }
  return out += escape_references(literal + text.substr(std::min(at, text.size())));
}

std::optional<std::string> maker::value_of(const reply_json& input, const std::string& name) {
  if (const auto fixed = text_of(input, "value"); !fixed.empty())
    return with_variables(fixed, member_of(input, "variables"));
  // Given as a definition has it, references and all.
  if (const auto* const value = given(name)) return *value;
  if (const auto usual = text_of(input, "default"); !usual.empty()) return escape_references(usual);
  if (is_true(input, "isRequired") && !name.empty()) miss(name);
  return std::nullopt;
}

void maker::add_arguments(reply_json& out, const reply_json& list) {
  for (const auto& argument : list) {
    const auto flag = text_of(argument, "name");
    const auto hint = text_of(argument, "valueHint");
    const bool named = text_of(argument, "type") == "named";
    const auto key = named ? flag : hint;
    const auto value = value_of(argument, key);
    if (named && !flag.empty() &&
        (value || text_of(argument, "format") == "boolean" ||
         (is_true(argument, "isRequired") && hint.empty() && value)))
      out.push_back(escape_references(flag));
    if (value) out.push_back(*value);
  }
}

void maker::add_variables(reply_json& out, const reply_json& list) {
  for (const auto& variable : list) {
    const auto name = text_of(variable, "name");
    if (name.empty()) continue;
    if (auto value = value_of(variable, name)) out["env"][name] = std::move(*value);
  }
}

void maker::add_headers(reply_json& out, const reply_json& list) {
  for (const auto& header : list) {
    const auto name = text_of(header, "name");
    if (name.empty()) continue;
    if (auto value = value_of(header, name)) out["headers"][name] = std::move(*value);
  }
}

/// A program that listens is given its port as the variable or argument that its URL names.
void maker::add_transport(reply_json& out, const reply_json& transport) {
  const auto type = text_of(transport, "type");
  if (type != "streamable-http" && type != "sse") return;
  out["link"] = type == "sse" ? "sse" : "http";
  auto url = text_of(transport, "url");
  const auto begin = url.find(":{");
  const auto end = begin == url.npos ? url.npos : url.find('}', begin);
  if (end != url.npos) {
    const auto name = url.substr(begin + 2, end - begin - 2);
    url.replace(begin + 1, end - begin, "${PORT}");
    if (out.contains("env") && out["env"].contains(name)) out["env"][name] = "${PORT}";
    std::erase(missing_, name);
    if (name != "PORT" && !name.empty()) out["env"][name] = "${PORT}";
  }
  if (!url.empty()) out["url"] = url;
  add_headers(out, list_of(transport, "headers"));
}

std::optional<reply_json> maker::from_package(const reply_json& package) {
  auto kind = text_of(package, "registryType");
  if (kind.empty()) kind = text_of(package, "registryName");
  auto what = text_of(package, "identifier");
  if (what.empty()) what = text_of(package, "name");
  const auto version = text_of(package, "version");
  const auto base = text_of(package, "registryBaseUrl");
  if (what.empty() || what.starts_with('-')) return std::nullopt;
  const bool ranged = version.find_first_of("^~<>=*| ") != version.npos || version == "latest";
  auto out = reply_json::object();
  if (kind == "npm" && !version.empty() && !ranged) {
    out["npm"] = escape_references(what + "@" + version);
    if (!base.empty() && !base.ends_with("//registry.npmjs.org"))
      out["env"]["NPM_CONFIG_REGISTRY"] = escape_references(base);
  } else if (kind == "pypi" && !version.empty() && !ranged) {
    out["pypi"] = escape_references(what + "==" + version);
    if (!base.empty() && !base.ends_with("//pypi.org"))
      out["env"]["PIP_INDEX_URL"] = escape_references(base);
  } else if (kind == "oci" || kind == "docker") {
    const auto last = what.rfind('/');
    const bool tagged =
        what.find('@') != what.npos || what.find(':', last == what.npos ? 0 : last) != what.npos;
    if (!tagged && version.empty()) return std::nullopt; // It would be another one tomorrow.
    out["image"] = escape_references(tagged ? what : what + ":" + version);
  } else if (kind == "mcpb") {
    const auto sum = text_of(package, "fileSha256");
    if (sum.empty() || !what.starts_with("https://")) return std::nullopt;
    out["mcpb"] = escape_references(what);
    out["sha256"] = sum;
  } else {
    return std::nullopt;
  }
  auto arguments = reply_json::array();
  add_arguments(arguments, list_of(package, "packageArguments"));
  add_variables(out, list_of(package, "environmentVariables"));
  add_transport(out, member_of(package, "transport"));
  if (!arguments.empty()) out["args"] = std::move(arguments);
  return out;
}

std::optional<reply_json> maker::from_remote(const reply_json& remote) {
  auto type = text_of(remote, "type");
  if (type.empty()) type = text_of(remote, "transportType");
  const auto url = text_of(remote, "url");
  if ((type != "streamable-http" && type != "sse" && type != "streamable") || url.empty())
    return std::nullopt;
  auto out = reply_json::object();
  out["url"] = with_variables(url, member_of(remote, "variables"));
  out["type"] = type == "sse" ? "sse" : "http";
  add_headers(out, list_of(remote, "headers"));
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

} // namespace

result<reply_json> definition_of_registry(const registry_entry& entry, const given_values& given) {
  maker make(entry, given);
  std::optional<reply_json> made;
  for (const auto& package : list_of(entry.document, "packages"))
    if ((made = make.from_package(package))) break;
  if (!made)
    for (const auto& remote : list_of(entry.document, "remotes"))
      if ((made = make.from_remote(remote))) break;
  if (!made)
    return error{errc::not_supported,
                 entry.name + " has nothing that can be run here (it has " +
                     (entry.kinds.empty() ? "no package" : joined(entry.kinds)) +
                     "; npm, pypi, oci and mcpb packages of an exact version, and remotes can)"};
  if (!make.missing().empty())
    return error{errc::bad_config,
                 entry.name + " needs " + joined(make.missing()) +
                     ": give each with --env NAME=VALUE, or with --env NAME to have it from the "
                     "node's own variable"};
  return *made;
}

} // namespace toolscore
