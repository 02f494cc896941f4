#pragma once
#include <optional>
#include <string_view>

namespace toolscore {

/// A number with a unit behind it, as in "200ms" or "1.5Gi".
struct quantity {
  double number = 0; ///< Finite; may be negative.
  std::string_view unit;
};

/// Nothing where the text does not begin with a plain decimal number.
std::optional<quantity> parse_quantity(std::string_view text);

} // namespace toolscore
