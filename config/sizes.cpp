#include "config/sizes.hpp"

#include "config/quantity.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace toolscore {
namespace {

error bad(std::string what) {
  return error{errc::bad_config, std::move(what)};
}

std::optional<double> unit_bytes(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, double>, 10> units{{{"", 1},
                                                                              {"B", 1},
                                                                              {"k", 1e3},
                                                                              {"M", 1e6},
                                                                              {"G", 1e9},
                                                                              {"T", 1e12},
                                                                              {"Ki", 0x1p10},
                                                                              {"Mi", 0x1p20},
                                                                              {"Gi", 0x1p30},
                                                                              {"Ti", 0x1p40}}};
  for (const auto& [name, bytes] : units)
    if (name == unit) return bytes;
  return std::nullopt;
}

result<std::uint64_t> checked(double bytes, const std::string& shown) {
  if (bytes < 0) return bad(shown + " is negative, a size is 0 or more");
  if (bytes > static_cast<double>(size_bytes_max))
    return bad(shown + " is more than 1024 Ti, write a smaller one");
  return static_cast<std::uint64_t>(std::llround(bytes));
}

} // namespace

result<std::uint64_t> parse_size(const nlohmann::ordered_json& value) {
  if (value.is_number()) return checked(value.get<double>(), value.dump() + " bytes");
  if (!value.is_string()) return bad("a size is a text like \"256Mi\" or a number of bytes");
  const auto& text = value.get_ref<const std::string&>();
  const auto found = parse_quantity(text);
  const auto scale = found ? unit_bytes(found->unit) : std::nullopt;
  if (!scale) return bad("\"" + text + "\" is no size, write \"256Mi\", \"1Gi\" or \"512k\"");
  return checked(found->number * *scale, "\"" + text + "\"");
}

} // namespace toolscore
