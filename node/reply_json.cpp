#include "node/reply_json.hpp"

namespace toolscore {

std::optional<reply_json> parse_reply(std::string_view text) {
  auto value = reply_json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string compact(const reply_json& value) {
  return value.dump(-1, ' ', false, reply_json::error_handler_t::replace);
}

std::string indented(const reply_json& value) {
  return value.dump(2, ' ', false, reply_json::error_handler_t::replace);
}

const reply_json& member_of(const reply_json& object, std::string_view key) {
  static const reply_json none;
  if (!object.is_object()) return none;
  const auto found = object.find(std::string(key));
  return found == object.end() ? none : *found;
}

std::string text_of(const reply_json& object, std::string_view key) {
  const auto& value = member_of(object, key);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::int64_t number_of(const reply_json& object, std::string_view key) {
  const auto& value = member_of(object, key);
  if (value.is_number_float()) {
    const double real = value.get<double>();
    return real > -9e15 && real < 9e15 ? static_cast<std::int64_t>(real) : 0;
  }
  return value.is_number() ? value.get<std::int64_t>() : 0;
}

} // namespace toolscore
