#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

using reply_json = nlohmann::ordered_json;

/// Nothing where the text is no JSON.
std::optional<reply_json> parse_reply(std::string_view text);

/// One line without a newline; what is no UTF-8 is replaced.
std::string compact(const reply_json& value);
/// The same over several lines.
std::string indented(const reply_json& value);

/// The member as text: strings as they are, numbers and booleans written out, all else empty.
std::string text_of(const reply_json& object, std::string_view key);
/// The member as a whole number; 0 where it is none.
std::int64_t number_of(const reply_json& object, std::string_view key);
/// The member; null where there is none.
const reply_json& member_of(const reply_json& object, std::string_view key);

} // namespace toolscore
