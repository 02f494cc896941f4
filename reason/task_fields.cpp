#include "reason/task_fields.hpp"

#include "config/suggest.hpp"
#include "node/printable.hpp"

#include <algorithm>

namespace toolscore::reason {

task_fields::task_fields(const json& object, std::string where, std::string& fault)
    : object_(object), where_(std::move(where)), fault_(fault) {
  if (!object_.is_object()) fail("it is no JSON object");
}

void task_fields::fail(const std::string& why) {
  if (fault_.empty()) fault_ = where_ + why;
}

void task_fields::allow(std::initializer_list<std::string_view> keys) {
  if (failed()) return;
  const std::vector<std::string_view> known(keys);
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto near = nearest(key, known, near_miss_max(key));
    return fail("there is no key \"" + printable(key) + "\" here" +
                (near.empty() ? std::string() : "; did you mean \"" + std::string(near) + "\"?"));
  }
}

const json* task_fields::member(const char* key) const {
  if (failed()) return nullptr;
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

std::string task_fields::text(const char* key, bool required, std::size_t bytes_max) {
  const auto* found = member(key);
  if (found == nullptr) {
    if (required && !failed()) fail(std::string("\"") + key + "\" is missing");
    return {};
  }
  if (!found->is_string()) {
    fail(std::string("\"") + key + "\" must be a text");
    return {};
  }
  auto value = found->get<std::string>();
  if (required && value.empty()) fail(std::string("\"") + key + "\" is empty");
  if (value.size() > bytes_max)
    fail(std::string("\"") + key + "\" has more than " + std::to_string(bytes_max) + " bytes");
  return value;
}

std::vector<std::string> task_fields::texts(const char* key) {
  const auto* found = member(key);
  if (found == nullptr) return {};
  if (found->is_string()) return {found->get<std::string>()};
  std::vector<std::string> out;
  const bool good =
      found->is_array() && !found->empty() &&
      std::all_of(found->begin(), found->end(), [](auto& x) { return x.is_string(); });
  if (!good) {
    fail(std::string("\"") + key + "\" must be a text or an array of texts");
    return out;
  }
  for (const auto& each : *found) out.push_back(each.get<std::string>());
  return out;
}

std::optional<bool> task_fields::flag(const char* key) {
  const auto* found = member(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  fail(std::string("\"") + key + "\" must be true or false");
  return std::nullopt;
}

std::optional<std::size_t> task_fields::number(const char* key, std::size_t least,
                                               std::size_t most) {
  const auto* found = member(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_number_unsigned()) {
    const auto value = found->get<std::size_t>();
    if (value >= least && value <= most) return value;
  }
  fail(std::string("\"") + key + "\" must be a whole number from " + std::to_string(least) +
       " to " + std::to_string(most));
  return std::nullopt;
}

const json* task_fields::object(const char* key) {
  const auto* found = member(key);
  if (found == nullptr || found->is_object()) return found;
  fail(std::string("\"") + key + "\" must be an object");
  return nullptr;
}

const json* task_fields::array(const char* key) {
  const auto* found = member(key);
  if (found == nullptr || (found->is_array() && !found->empty())) return found;
  fail(std::string("\"") + key + "\" must be an array that is not empty");
  return nullptr;
}

} // namespace toolscore::reason
