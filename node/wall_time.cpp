#include "node/wall_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace toolscore {
namespace {

using namespace std::chrono;

std::optional<wall_time> read_text(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int end = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2u%n", &year, &month, &day, &hour, &minute,
                  &second, &end) != 6)
    return std::nullopt;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                            std::chrono::day{day}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  milliseconds fraction{0};
  auto at = static_cast<std::size_t>(end);
  if (at < text.size() && text[at] == '.') {
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      fraction += milliseconds{(text[at] - '0') * scale};
  }
  if (text.substr(at) != "Z" && text.substr(at) != "+00:00") return std::nullopt;
  const auto moment = sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + fraction;
  // A clock of nanoseconds reaches from 1677 to 2262: what is beyond that is its end.
  return wall_time{std::clamp(moment.time_since_epoch(),
                              ceil<milliseconds>(wall_time::min().time_since_epoch()),
                              floor<milliseconds>(wall_time::max().time_since_epoch()))};
}

} // namespace

std::optional<wall_time> read_wall_time(const reply_json& value) {
  if (value.is_string()) return read_text(value.get<std::string>());
  if (!value.is_number()) return std::nullopt;
  const double ms = value.get<double>();
  if (!(ms > 0) || ms > 4e12) return std::nullopt;
  return wall_time{milliseconds{static_cast<std::int64_t>(ms)}};
}

std::optional<wall_time> read_moment(std::string_view text, wall_time now) {
  constexpr std::int64_t count_max = 100'000;
  std::int64_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (failure != std::errc{} || unit.size() != 1) return read_text(std::string(text));
  if (count < 0 || count > count_max) return std::nullopt;
  for (const auto& [letter, one] : {std::pair{'s', seconds{1}},
                                    {'m', seconds{60}},
                                    {'h', seconds{3'600}},
                                    {'d', seconds{86'400}}})
    if (unit[0] == letter) return now - count * one;
  return std::nullopt;
}

std::string age_text(milliseconds age) {
  const auto total = std::max<std::int64_t>(duration_cast<seconds>(age).count(), 0);
  constexpr std::array<std::pair<std::int64_t, char>, 4> units{
      std::pair{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}};
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    const auto [size, letter] = units[i];
    if (total < size) continue;
    const auto [next_size, next_letter] = units[i + 1];
    const auto rest = total % size / next_size;
    std::string text = std::to_string(total / size) + letter;
    if (rest != 0) text += std::to_string(rest) + next_letter;
    return text;
  }
  return std::to_string(total) + "s";
}

std::string age_of(const reply_json& since, wall_time now) {
  const auto at = read_wall_time(since);
  return at ? age_text(duration_cast<milliseconds>(now - *at)) : "-";
}

std::string clock_text(const reply_json& at) {
  const auto time = read_wall_time(at);
  if (!time) return "-";
  const hh_mm_ss clock{floor<seconds>(*time - floor<days>(*time))};
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

} // namespace toolscore
