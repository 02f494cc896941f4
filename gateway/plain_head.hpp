#pragma once
#include "gateway/http_types.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace toolscore {

/// Where the parts of a plain request stand.
struct plain_head {
  std::string_view target;
  std::size_t size = 0;      ///< Of the head, its empty line counted.
  std::size_t body_size = 0; ///< What Content-Length says.
  std::size_t length_at = 0; ///< Where its digits stand.
  std::size_t length_digits = 0;
};

/// Reads the head of a POST as nearly every client writes it: a simple path, printable ASCII, one
/// Content-Length, and no field that changes how the connection or the body is read. Its fields
/// are added to `headers`, which must be empty. It costs a third of the library's parser, which
/// reads all others.
/// @returns nothing where the head is not whole or not plain, and what is wrong with it is then for
/// the library to say; `headers` is empty again
std::optional<plain_head> read_plain_head(std::string_view text, header_list& headers);

/// What the digits of a Content-Length say; nothing where they are no number or too many.
std::optional<std::size_t> length_of(std::string_view digits) noexcept;

} // namespace toolscore
