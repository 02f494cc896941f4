#include "gateway/seen_resources.hpp"

#include <iterator>

namespace toolscore {

seen_resources::links& seen_resources::links_of(const std::string& principal) {
  if (const auto at = all_.find(principal); at != all_.end()) {
    by_use_.splice(by_use_.end(), by_use_, at->second.place);
    return at->second;
  }
  if (all_.size() == principals_max) {
    all_.erase(by_use_.front());
    by_use_.pop_front();
  }
  auto& made = all_[principal];
  made.place = by_use_.insert(by_use_.end(), principal);
  return made;
}

void seen_resources::note(const std::string& principal, const std::string& uri,
                          const server_id& server) {
  if (uri.empty() || uri.size() > uri_bytes_max) return;
  auto& told = links_of(principal);
  if (const auto at = told.by_uri.find(uri); at != told.by_uri.end()) {
    at->second->second = server;
    told.by_time.splice(told.by_time.end(), told.by_time, at->second);
    return;
  }
  if (told.by_time.size() == links_max) {
    told.by_uri.erase(told.by_time.front().first);
    told.by_time.pop_front();
  }
  const auto at = told.by_time.emplace(told.by_time.end(), uri, server);
  told.by_uri.emplace(at->first, at);
}

std::optional<server_id> seen_resources::find(const std::string& principal,
                                              const std::string& uri) const {
  const auto told = all_.find(principal);
  if (told == all_.end()) return std::nullopt;
  const auto at = told->second.by_uri.find(uri);
  if (at == told->second.by_uri.end()) return std::nullopt;
  return at->second->second;
}

} // namespace toolscore
