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

bool mcp_session::hears_first(const server_id& server) {
  if (std::find(heard.begin(), heard.end(), server) != heard.end()) return false;
  heard.push_back(server);
  return true;
}

std::shared_ptr<event_stream>
mcp_session::begin_stream(bool own, const stream_limits& limits,
                          const std::shared_ptr<stream_counters>& counters) {
  tidy_streams();
  auto stream = std::make_shared<event_stream>(
      ++last_stream, version >= "2025-11-25" ? event_numbering::primed : event_numbering::numbered,
      limits, counters);
  streams.push_back({stream, own});
  return stream;
}

std::shared_ptr<event_stream> mcp_session::find_stream(std::uint64_t number) const {
  for (const auto& x : streams)
    if (x.stream->number() == number) return x.stream;
  return nullptr;
}

void mcp_session::tidy_streams() {
  const auto away = [](const open_stream& x) {
    return !x.stream->attached() && (x.own || x.stream->ended());
  };
  auto left = static_cast<std::size_t>(std::count_if(streams.begin(), streams.end(), away));
  std::erase_if(streams,
                [&](const open_stream& x) { return away(x) && left > streams_max && left-- != 0; });
  // Of its own it reads the newest.
  auto own = static_cast<std::size_t>(
      std::count_if(streams.begin(), streams.end(),
                    [](const open_stream& x) { return x.own && x.stream->attached(); }));
  for (const auto& x : streams)
    if (x.own && x.stream->attached() && own > own_streams_max) {
      x.stream->finish();
      --own;
    }
}

bool mcp_session::reads() const {
  return std::any_of(streams.begin(), streams.end(),
                     [](const open_stream& x) { return x.own && x.stream->attached(); });
}

bool mcp_session::tell_now(const bytes& json) {
  const auto reads = [](const open_stream& x) {
    return x.own && x.stream->attached() && !x.stream->ended();
  };
  const auto at = std::find_if(streams.rbegin(), streams.rend(), reads);
  if (at == streams.rend()) return false;
  const auto stream = at->stream; // A reader that is cut off changes the list.
  stream->send(json);
  return true;
}

void mcp_session::tell(bytes json) {
  if (over || tell_now(json)) return;
  const auto same = [&](const bytes& x) { return *x == *json; };
  if (untold.size() < untold_max && std::none_of(untold.begin(), untold.end(), same))
    untold.push_back(std::move(json));
}

void mcp_session::tell_untold() {
  while (!untold.empty()) {
    const auto next = untold.front();
    if (!tell_now(next)) return;
    untold.erase(untold.begin());
  }
}

const mcp_session::in_flight* mcp_session::find(std::string_view raw_id) const noexcept {
  for (const auto& x : calls)
    if (x.id == raw_id) return &x;
  return nullptr;
}

bool session_table::expired(const mcp_session& x, time_point now) const {
  return x.calls.empty() && !x.reads() && now - x.last_used > limits_.idle;
}

void session_table::erase(order::iterator at) {
  const auto ended = *at;
  sessions_.erase(sessions_.find(ended->id));
  by_use_.erase(at);
  ended->over = true;
  if (on_end_) on_end_(*ended);
}

void session_table::expire(time_point now) {
  for (auto left = by_use_.size(); left != 0 && !by_use_.empty(); --left) {
    auto& oldest = *by_use_.front();
    if (now - oldest.last_used <= limits_.idle) return;
    if (expired(oldest, now)) {
      erase(by_use_.begin());
      continue;
    }
    oldest.last_used = now; // It listens, or waits for its calls.
    by_use_.splice(by_use_.end(), by_use_, by_use_.begin());
  }
}

session_table::order::iterator session_table::oldest_idle() {
  return std::find_if(by_use_.begin(), by_use_.end(),
                      [](const auto& x) { return x->calls.empty() && !x->reads(); });
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
  auto session = *found->second;
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
