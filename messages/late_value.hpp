#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One piece of a value that is put together when a process starts.
struct late_piece {
  enum class kind : std::uint8_t {
    text,    ///< As it stands.
    file,    ///< `text` is a path: the file's text without its last newline.
    command, ///< `argv` is run: the first line of what it prints.
    input,   ///< `text` is the id of a value that a person would be asked for.
  };
  kind what = kind::text;
  std::string text;
  std::vector<std::string> argv;
  bool operator==(const late_piece&) const = default;
};

/// A variable or a header that holds a secret is not known before it is needed: until then its
/// value is a text that says how it comes about. So nothing that holds or prints a definition holds
/// the secret. Such a text begins with a character that no value of a configuration begins with.
inline constexpr char late_mark = '\x1a';
bool is_late(std::string_view value) noexcept;
std::string late_value(std::span<const late_piece> pieces);
/// The pieces; of a value that is not late, itself.
std::vector<late_piece> late_pieces(std::string_view value);
/// As it is written in a configuration: "Bearer ${file:/run/secrets/t}".
std::string late_reference(std::string_view value);
/// "${cmd:pass show x}"; what the value is made from, without its text.
std::string reference_text(const late_piece& piece);

/// A command's words: divided by blanks; '...' and "..." hold blanks together, and nothing is
/// special within them. Who needs more writes a JSON array instead.
/// @error bad_config  there are none, or a quote is not closed
result<std::vector<std::string>> command_words(std::string_view text);

/// The variable that holds the value of an input: "api-key" is TOOLSCORE_INPUT_API_KEY. With _FILE
/// behind it, it names a file that holds it.
std::string input_variable(std::string_view id);

} // namespace toolscore
