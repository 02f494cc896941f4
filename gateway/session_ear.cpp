#include "gateway/session_ear.hpp"

#include "mcp/client_questions.hpp"
#include "mcp/splice.hpp"

#include <utility>

namespace toolscore {

session_ear::session_ear(std::shared_ptr<mcp_session> session,
                         std::function<void(mcp_session&)> lost,
                         std::function<bytes(const bytes&)> exposed)
    : session_(session), lost_(std::move(lost)), exposed_(std::move(exposed)) {}

session_ear::~session_ear() {
  const auto session = session_.lock();
  if (session && !session->over) lost_(*session);
}

void session_ear::event(bytes json) {
  if (const auto session = session_.lock())
    session->tell(exposed_ ? exposed_(json) : std::move(json));
}

std::uint64_t session_ear::ask(input_request question, std::function<void(input_response)> then) {
  const auto session = session_.lock();
  if (!session) return 0;
  const auto number = session->ask(nullptr, std::move(then));
  if (number == 0) return 0;
  const auto line = std::make_shared<const std::string>(
      mcp::input_request_line(number, question.method, question.params));
  if (session->tell_now(line)) return number;
  static_cast<void>(session->take_question(number)); // The server is refused at once instead.
  return 0;
}

void session_ear::withdraw(std::uint64_t question) {
  const auto session = session_.lock();
  if (!session || !session->take_question(question)) return;
  session->tell_now(std::make_shared<const std::string>(
      mcp::cancelled_line(static_cast<std::int64_t>(question), "the server needs no answer")));
}

} // namespace toolscore
