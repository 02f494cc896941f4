#include "gateway/audit.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t text_max = 128;

/// Text from outside as it may stand in a log.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, text_max)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

const char* name(http_method x) {
  switch (x) {
  case http_method::get:
    return "GET";
  case http_method::post:
    return "POST";
  case http_method::del:
    return "DELETE";
  case http_method::other:
    break;
  }
  return "OTHER";
}

} // namespace

const char* to_string(denial_reason x) noexcept {
  constexpr std::array names{"origin", "no_token", "token", "scope", "policy"};
  static_assert(names.size() == denial_reason_count);
  const auto at = static_cast<std::size_t>(x);
  return at < names.size() ? names[at] : "unknown";
}

bool audit::may_tell(account& x, time_point now) const {
  const auto passed = (now - x.filled) / interval;
  if (passed > 0) {
    x.left = static_cast<std::uint32_t>(
        std::min<std::int64_t>(burst, static_cast<std::int64_t>(x.left) + passed));
    x.filled += passed * interval;
    if (x.left == burst) x.filled = now;
  }
  if (x.left == 0) return false;
  if (x.left-- == burst) x.filled = now;
  return true;
}

void audit::note(const denial& x, time_point now, std::chrono::system_clock::time_point at) {
  auto& mine = accounts_[static_cast<std::size_t>(x.reason)];
  ++mine.count;
  if (!may_tell(mine, now)) {
    ++mine.untold;
    return;
  }
  event told;
  told.at = at;
  told.kind = "access.denied";
  told.server = server_id{std::string(x.server)};
  told.fields = {
      {"reason", to_string(x.reason)}, {"method", name(x.method)}, {"path", shown(x.path)}};
  const auto add = [&](const char* key, std::string_view text) {
    if (!text.empty()) told.fields.emplace(key, shown(text));
  };
  add("principal", x.principal);
  add("tool", x.tool);
  add("detail", x.detail);
  if (mine.untold != 0) told.fields.emplace("untold", std::to_string(mine.untold));
  mine.untold = 0;
  publish_(std::move(told));
}

std::vector<std::pair<std::string, double>> audit::counters() const {
  std::vector<std::pair<std::string, double>> out;
  for (std::size_t i = 0; i < accounts_.size(); ++i)
    out.emplace_back("toolscore_denied_total{reason=\"" +
                         std::string(to_string(static_cast<denial_reason>(i))) + "\"}",
                     static_cast<double>(accounts_[i].count));
  return out;
}

} // namespace toolscore
