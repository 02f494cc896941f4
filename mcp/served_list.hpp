#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace toolscore::mcp {

/// The lists that a server may have.
enum class served_list : std::uint8_t { tools, prompts, resources, templates };
inline constexpr std::size_t list_count = 4;
inline constexpr std::array all_lists{served_list::tools, served_list::prompts,
                                      served_list::resources, served_list::templates};

/// Some of them.
class list_set {
public:
  constexpr list_set() = default;
  static constexpr list_set all() noexcept { return list_set(0xf); }
  constexpr void add(served_list x) noexcept { bits_ |= bit(x); }
  constexpr void add(list_set x) noexcept { bits_ |= x.bits_; }
  constexpr void remove(served_list x) noexcept { bits_ &= static_cast<std::uint8_t>(~bit(x)); }
  constexpr bool has(served_list x) const noexcept { return (bits_ & bit(x)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr bool operator==(const list_set&) const = default;

private:
  explicit constexpr list_set(std::uint8_t bits) noexcept : bits_(bits) {}
  static constexpr std::uint8_t bit(served_list x) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(x));
  }
  std::uint8_t bits_ = 0;
};

/// What the protocol calls them.
struct list_words {
  std::string_view method; ///< "tools/list"
  std::string_view member; ///< Of its result: "tools".
  std::string_view key;    ///< What an item is told apart by: "name", "uri" or "uriTemplate".
  std::string_view family; ///< The capability: "tools".
};
constexpr list_words words_of(served_list x) noexcept {
  constexpr std::array<list_words, list_count> words{
      list_words{"tools/list", "tools", "name", "tools"},
      list_words{"prompts/list", "prompts", "name", "prompts"},
      list_words{"resources/list", "resources", "uri", "resources"},
      list_words{"resources/templates/list", "resourceTemplates", "uriTemplate", "resources"}};
  return words[static_cast<std::size_t>(x)];
}

} // namespace toolscore::mcp
