#include "config/durations.hpp"

#include "config/quantity.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace toolscore {
namespace {

using std::chrono::milliseconds;

error bad(std::string what) {
  return error{errc::bad_config, std::move(what)};
}

std::optional<double> unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1'000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  return std::nullopt;
}

result<milliseconds> checked(double ms, const std::string& shown) {
  if (ms < 0) return bad(shown + " is negative, a duration is 0 or more");
  if (ms > static_cast<double>(duration_max.count()))
    return bad(shown + " is longer than a year, write a shorter one");
  if (ms > 0 && ms < 1) return bad(shown + " is shorter than a millisecond, write \"1ms\" or 0");
  return milliseconds(std::llround(ms));
}

} // namespace

result<milliseconds> parse_duration(const nlohmann::ordered_json& value) {
  if (value.is_number()) return checked(value.get<double>(), value.dump() + " ms");
  if (!value.is_string())
    return bad("a duration is a text like \"200ms\", \"30s\", \"5m\", \"1h\" or a number of ms");
  const auto& text = value.get_ref<const std::string&>();
  const auto found = parse_quantity(text);
  const auto scale = found ? unit_ms(found->unit) : std::nullopt;
  if (!scale)
    return bad("\"" + text + "\" is no duration, write \"200ms\", \"30s\", \"5m\" or \"1h\"");
  return checked(found->number * *scale, "\"" + text + "\"");
}

std::string duration_text(milliseconds value) {
  const auto ms = value.count();
  if (ms != 0 && ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms != 0 && ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
  if (ms != 0 && ms % 1'000 == 0) return std::to_string(ms / 1'000) + "s";
  return std::to_string(ms) + "ms";
}

} // namespace toolscore
