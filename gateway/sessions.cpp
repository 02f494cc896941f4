#include "gateway/sessions.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {

void mcp_session::finished(const exchange* key) noexcept {
  for (auto& x : calls) {
    if (x.key != key) continue;
    if (&x != &calls.back()) x = std::move(calls.back());
    calls.pop_back();
    return;
  }
}

std::uint64_t mcp_session::ask(const exchange* key, std::function<void(input_response)> then) {
  if (over || questions.size() >= questions_max) return 0;
  questions.push_back({++last_question, key, std::move(then)});
  return last_question;
}

std::optional<mcp_session::question> mcp_session::take_question(std::uint64_t number) {
  const auto at = std::find_if(questions.begin(), questions.end(),
                               [&](const question& x) { return x.number == number; });
  if (at == questions.end()) return std::nullopt;
  auto taken = std::move(*at);
  questions.erase(at);
  return taken;
}

std::vector<mcp_session::question> mcp_session::take_questions(const exchange* key) {
  std::vector<question> taken;
  std::vector<question> left;
  for (auto& x : questions) (key == nullptr || x.key == key ? taken : left).push_back(std::move(x));
  questions = std::move(left);
  return taken;
}

void mcp_session::note_call(const server_id& server) {
  if (std::find(called.begin(), called.end(), server) == called.end()) called.push_back(server);
}

const mcp_session::in_flight* mcp_session::find(std::string_view raw_id) const noexcept {
  for (const auto& x : calls)
    if (x.id == raw_id) return &x;
  return nullptr;
}

bool session_table::expired(const mcp_session& x, time_point now) const {
  return x.calls.empty() && now - x.last_used > limits_.idle;
}

void session_table::erase(order::iterator at) {
  const auto ended = *at;
  sessions_.erase(sessions_.find(ended->id));
  by_use_.erase(at);
  ended->over = true;
  if (on_end_) on_end_(*ended);
}

void session_table::expire(time_point now) {
  while (!by_use_.empty() && expired(*by_use_.front(), now)) erase(by_use_.begin());
}

session_table::order::iterator session_table::oldest_idle() {
  return std::find_if(by_use_.begin(), by_use_.end(),
                      [](const auto& x) { return x->calls.empty(); });
}

bool session_table::has_room(time_point now) {
  expire(now);
  return sessions_.size() < limits_.sessions_max || oldest_idle() != by_use_.end();
}

std::shared_ptr<mcp_session> session_table::open(mcp_session x, time_point now) {
  if (!has_room(now) || sessions_.contains(x.id)) return nullptr;
  if (sessions_.size() >= limits_.sessions_max) {
    erase(oldest_idle());
    ++evicted_;
  }
  x.last_used = now;
  auto session = std::make_shared<mcp_session>(std::move(x));
  by_use_.push_back(session);
  sessions_.emplace(session->id, std::prev(by_use_.end()));
  return session;
}

std::shared_ptr<mcp_session> session_table::find(std::string_view id, std::string_view principal,
                                                 std::string_view path, time_point now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  const auto session = *found->second;
  if (session->principal != principal || session->path != path) return nullptr;
  if (expired(*session, now)) {
    erase(found->second);
    return nullptr;
  }
  session->last_used = now;
  by_use_.splice(by_use_.end(), by_use_, found->second);
  return session;
}

bool session_table::end(std::string_view id, std::string_view principal, std::string_view path,
                        time_point now) {
  if (!find(id, principal, path, now)) return false;
  erase(sessions_.find(id)->second);
  return true;
}

} // namespace toolscore
