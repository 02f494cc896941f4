#include "actors/log_book.hpp"

namespace toolscore {

bool log_book::note(std::string_view session, std::uint8_t severity) {
  const auto at = levels_.find(session);
  if (at == levels_.end()) {
    if (levels_.size() >= sessions_max) return false;
    levels_.emplace(session, severity);
    return true;
  }
  if (at->second == severity) return false;
  at->second = severity;
  return true;
}

bool log_book::forget(std::string_view session) {
  const auto at = levels_.find(session);
  if (at == levels_.end()) return false;
  levels_.erase(at);
  return true;
}

std::optional<std::uint8_t> log_book::level_of(std::string_view session) const {
  const auto at = levels_.find(session);
  return at == levels_.end() ? std::nullopt : std::optional(at->second);
}

} // namespace toolscore
