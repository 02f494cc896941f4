#include "gateway/joint_exchange.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/rounds.hpp"

namespace toolscore {

std::string named_question(const std::string& method, std::string params, std::string_view server) {
  const auto message = mcp::member_of(params, "message");
  if (method != "elicitation/create" || !mcp::is_string(message)) return params;
  const auto at = static_cast<std::size_t>(message.data() - params.data()) + 1;
  return params.insert(at, mcp::asked_by(server));
}

std::uint64_t joint_exchange::ask(input_request question,
                                  std::function<void(input_response)> then) {
  if (!what_.asks_as.empty())
    question.params = named_question(question.method, std::move(question.params), what_.asks_as);
  return sink_->ask(std::move(question), std::move(then));
}

} // namespace toolscore
