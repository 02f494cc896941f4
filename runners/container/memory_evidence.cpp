#include "runners/container/memory_evidence.hpp"

namespace toolscore {

std::optional<bool> was_out_of_memory(const memory_evidence& x) {
  if (x.counted) return x.counted;
  if (x.signals >= 2) return true;
  // One signal may be either, until the removal is known to have been told.
  if (x.signals == 1 && x.removal_seen) return false;
  return std::nullopt;
}

std::string limited_cgroup(const std::string& directory, const std::string& container_id) {
  const auto at = container_id.empty() ? directory.npos : directory.find(container_id);
  return at == directory.npos ? directory : directory.substr(0, directory.find('/', at));
}

} // namespace toolscore
