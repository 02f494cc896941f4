#include "actors/start_gate.hpp"

#include <algorithm>

namespace toolscore {

std::vector<start_gate::start> start_gate::admit() {
  std::vector<start> go;
  while (!line_.empty() && held_.size() < starts_max_) {
    held_.push_back(line_.front());
    go.push_back(std::move(line_.front()));
    line_.pop_front();
  }
  return go;
}

std::vector<start_gate::start> start_gate::ask(start wanted) {
  line_.push_back(std::move(wanted));
  return admit();
}

std::vector<start_gate::start> start_gate::release(const start& ended) {
  if (std::erase(held_, ended) == 0) std::erase(line_, ended); // That may be a long one.
  return admit();
}

std::vector<start_gate::start> start_gate::forget(std::uint64_t asker) {
  const auto of_asker = [&](const start& entry) { return entry.asker == asker; };
  std::erase_if(held_, of_asker);
  std::erase_if(line_, of_asker);
  return admit();
}

} // namespace toolscore
