#pragma once
#include <cstddef>
#include <optional>

namespace toolscore {

/// Who is written the next call: of those that serve, the one with the fewest calls in flight.
/// Among equals it goes round, beginning at `first`, so that a lone caller's calls are spread too.
/// Looks at each of `count` places once and keeps nothing. Pure.
/// @param serves    place -> whether calls can be written to it
/// @param in_flight place -> how many it owes an answer to
/// @returns nothing if none serves
template <class Serves, class InFlight>
std::optional<std::size_t> least_loaded(std::size_t count, std::size_t first, const Serves& serves,
                                        const InFlight& in_flight) {
  std::optional<std::size_t> chosen;
  for (std::size_t step = 0; step < count; ++step) {
    const auto place = first + step < count ? first + step : first + step - count;
    if (serves(place) && (!chosen || in_flight(place) < in_flight(*chosen))) chosen = place;
  }
  return chosen;
}

} // namespace toolscore
