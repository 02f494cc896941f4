#include "config/fields.hpp"

#include "config/durations.hpp"
#include "config/json_text.hpp"
#include "config/suggest.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t text_bytes_max = 128u << 10; // what Linux takes as one argument

const fields::json& empty_object() {
  static const fields::json object = fields::json::object();
  return object;
}

std::string number_text(double value) {
  return nlohmann::json(value).dump();
}

} // namespace

fields::fields(const json& object, std::string path, std::optional<error>& failure)
    : object_(object.is_object() ? object : empty_object()), path_(std::move(path)),
      failure_(failure) {
  if (!object.is_object()) fail("", shown(object) + " is no object, write { ... }");
}

std::string fields::path_of(std::string_view key) const {
  if (key.empty()) return path_;
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void fields::fail(std::string_view key, const std::string& what, errc code) {
  if (failure_) return;
  const std::string place = path_of(key);
  failure_ = error{code, one_line(place.empty() ? what : place + ": " + what)};
}

const fields::json* fields::find(std::string_view key) const {
  const auto found = object_.find(std::string(key));
  return found == object_.end() ? nullptr : &*found;
}

void fields::only(std::span<const std::string_view> known) {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string place = path_.empty() ? "at the top level" : "in " + path_;
    const std::string hint = did_you_mean(key, known);
    if (!failure_)
      failure_ = error{errc::bad_config,
                       one_line("unknown key \"" + key + "\" " + place +
                                (hint.empty() ? ", known are " + list_of_words(known) : hint))};
  }
}

void fields::duration(std::string_view key, std::chrono::milliseconds& out,
                      std::chrono::milliseconds min) {
  const json* const value = find(key);
  if (value == nullptr) return;
  const auto parsed = parse_duration(*value);
  if (!parsed) return fail(key, parsed.failure().detail);
  if (*parsed < min)
    return fail(key, shown(*value) + " is too short, write at least " + duration_text(min));
  out = *parsed;
}

void fields::whole(std::string_view key, std::uint32_t& out, std::uint32_t min, std::uint32_t max) {
  const json* const value = find(key);
  if (value == nullptr) return;
  const bool fits = value->is_number_integer() && value->get<std::int64_t>() >= min &&
                    value->get<std::int64_t>() <= max;
  if (!fits)
    return fail(key, shown(*value) + " is no whole number from " + std::to_string(min) + " to " +
                         std::to_string(max));
  out = static_cast<std::uint32_t>(value->get<std::int64_t>());
}

void fields::real(std::string_view key, double& out, double min, double max) {
  const json* const value = find(key);
  if (value == nullptr) return;
  if (!value->is_number() || value->get<double>() < min || value->get<double>() > max)
    return fail(key, shown(*value) + " is no number from " + number_text(min) + " to " +
                         number_text(max));
  out = value->get<double>();
}

void fields::text(std::string_view key, std::string& out) {
  const json* const value = find(key);
  if (value == nullptr) return;
  if (!value->is_string()) return fail(key, shown(*value) + " is no text, write \"...\"");
  const auto& found = value->get_ref<const std::string&>();
  if (found.find('\0') != found.npos) return fail(key, "holds a NUL character, remove it");
  if (found.size() > text_bytes_max) return fail(key, "is longer than 128 KiB, shorten it");
  out = found;
}

void fields::flag(std::string_view key, bool& out) {
  const json* const value = find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return fail(key, shown(*value) + " is neither true nor false");
  out = value->get<bool>();
}

void fields::texts(std::string_view key, std::vector<std::string>& out, std::size_t count_max) {
  const json* const value = find(key);
  if (value == nullptr) return;
  if (!value->is_array()) return fail(key, shown(*value) + " is no list, write [\"...\"]");
  if (value->size() > count_max)
    return fail(key, "has " + std::to_string(value->size()) + " entries, at most " +
                         std::to_string(count_max) + " are taken");
  std::vector<std::string> found;
  for (const auto& entry : *value) {
    const std::string place = std::string(key) + "[" + std::to_string(found.size()) + "]";
    if (!entry.is_string()) return fail(place, shown(entry) + " is no text, write \"...\"");
    const auto& item = entry.get_ref<const std::string&>();
    if (item.find('\0') != item.npos) return fail(place, "holds a NUL character, remove it");
    if (item.size() > text_bytes_max) return fail(place, "is longer than 128 KiB, shorten it");
    found.push_back(item);
  }
  out = std::move(found);
}

std::optional<std::size_t> fields::word_index(std::string_view key,
                                              std::span<const std::string_view> names) {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    const auto& found = value->get_ref<const std::string&>();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == found) return i;
    fail(key, shown(*value) + " is not known here, write " + list_of_words(names) +
                  did_you_mean(found, names));
  } else {
    fail(key, shown(*value) + " is not known here, write " + list_of_words(names));
  }
  return std::nullopt;
}

fields fields::section(std::string_view key) const {
  const json* const value = find(key);
  return fields(value != nullptr && !value->is_null() ? *value : empty_object(), path_of(key),
                failure_);
}

std::string list_of_words(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += '"';
    out += words[i];
    out += '"';
  }
  return out;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto near = nearest(word, known, std::max<std::size_t>(2, word.size() / 3));
  return near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?";
}

std::string shown(const nlohmann::ordered_json& value) {
  // ASCII only, so that it may be cut anywhere.
  std::string text = value.dump(-1, ' ', true, fields::json::error_handler_t::replace);
  constexpr std::size_t shown_max = 60;
  if (text.size() > shown_max) text = text.substr(0, shown_max) + "...";
  return text;
}

} // namespace toolscore
