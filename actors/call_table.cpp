#include "actors/call_table.hpp"

#include "actors/waiting_line.hpp"
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

taken_call call_table::take(std::int64_t id) {
  taken_call call(calls_.extract(id));
  if (call) count(*call, -1);
  return call;
}

std::optional<std::int64_t> call_table::id_of(const exchange* reply) const {
  for (const auto& [id, call] : calls_)
    if (call.request.reply.get() == reply) return id;
  return std::nullopt;
}

namespace {

bool may_ask(const pending_call& x, std::uint64_t instance) {
  return x.instance == instance && x.own == own_request::none && mcp::may_ask_in(x.request.method);
}

std::string_view session_of(const pending_call& x) {
  return x.request.from ? std::string_view(x.request.from->session) : std::string_view{};
}

} // namespace

std::optional<std::int64_t> call_table::asker(std::uint64_t instance, clock::time_point now) const {
  if (now < nothing_certain_) return std::nullopt;
  auto found = calls_.end();
  for (auto at = calls_.begin(); at != calls_.end(); ++at) {
    if (!may_ask(at->second, instance)) continue;
    const auto session = session_of(at->second);
    if (found != calls_.end() && (session.empty() || session != session_of(found->second)))
      return std::nullopt;
    if (found == calls_.end() || at->first < found->first) found = at;
  }
  if (found == calls_.end()) return std::nullopt;
  const auto session = session_of(found->second);
  for (const auto& x : given_up_)
    if (x.instance == instance && now < x.until && (x.session.empty() || x.session != session))
      return std::nullopt;
  return found->first;
}

bool call_table::may_be_asked(std::uint64_t instance) const {
  return std::any_of(calls_.begin(), calls_.end(),
                     [&](const auto& x) { return may_ask(x.second, instance); });
}

void call_table::give_up(std::int64_t id, const pending_call& call, clock::time_point now) {
  if (!may_ask(call, call.instance)) return;
  std::erase_if(given_up_, [&](const given_up_call& x) { return x.until <= now; });
  if (given_up_.size() >= given_up_max) {
    nothing_certain_ = now + given_up_memory;
    return;
  }
  given_up_.push_back({id, call.instance, std::string(session_of(call)), now + given_up_memory});
}

void call_table::answered_late(std::int64_t id) {
  std::erase_if(given_up_, [&](const given_up_call& x) { return x.id == id; });
}

bool call_table::was_given_up(std::uint64_t instance, clock::time_point now) const {
  return std::any_of(given_up_.begin(), given_up_.end(), [&](const given_up_call& x) {
    return x.instance == instance && now < x.until;
  });
}

std::size_t call_table::in_flight_of(std::string_view client) const {
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [&](const auto& x) {
    return x.second.own == own_request::none && client_of(x.second.request) == client;
  }));
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
  for (const auto id : ids) taken.emplace_back(id, std::move(*take(id)));
  return taken;
}

std::vector<std::pair<std::int64_t, pending_call>>
call_table::take_instance(std::uint64_t instance) {
  std::vector<std::int64_t> ids;
  for (const auto& [id, call] : calls_)
    if (call.instance == instance) ids.push_back(id);
  std::erase_if(given_up_, [&](const given_up_call& x) { return x.instance == instance; });
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
