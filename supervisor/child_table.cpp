#include "supervisor/child_table.hpp"

#include <array>

namespace toolscore {
namespace {

using from = child_state;
using on = child_input;

struct row {
  child_state at;
  child_input input;
  child_state to;
};

/// The whole life of a child; a pair that is not listed is illegal.
constexpr std::array rows{
    row{from::idle, on::start, from::asking_permit},
    row{from::idle, on::finish, from::finished},
    row{from::asking_permit, on::permit, from::starting},
    row{from::asking_permit, on::hold, from::idle},
    row{from::asking_permit, on::finish, from::finished},
    row{from::starting, on::announce, from::ready},
    row{from::starting, on::end, from::ending},
    row{from::starting, on::hold, from::idle},
    row{from::starting, on::back_off, from::waiting},
    row{from::starting, on::park, from::parked},
    row{from::starting, on::finish, from::finished},
    row{from::ready, on::end, from::ending},
    row{from::ready, on::hold, from::idle},
    row{from::ready, on::back_off, from::waiting},
    row{from::ready, on::park, from::parked},
    row{from::ready, on::finish, from::finished},
    row{from::ending, on::start, from::asking_permit},
    row{from::ending, on::hold, from::idle},
    row{from::ending, on::finish, from::finished},
    row{from::waiting, on::start, from::asking_permit},
    row{from::waiting, on::hold, from::idle},
    row{from::waiting, on::finish, from::finished},
    row{from::parked, on::start, from::asking_permit},
    row{from::parked, on::finish, from::finished},
    row{from::finished, on::start, from::asking_permit},
};

} // namespace

const char* to_string(child_state x) noexcept {
  static constexpr std::array names{"idle",   "asking_permit", "starting", "ready",
                                    "ending", "waiting",       "parked",   "finished"};
  static_assert(names.size() == child_state_count);
  const auto at = static_cast<std::size_t>(x);
  return at < names.size() ? names[at] : "unknown";
}

const char* to_string(child_input x) noexcept {
  static constexpr std::array names{"start", "permit",   "announce", "end",
                                    "hold",  "back_off", "park",     "finish"};
  static_assert(names.size() == child_input_count);
  const auto at = static_cast<std::size_t>(x);
  return at < names.size() ? names[at] : "unknown";
}

std::optional<child_state> next(child_state at, child_input input) noexcept {
  for (const auto& x : rows)
    if (x.at == at && x.input == input) return x.to;
  return std::nullopt;
}

std::size_t legal_pairs() noexcept {
  return rows.size();
}

} // namespace toolscore
