#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One JSON object of a configuration while it is read. The first failure is kept in a slot that
/// all objects of one reading share; after it every further read is harmless, so that a reader
/// asks once, at its end. Borrows the object and the slot.
class fields {
public:
  using json = nlohmann::ordered_json;

  fields(const json& object, std::string path, std::optional<error>& failure);

  bool failed() const noexcept { return failure_.has_value(); }
  const std::string& path() const noexcept { return path_; }
  std::string path_of(std::string_view key) const;
  /// Keeps "path.key: what" unless there is a failure already. An empty key means the object.
  void fail(std::string_view key, const std::string& what, errc code = errc::bad_config);
  /// The value; nothing where the key is absent.
  const json* find(std::string_view key) const;
  const json& object() const noexcept { return object_; }

  /// Fails on the first key that is not in `known`, with the nearest of them.
  void only(std::span<const std::string_view> known);
  void only(std::initializer_list<std::string_view> known) {
    only(std::span(known.begin(), known.size()));
  }

  // Each leaves `out` as it is where the key is absent, or on a failure.
  void duration(std::string_view key, std::chrono::milliseconds& out,
                std::chrono::milliseconds min = std::chrono::milliseconds(0));
  void whole(std::string_view key, std::uint32_t& out, std::uint32_t min, std::uint32_t max);
  void real(std::string_view key, double& out, double min, double max);
  void text(std::string_view key, std::string& out);
  void flag(std::string_view key, bool& out);
  void texts(std::string_view key, std::vector<std::string>& out, std::size_t count_max);

  /// One of `names`; `out` becomes its index.
  template <class Enum>
  void word(std::string_view key, Enum& out, std::initializer_list<std::string_view> names) {
    if (const auto index = word_index(key, std::span(names.begin(), names.size())))
      out = static_cast<Enum>(*index);
  }

  /// The object under `key`, or an empty one where it is absent, null or no object (a failure).
  fields section(std::string_view key) const;

private:
  std::optional<std::size_t> word_index(std::string_view key,
                                        std::span<const std::string_view> names);
  const json& object_;
  std::string path_;
  std::optional<error>& failure_;
};

/// `"a", "b" or "c"`.
std::string list_of_words(std::span<const std::string_view> words);

/// "; did you mean "restart"?", or nothing where no word is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

/// A value as it stands in an error text: compact and short.
std::string shown(const nlohmann::ordered_json& value);

} // namespace toolscore
