#include "node/records/line_chain.hpp"

namespace toolscore {
namespace {

constexpr std::string_view begin = ",\"hash\":\"";
constexpr std::string_view end = "\"}";
constexpr std::size_t digits = 64;
constexpr std::size_t tail = begin.size() + digits + end.size();

} // namespace

std::string line_chain::add(std::string_view line) {
  ++lines_;
  hash_ = digest_(hash_, line);
  std::string out(line.substr(0, line.empty() ? 0 : line.size() - 1));
  return out.append(begin).append(hash_).append(end) += '\n';
}

std::string line_chain::check(std::string_view line) {
  ++lines_;
  const auto at = line.size() < tail ? line.npos : line.size() - tail;
  if (at == line.npos || line.substr(at, begin.size()) != begin || !line.ends_with(end))
    return "it has no hash: it was not exported so, or it was cut";
  const auto told = line.substr(at + begin.size(), digits);
  const auto found = digest_(hash_, std::string(line.substr(0, at)) + '}');
  hash_ = told; // The lines behind it are judged by themselves.
  return told == found ? "" : "it, or the line before it, is not what was exported";
}

} // namespace toolscore
