#include "actors/call_table.hpp"

#include "mcp/client_questions.hpp"

#include <algorithm>

namespace toolscore {

void call_table::count(const pending_call& call, std::int32_t change) {
  if (call.own != own_request::none) return;
  callers_ += static_cast<std::size_t>(change);
  callers_of_.at(call.replica) += static_cast<std::uint32_t>(change);
}

std::int64_t call_table::enter(pending_call&& call) {
  count(call, 1);
  const auto id = next_id_++;
  calls_.emplace(id, std::move(call));
  return id;
}

pending_call* call_table::find(std::int64_t id) {
  const auto at = calls_.find(id);
  return at == calls_.end() ? nullptr : &at->second;
}

std::optional<pending_call> call_table::take(std::int64_t id) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return std::nullopt;
  auto call = std::move(at->second);
  calls_.erase(at);
  count(call, -1);
  return call;
}

std::optional<std::int64_t> call_table::id_of(const exchange* reply) const {
  for (const auto& [id, call] : calls_)
    if (call.request.reply.get() == reply) return id;
  return std::nullopt;
}

std::optional<std::int64_t> call_table::asker(std::uint64_t instance) const {
  const auto may_ask = [&](const pending_call& x) {
    return x.instance == instance && x.own == own_request::none &&
           mcp::may_ask_in(x.request.method);
  };
  const auto session = [](const pending_call& x) {
    return x.request.from ? std::string_view(x.request.from->session) : std::string_view{};
  };
  auto found = calls_.end();
  for (auto at = calls_.begin(); at != calls_.end(); ++at) {
    if (!may_ask(at->second)) continue;
    if (found != calls_.end() &&
        (session(at->second).empty() || session(at->second) != session(found->second)))
      return std::nullopt;
    if (found == calls_.end() || at->first < found->first) found = at;
  }
  return found == calls_.end() ? std::nullopt : std::optional(found->first);
}

pending_call* call_table::with_question(std::uint64_t instance, std::string_view id_raw) {
  for (auto& [id, call] : calls_)
    for (const auto& question : call.questions)
      if (call.instance == instance && question.id == id_raw) return &call;
  return nullptr;
}

std::vector<std::pair<std::int64_t, pending_call>>
call_table::take_ids(const std::vector<std::int64_t>& ids) {
  std::vector<std::pair<std::int64_t, pending_call>> taken;
  taken.reserve(ids.size());
  for (const auto id : ids) taken.emplace_back(id, *take(id));
  return taken;
}

std::vector<std::pair<std::int64_t, pending_call>>
call_table::take_instance(std::uint64_t instance) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, call] : calls_)
    if (call.instance == instance) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return take_ids(ids);
}

std::vector<std::pair<std::int64_t, pending_call>> call_table::take_expired(clock::time_point now) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, call] : calls_)
    if (call.deadline <= now) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return take_ids(ids);
}

void call_table::progressed(std::int64_t id, clock::time_point now,
                            std::chrono::milliseconds timeout) {
  auto* call = find(id);
  if (call && call->questions.empty()) call->deadline = std::min(now + timeout, call->deadline_max);
}

std::optional<call_table::clock::time_point> call_table::next_deadline() const {
  std::optional<clock::time_point> next;
  for (const auto& [id, call] : calls_)
    if (!next || call.deadline < *next) next = call.deadline;
  return next;
}

} // namespace toolscore
