#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace toolscore {

/// In which order servers are shown, and who of two keeps a name: those of the configuration's file
/// as they are written there, then the others as they were added. Pure.
class server_places {
public:
  static constexpr std::uint64_t first_added = std::uint64_t{1} << 32;

  bool knows(std::string_view name) const { return places_.contains(name); }
  void set(std::string_view name, std::uint64_t place) {
    places_.insert_or_assign(std::string(name), place);
  }
  /// Behind all others. @returns its place, which is kept with its definition
  std::uint64_t add(std::string_view name) {
    std::uint64_t last = first_added;
    for (const auto& [other, place] : places_) last = std::max(last, place);
    set(name, last + 1);
    return last + 1;
  }
  void forget(std::string_view name) {
    if (const auto at = places_.find(name); at != places_.end()) places_.erase(at);
  }
  /// Of one that is not known the last there is.
  std::uint64_t of(std::string_view name) const {
    const auto at = places_.find(name);
    return at == places_.end() ? ~std::uint64_t{0} : at->second;
  }

private:
  std::map<std::string, std::uint64_t, std::less<>> places_;
};

} // namespace toolscore
