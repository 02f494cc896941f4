#include "node/call_command.hpp"

#include "config/json_text.hpp"
#include "node/call_session.hpp"
#include "node/call_text.hpp"

namespace toolscore {

command_output call_command(const cli_request& request, const command_context& context) {
  const auto arguments = parse_json_text(request.arguments, "arguments");
  if (!arguments || !arguments->is_object())
    return {{},
            "error: " +
                (arguments ? std::string("the arguments are no JSON object, write '{\"key\": 1}'")
                           : arguments.failure().detail) +
                "\n",
            exit_code::usage};
  call_session session(request.server, request.timeout);
  if (auto failed = open_session(session, context, request.json)) return *failed;
  auto answer = call_in_session(session, context, request.tool, *arguments, nullptr);
  close_session(session, context);
  return answer.text.empty() ? std::move(answer.failed) : call_text(answer.text, request.json);
}

} // namespace toolscore
