#pragma once
#include "messages/error.hpp"
#include "reason/bounded_json.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::reason {

/// One object of a task as it is read: the first thing that is wrong is kept, in one line.
class task_fields {
public:
  /// @param where  of which object a complaint speaks: "call 2: "
  task_fields(const json& object, std::string where, std::string& fault);

  bool failed() const { return !fault_.empty(); }
  void fail(const std::string& why);
  bool has(const char* key) const { return object_.contains(key); }
  /// Keys of a slip of the pen are errors, with the one that was probably meant.
  void allow(std::initializer_list<std::string_view> keys);

  std::string text(const char* key, bool required, std::size_t bytes_max = 1U << 20U);
  /// One text, or an array of texts.
  std::vector<std::string> texts(const char* key);
  std::optional<bool> flag(const char* key);
  /// A whole number from `least` to `most`.
  std::optional<std::size_t> number(const char* key, std::size_t least, std::size_t most);
  const json* object(const char* key);
  const json* array(const char* key);

private:
  const json* member(const char* key) const;

  const json& object_;
  std::string where_;
  std::string& fault_;
};

} // namespace toolscore::reason
