#include "mcp/listening.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace toolscore::mcp {
namespace {

using nlohmann::json;

struct kind_row {
  bool listen_filter::*flag;
  const char* wanted;     ///< Its name in a listen's filter.
  const char* capability; ///< Under which a server announces it.
  std::string_view method;
};
constexpr std::array<kind_row, list_kind_count> kinds{
    kind_row{&listen_filter::tools, "toolsListChanged", "tools",
             "notifications/tools/list_changed"},
    kind_row{&listen_filter::prompts, "promptsListChanged", "prompts",
             "notifications/prompts/list_changed"},
    kind_row{&listen_filter::resources, "resourcesListChanged", "resources",
             "notifications/resources/list_changed"}};

constexpr std::string_view subscription_key = "io.modelcontextprotocol/subscriptionId";

error wrong(std::string detail) {
  return {errc::bad_request, std::move(detail)};
}

bool says_true(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string filter_json(const listen_filter& filter) {
  std::string text = "{";
  const auto comma = [&] {
    if (text.size() > 1) text += ',';
  };
  for (const auto& row : kinds) {
    if (!(filter.*row.flag)) continue;
    comma();
    text.append("\"").append(row.wanted).append("\":true");
  }
  if (!filter.uris.empty()) {
    comma();
    text += R"("resourceSubscriptions":[)";
    for (const auto& uri : filter.uris) {
      if (&uri != &filter.uris.front()) text += ',';
      text += quote(uri);
    }
    text += ']';
  }
  return text += '}';
}

std::string tag(std::string_view listen_id) {
  return R"("_meta":{")" + std::string(subscription_key) + "\":" + std::string(listen_id) + "}";
}

std::string notification(std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","method":")";
  line += method;
  line += '"';
  if (!params.empty()) line.append(",\"params\":{").append(params).append("}");
  return line += '}';
}

} // namespace

bool listen_filter::wants(list_kind kind) const noexcept {
  return this->*kinds[static_cast<std::size_t>(kind)].flag;
}

bool listen_filter::wants(const std::string& uri) const {
  return std::binary_search(uris.begin(), uris.end(), uri);
}

bool listen_filter::add(const std::string& uri) {
  const auto at = std::lower_bound(uris.begin(), uris.end(), uri);
  if (at != uris.end() && *at == uri) return false;
  uris.insert(at, uri);
  return true;
}

bool listen_filter::remove(const std::string& uri) {
  const auto at = std::lower_bound(uris.begin(), uris.end(), uri);
  if (at == uris.end() || *at != uri) return false;
  uris.erase(at);
  return true;
}

result<listen_filter> read_listen(std::string_view params) {
  const auto read = json::parse(params, nullptr, false);
  const auto found = read.is_object() ? read.find("notifications") : read.end();
  if (found == read.end() || !found->is_object())
    return wrong("\"notifications\" must be an object that says what to hear of");
  listen_filter filter;
  for (const auto& row : kinds) {
    const auto value = found->find(row.wanted);
    if (value == found->end()) continue;
    if (!value->is_boolean())
      return wrong("\"notifications." + std::string(row.wanted) + "\" must be true or false");
    filter.*row.flag = value->get<bool>();
  }
  const auto uris = found->find("resourceSubscriptions");
  if (uris == found->end()) return filter;
  if (!uris->is_array())
    return wrong("\"notifications.resourceSubscriptions\" must be a list of URIs");
  if (uris->size() > listen_uris_max)
    return wrong("\"notifications.resourceSubscriptions\" has more than " +
                 std::to_string(listen_uris_max) + " URIs; read what changes often instead");
  for (const auto& uri : *uris) {
    if (!uri.is_string())
      return wrong("\"notifications.resourceSubscriptions\" must be a list of URIs");
    filter.add(uri.get<std::string>());
  }
  return filter;
}

listenable listenable_of(std::string_view capabilities_json) {
  const auto told = json::parse(capabilities_json, nullptr, false);
  listenable offered;
  if (!told.is_object()) return offered;
  for (const auto& row : kinds) {
    const auto found = told.find(row.capability);
    if (found == told.end() || !found->is_object()) continue;
    offered.lists.*row.flag = says_true(*found, "listChanged");
    if (std::string_view(row.capability) == "resources")
      offered.subscribe = says_true(*found, "subscribe");
  }
  return offered;
}

listen_filter honoured(listen_filter wanted, const listenable& offered) {
  for (const auto& row : kinds) wanted.*row.flag = wanted.*row.flag && offered.lists.*row.flag;
  if (!offered.subscribe) wanted.uris.clear();
  return wanted;
}

std::string acknowledged_line(std::string_view listen_id, const listen_filter& filter) {
  return notification("notifications/subscriptions/acknowledged",
                      tag(listen_id) + ",\"notifications\":" + filter_json(filter));
}

std::string list_changed_line(list_kind kind, std::string_view listen_id) {
  return notification(kinds[static_cast<std::size_t>(kind)].method,
                      listen_id.empty() ? std::string{} : tag(listen_id));
}

std::string resource_updated_line(std::string_view uri, std::string_view listen_id) {
  auto params = "\"uri\":" + quote(uri);
  if (!listen_id.empty()) params += "," + tag(listen_id);
  return notification("notifications/resources/updated", params);
}

std::string listen_ended_response(std::string_view listen_id) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.append(listen_id).append(R"(,"result":{"resultType":"complete",)");
  return line.append(tag(listen_id)).append("}}");
}

std::string listen_request_line(std::int64_t id, const listen_filter& filter,
                                std::string_view protocol_version) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"subscriptions/listen","params":{"_meta":)" +
         request_meta_json(protocol_version) + ",\"notifications\":" + filter_json(filter) + "}}";
}

std::string subscribe_request_line(std::int64_t id, bool subscribe, std::string_view uri) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"resources/)" +
         (subscribe ? "subscribe" : "unsubscribe") + R"(","params":{"uri":)" + quote(uri) + "}}";
}

std::optional<list_kind> list_kind_of(std::string_view method) noexcept {
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& x) { return x.method == method; });
  if (found == kinds.end()) return std::nullopt;
  return static_cast<list_kind>(found - kinds.begin());
}

std::optional<std::int64_t> subscription_of(std::string_view params) {
  const auto meta = member_of(params, "_meta");
  if (!is_object(meta)) return std::nullopt;
  const auto raw = member_of(meta, subscription_key);
  std::int64_t id = 0;
  const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), id);
  if (raw.empty() || read.ec != std::errc{} || read.ptr != raw.data() + raw.size())
    return std::nullopt;
  return id;
}

std::string uri_of(std::string_view params) {
  return params.empty() ? std::string{} : decode(member_of(params, "uri"));
}

} // namespace toolscore::mcp
