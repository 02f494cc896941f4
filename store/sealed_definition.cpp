#include "store/sealed_definition.hpp"

#include "messages/known_secrets.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

/// A file's name for a key: what is no letter, digit, '_' or '-' is written as its code.
std::string file_name(std::string_view section, std::string_view key) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = std::string(section) + ".";
  for (const char c : key) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '_' || c == '-';
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4U], digits[byte & 0xfU]});
  }
  return out;
}

/// The text of a value in clear; nothing to be hidden is empty.
std::string clear_text(const json& value) {
  if (value.is_number()) return value.dump();
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  return text.find("${") == text.npos ? text : std::string();
}

} // namespace

sealed_definition seal_definition(std::string_view stored, const std::string& directory) {
  sealed_definition out{std::string(stored), {}};
  auto tree = json::parse(stored.begin(), stored.end(), nullptr, false);
  if (!tree.is_object() || !tree.contains("config") || !tree["config"].is_object()) return out;
  auto& config = tree["config"];
  for (const char* section : {"env", "headers", "user_config", "auth"}) {
    if (!config.contains(section) || !config[section].is_object()) continue;
    for (auto& [key, value] : config[section].items()) {
      if (!names_a_secret(key)) continue;
      auto text = clear_text(value);
      if (text.empty()) continue;
      auto path = directory + "/" + file_name(section, key);
      value = "${file:" + path + "}";
      out.files.emplace_back(std::move(path), text + "\n");
    }
  }
  if (!out.files.empty()) out.text = tree.dump(-1, ' ', false, json::error_handler_t::replace);
  return out;
}

} // namespace toolscore
