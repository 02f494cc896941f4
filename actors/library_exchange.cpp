#include "actors/library_exchange.hpp"

#include "mcp/envelope.hpp"
#include "mcp/versions.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {

library_exchange::library_exchange(std::function<void(std::string)> then)
    : then_(std::move(then)) {}

library_exchange::~library_exchange() {
  if (then_)
    then_(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the call was lost"}})");
}

const principal& library_exchange::who() const {
  static const principal owner{"library", true};
  return owner;
}

void library_exchange::event(bytes) {}

void library_exchange::end(int, bytes json) {
  if (then_) std::exchange(then_, nullptr)(*json);
}

void library_exchange::on_abandoned(std::function<void()>) {}

result<call_request> library_request(const std::string& tool, const std::string& arguments_json) {
  const auto name =
      nlohmann::json(tool).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  call_request request;
  request.body = std::make_shared<const std::string>(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":)" + name +
      R"(,"arguments":)" + (arguments_json.empty() ? "{}" : arguments_json) + "}}");
  mcp::scanner scanner;
  auto spans = scanner.scan(*request.body);
  if (!spans)
    return error{errc::bad_request, "the arguments are no JSON object: " + spans.failure().detail};
  request.spans = *spans;
  request.method = "tools/call";
  request.tool = tool;
  request.client = era::legacy;
  request.version = std::string(mcp::legacy_versions.front());
  return request;
}

} // namespace toolscore
