#include "config/unsupported.hpp"

#include "messages/server_spec.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

void refuse(fields& object, std::string_view key, const json& value, const std::string& only) {
  object.fail(key,
              shown(value) + " is not supported by this build yet, " +
                  (only.empty() ? "remove the key" : "only " + only + " is; remove the key"),
              errc::not_supported);
}

/// A key whose value is one word. The first `in_force` of its words are what happens anyway; no
/// further words listed means that every other text is one that a later build may know.
struct word_key {
  std::string_view key;
  std::size_t in_force;
  std::array<std::string_view, 5> words;
  bool whole = false; ///< There are no other words, though all of these are in force.
};

constexpr std::array word_keys{
    word_key{"link", 5, {"stdio", "none", "http", "sse", "ws"}, true},
    word_key{"retry", 1, {"never"}},
};

void refuse_word(fields& object, const word_key& row) {
  const json* const value = object.find(row.key);
  if (value == nullptr) return;
  const auto end = std::find(row.words.begin(), row.words.end(), std::string_view());
  const std::span<const std::string_view> words(row.words.begin(), end);
  const bool open = !row.whole && words.size() == row.in_force;
  if (!value->is_string())
    return object.fail(row.key,
                       shown(*value) + " is not known here, write " + list_of_words(words));
  const auto found = std::find(words.begin(), words.end(), value->get_ref<const std::string&>());
  const auto at = static_cast<std::size_t>(found - words.begin());
  if (at < row.in_force) return;
  if (found == words.end() && !open)
    return object.fail(row.key,
                       shown(*value) + " is not known here, write " + list_of_words(words));
  refuse(object, row.key, *value, list_of_words(words.first(row.in_force)));
}

} // namespace

void refuse_unsupported(fields& object) {
  for (const auto& row : word_keys) refuse_word(object, row);
}

void refuse_sources(fields& server) {
  static constexpr word_key type{
      "type", 5, {"stdio", "http", "streamable-http", "sse", "ws"}, true};
  static constexpr word_key runner{"runner", 3, {"process", "remote", "container"}};
  refuse_word(server, type);
  refuse_word(server, runner);
}

} // namespace toolscore
