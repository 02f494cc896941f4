#include "gateway/asking_exchange.hpp"

#include "mcp/answers.hpp"
#include "mcp/envelope.hpp"
#include "mcp/json_text.hpp"
#include "mcp/rounds.hpp"
#include "mcp/splice.hpp"
#include "mcp/versions.hpp"

#include <algorithm>

namespace toolscore {

asking_exchange::asking_exchange(parked_calls& table, exchange_ptr sink, std::string id_raw,
                                 call_identity call)
    : table_(table), table_alive_(table.alive_), sink_(std::move(sink)), who_(sink_->who()),
      id_(std::move(id_raw)), call_(std::move(call)) {}

/// What the server wrote for the first request, as the present one's.
bytes asking_exchange::renamed(const bytes& json) const {
  if (!retried_) return json;
  mcp::scanner scanner;
  const auto spans = scanner.scan(*json);
  if (!spans) return json;
  if (spans->kind == message_kind::notification) {
    if (!spans->progress_token) return json;
    if (token_.empty()) return nullptr;
    return std::make_shared<const std::string>(mcp::progress_to_client(*json, *spans, token_));
  }
  if (!spans->id) return json;
  auto text = *json;
  text.replace(spans->id.at, spans->id.length, id_);
  return std::make_shared<const std::string>(std::move(text));
}

void asking_exchange::event(bytes json) {
  if (!sink_) return;
  if (auto told = renamed(json)) sink_->event(std::move(told));
}

void asking_exchange::end(int http_status, bytes json) {
  open_.clear(); // The server has gone on without the answers.
  hook_ = nullptr;
  if (!sink_) {
    finished_.emplace(http_status, std::move(json));
    return;
  }
  std::exchange(sink_, nullptr)->end(http_status, renamed(json));
}

std::uint64_t asking_exchange::ask(input_request asked, std::function<void(input_response)> then) {
  if (finished_ || table_alive_.expired() || (sink_ && table_.full())) return 0;
  open_.push_back({++last_, std::move(asked), std::move(then)});
  if (sink_) gather();
  return last_;
}

void asking_exchange::withdraw(std::uint64_t number) {
  open_.erase(std::remove_if(open_.begin(), open_.end(),
                             [&](const question& x) { return x.number == number; }),
              open_.end());
}

/// Others may come with it, and the client is to be asked once.
void asking_exchange::gather() {
  if (std::exchange(gathering_, true)) return;
  table_.after_(table_.limits_.gather, [self = weak_from_this()] {
    const auto held = self.lock();
    if (!held) return;
    held->gathering_ = false;
    held->tell();
  });
}

void asking_exchange::tell() {
  if (!sink_ || open_.empty() || table_alive_.expired()) return;
  std::vector<mcp::asked_input> asked;
  for (const auto& x : open_)
    asked.push_back({mcp::quote(std::to_string(x.number)), x.asked.method, x.asked.params});
  const auto state = table_.park(shared_from_this());
  std::exchange(sink_, nullptr)
      ->end(200, std::make_shared<const std::string>(
                     mcp::result_response(id_, mcp::input_required_result(asked, state))));
}

void asking_exchange::on_abandoned(std::function<void()> hook) {
  hook_ = std::move(hook);
  watch_sink();
}

void asking_exchange::watch_sink() {
  if (sink_ && hook_)
    sink_->on_abandoned([self = weak_from_this()] {
      const auto held = self.lock();
      if (held && held->hook_) std::exchange(held->hook_, nullptr)();
    });
}

std::string asking_exchange::fault_of(const parked_calls::retry& again) const {
  if (mcp::has_malformed_responses(again.params)) return "inputResponses must be an object";
  for (const auto& [key, value] : mcp::responses_of(again.params))
    for (const auto& x : open_)
      if (key == std::to_string(x.number) && !mcp::is_input_response(x.asked.method, value))
        return "inputResponses[" + mcp::quote(key) + "] is no answer to " + x.asked.method;
  return {};
}

void asking_exchange::go_on(parked_calls::retry again) {
  sink_ = std::move(again.sink);
  id_ = std::move(again.id_raw);
  token_ = std::move(again.token_raw);
  retried_ = true;
  if (finished_) {
    const auto [status, json] = *std::exchange(finished_, std::nullopt);
    return end(status, json);
  }
  watch_sink();
  for (const auto& [key, value] : mcp::responses_of(again.params)) {
    const auto& asked = key; // Clang 14 lets no structured binding into a lambda.
    const auto at = std::find_if(open_.begin(), open_.end(), [&](const question& x) {
      return std::to_string(x.number) == asked;
    });
    if (at == open_.end()) continue; // Nobody asked.
    const auto then = std::move(at->then);
    open_.erase(at);
    then({false, value});
  }
  tell(); // What it left out is asked again.
}

void asking_exchange::give_up() {
  for (auto& x : std::exchange(open_, {}))
    x.then(x.asked.method == "elicitation/create"
               ? input_response{false, R"({"action":"cancel"})"}
               : input_response{true, mcp::error_object(-1, "the client did not answer in time")});
  if (hook_) std::exchange(hook_, nullptr)();
}

} // namespace toolscore
