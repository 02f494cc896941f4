#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace toolscore {

/// One wanted member of a JSON object and, after a scan, its raw value: `7`, `"a"`, `{...}`; empty
/// when the object has no such member. Views point into the scanned text.
struct json_member {
  std::string_view key;
  std::string_view value{};
};

/// Walks over one JSON object without building anything and stops as soon as every wanted member
/// has been seen; of members that occur twice the first counts. Keys are compared raw, so a key
/// that is written with escapes is not found. The text behind the last wanted member is not
/// validated.
/// @returns false if the text is not an object as far as it had to be read
bool scan_object(std::string_view text, std::span<json_member> wanted) noexcept;

/// One member of an object, or nothing if it is absent or the text is no object.
std::optional<std::string_view> find_member(std::string_view text, std::string_view key) noexcept;

/// The inside of a raw string token: `"a"` gives `a`, escapes left as they are; empty for all else.
std::string_view unquoted(std::string_view raw) noexcept;

} // namespace toolscore
