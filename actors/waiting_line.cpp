#include "actors/waiting_line.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace toolscore {
namespace {

using count_by_client = std::unordered_map<std::string_view, std::size_t>;

/// The last call of whoever has the most, where giving it up leaves that one no worse off than the
/// newcomer's client; else the list's end.
waiting_line::iterator greediest(waiting_line::list& calls, std::string_view newcomer) {
  count_by_client counts;
  for (const auto& x : calls) ++counts[client_of(x.request)];
  const auto own = counts[newcomer];
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end() || most->second <= own + 1) return calls.end();
  const auto last = std::find_if(calls.rbegin(), calls.rend(), [&](const waiting_call& x) {
    return client_of(x.request) == most->first;
  });
  return std::prev(last.base());
}

} // namespace

std::string_view client_of(const call_request& request) {
  const auto* from = request.from.get();
  if (from != nullptr && !from->session.empty()) return from->session;
  if (from != nullptr && !from->principal.empty()) return from->principal;
  return request.reply ? std::string_view(request.reply->who().name) : std::string_view{};
}

std::optional<waiting_call> waiting_line::add(waiting_call x, std::size_t max) {
  const auto client = client_of(x.request);
  std::optional<waiting_call> refused;
  if (calls_.size() >= max) {
    const auto loser = greediest(calls_, client);
    if (loser == calls_.end()) return x;
    refused = std::move(*loser);
    calls_.erase(loser);
  }
  x.round = round_;
  for (const auto& other : calls_)
    if (client_of(other.request) == client) x.round = std::max(x.round, other.round);
  ++x.round;
  const auto behind = std::find_if(calls_.rbegin(), calls_.rend(), [&](const waiting_call& other) {
    return other.round <= x.round;
  });
  calls_.insert(behind.base(), std::move(x));
  return refused;
}

void waiting_line::add_first(list&& calls) {
  for (auto& x : calls) x.round = round_;
  calls_.splice(calls_.begin(), calls);
}

waiting_call waiting_line::take(iterator at) {
  round_ = std::max(round_, at->round);
  auto taken = std::move(*at);
  calls_.erase(at);
  return taken;
}

waiting_line::list waiting_line::take_all() {
  return std::exchange(calls_, {});
}

} // namespace toolscore
