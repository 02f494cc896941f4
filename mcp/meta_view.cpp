#include "mcp/meta_view.hpp"

#include "mcp/json_text.hpp"
#include "mcp/json_walk.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace toolscore::mcp {

namespace {

using member = std::string_view meta_view::*;
struct row {
  std::string_view key;
  member what;
};
constexpr row rows[]{
    {"io.modelcontextprotocol/protocolVersion", &meta_view::protocol_version},
    {"io.modelcontextprotocol/clientCapabilities", &meta_view::client_capabilities},
    {"io.modelcontextprotocol/clientInfo", &meta_view::client_info},
    {"io.modelcontextprotocol/logLevel", &meta_view::log_level},
    {"io.modelcontextprotocol/subscriptionId", &meta_view::subscription_id},
    {"toolscore.dev/task", &meta_view::task},
    {"toolscore.dev/trajectory", &meta_view::trajectory},
    {"traceparent", &meta_view::traceparent}};

constexpr std::size_t length_max = 64;

/// No two of them are of one length, so the length says which row to look at.
constexpr auto row_of_length = [] {
  std::array<const row*, length_max> out{};
  for (const auto& x : rows) out.at(x.key.size()) = &x;
  return out;
}();
static_assert(std::count(row_of_length.begin(), row_of_length.end(), nullptr) ==
              length_max - std::size(rows));

/// Null where it is none of them.
const row* named(std::string_view name) noexcept {
  const auto* const found = name.size() < length_max ? row_of_length[name.size()] : nullptr;
  return found != nullptr && name == found->key ? found : nullptr;
}

} // namespace

void meta_view::take(std::string_view raw_key, std::string_view raw_value) {
  const auto* found = named(raw_key.substr(1, raw_key.size() - 2));
  if (found == nullptr && has_escape(raw_key)) found = named(decode(raw_key));
  if (found == nullptr) return;
  auto& value = this->*found->what;
  if (!value.empty()) repeated = true;
  value = raw_value;
}

meta_view view_meta(std::string_view meta_object) {
  meta_view view;
  if (meta_object.empty()) return view;
  for_members(meta_object, [&](std::string_view key, std::string_view value) {
    view.take(key, value);
    return true;
  });
  return view;
}

} // namespace toolscore::mcp
