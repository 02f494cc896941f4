#include "node/stdio/session_memory.hpp"

#include "mcp/listening.hpp"

namespace toolscore {
namespace {

std::string uri_in(mcp::scanner& scanner, const client_message& x) {
  const auto spans = scanner.scan(x.body);
  return spans ? mcp::uri_of(spans->params.of(x.body)) : std::string();
}

} // namespace

void session_memory::note(mcp::scanner& scanner, const client_message& x) {
  if (x.speaks == era::modern) return;
  if (x.opens_session()) {
    *this = {};
    hello_ = x;
  } else if (x.method == "notifications/initialized") {
    initialized_ = x;
  } else if (x.method == "logging/setLevel") {
    level_ = x;
  } else if (x.method == "resources/subscribe") {
    if (watched_.size() < watched_max) watched_.insert_or_assign(uri_in(scanner, x), x);
  } else if (x.method == "resources/unsubscribe") {
    watched_.erase(uri_in(scanner, x));
  }
}

std::vector<client_message> session_memory::again() const {
  std::vector<client_message> all;
  for (const auto* one : {&hello_, &initialized_, &level_})
    if (one->has_value()) all.push_back(**one);
  if (!hello_) return {};
  for (const auto& [uri, message] : watched_) all.push_back(message);
  return all;
}

std::vector<std::string> session_memory::watched() const {
  std::vector<std::string> all;
  for (const auto& [uri, message] : watched_) all.push_back(uri);
  return all;
}

} // namespace toolscore
