#include "mcp/joint_view.hpp"

#include "mcp/exposed_names.hpp"
#include "mcp/json_text.hpp"
#include "mcp/members.hpp"

#include <algorithm>

namespace toolscore::mcp {
namespace {

using std::chrono::milliseconds;

/// Its server says for how long its lists are good; a legacy one tells of changes, or does not.
bool tells_lifetimes(const server_offer& offer) {
  return offer.handshake && offer.handshake->server == era::modern;
}

/// At most `bytes_max` bytes, ended between two characters.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

} // namespace

bool declares(const server_offer& offer, std::string_view family) {
  return offer.handshake && is_object(member_of(offer.handshake->capabilities_json, family));
}

joint_view::joint_view(std::vector<offer_ptr> offers, group_view how)
    : offers_(std::move(offers)), search_(how.search) {
  for (const auto& x : offers_) by_name_.push_back(x.get());
  std::sort(by_name_.begin(), by_name_.end(),
            [](const auto* a, const auto* b) { return a->server < b->server; });
  const auto set = [this](served_list kind, std::vector<list_entry> entries) {
    lists_[static_cast<std::size_t>(kind)] = list_index(kind, std::move(entries));
  };
  auto tools = expose_named(served_list::tools, offers_, how.prefix);
  apply_choice(tools, how.tools);
  set(served_list::tools, std::move(tools));
  set(served_list::prompts, expose_named(served_list::prompts, offers_, how.prefix));
  for (const auto kind : {served_list::resources, served_list::templates})
    set(kind, expose_uris(kind, offers_, rewritten_));
  for (const auto& x : list(served_list::templates).entries())
    templates_.emplace_back(uri_template(x.exposed), &x);
  std::stable_sort(templates_.begin(), templates_.end(), [](const auto& a, const auto& b) {
    return a.first.literal_size() > b.first.literal_size();
  });
  find_families();
}

void joint_view::find_families() {
  bool unknown = false; // One that has not been ready yet may have anything.
  served_ = {true, false, false, false, true};
  for (const auto& offer : offers_) {
    unknown = unknown || !offer->handshake;
    const bool resources = declares(*offer, "resources");
    if (resources) resource_servers_.push_back(offer->server);
    served_.resources = served_.resources || resources;
    served_.prompts = served_.prompts || declares(*offer, "prompts");
    served_.completions = served_.completions || declares(*offer, "completions");
    logging_ = logging_ || declares(*offer, "logging");
    if (resources)
      subscribes_ =
          subscribes_ || member_of(member_of(offer->handshake->capabilities_json, "resources"),
                                   "subscribe") == "true";
  }
  std::sort(resource_servers_.begin(), resource_servers_.end());
  if (unknown) served_.prompts = served_.resources = served_.completions = true;
}

const server_offer* joint_view::server(std::string_view id) const noexcept {
  const auto at = std::lower_bound(
      by_name_.begin(), by_name_.end(), id,
      [](const server_offer* x, std::string_view name) { return x->server.value < name; });
  return at != by_name_.end() && (*at)->server.value == id ? *at : nullptr;
}

std::string joint_view::capabilities_json(bool changes) const {
  const std::string lists = changes ? R"("listChanged":true)" : "";
  std::string text = R"({"tools":{)" + lists + "}";
  if (served_.prompts) text += R"(,"prompts":{)" + lists + "}";
  if (served_.resources) {
    text += R"(,"resources":{)" + lists;
    text += changes && subscribes_ ? R"(,"subscribe":true})" : "}";
  }
  if (served_.completions) text += R"(,"completions":{})";
  if (logging_) text += R"(,"logging":{})";
  return text += '}';
}

std::string joint_view::instructions(std::string_view own,
                                     const std::function<bool(const std::string&)>& shown) const {
  std::string text(own);
  for (const auto& offer : offers_) {
    if (!offer->policy.instructions || !offer->handshake) continue;
    if (shown && !shown(offer->server.value)) continue;
    const auto told = decode(offer->handshake->instructions_json);
    if (told.empty()) continue;
    std::string part = "# " + offer->server.value + "\n\n";
    part += cut(told, server_instructions_bytes_max);
    if (text.size() + part.size() + 2 > instructions_bytes_max) break;
    if (!text.empty()) text += "\n\n";
    text += part;
  }
  return text;
}

std::pair<std::int64_t, bool>
joint_view::lifetime_of(served_list kind, std::chrono::steady_clock::time_point now) const {
  std::optional<std::int64_t> ttl;
  bool is_public = true;
  for (const auto& offer : offers_) {
    if (offer->handshake && kind != served_list::tools && !declares(*offer, words_of(kind).family))
      continue;
    const auto& life = offer->kept[static_cast<std::size_t>(kind)].life;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - life.fetched);
    const auto left = std::max<std::int64_t>(0, life.ttl_ms - age.count());
    ttl = ttl ? std::min(*ttl, left) : left;
    is_public = is_public && life.is_public;
  }
  return {ttl.value_or(0), ttl && is_public};
}

std::vector<server_id> joint_view::outdated(served_list kind,
                                            std::chrono::steady_clock::time_point now) const {
  std::vector<server_id> servers;
  for (const auto& offer : offers_) {
    const auto& kept = offer->kept[static_cast<std::size_t>(kind)];
    if (kept.array && tells_lifetimes(*offer) &&
        now - kept.life.fetched >= milliseconds(kept.life.ttl_ms))
      servers.push_back(offer->server);
  }
  return servers;
}

std::optional<std::chrono::steady_clock::time_point> joint_view::next_outdated() const {
  std::optional<std::chrono::steady_clock::time_point> next;
  for (const auto& offer : offers_) {
    if (!tells_lifetimes(*offer)) continue;
    for (const auto& kept : offer->kept) {
      if (!kept.array || kept.life.ttl_ms <= 0) continue;
      const auto end = kept.life.fetched + milliseconds(kept.life.ttl_ms);
      next = std::min(next.value_or(end), end);
    }
  }
  return next;
}

std::optional<std::pair<server_id, std::string>>
joint_view::held_tool(std::string_view exposed) const {
  for (const auto& offer : offers_)
    for (const auto& tool : offer->policy.held) {
      const auto& rename = offer->policy.tools.rename;
      const auto at = rename.find(tool);
      const auto& own = at == rename.end() ? tool : at->second;
      const auto prefix = offer->server.value + "__";
      if (exposed == own || exposed == prefix + own) return std::pair{offer->server, tool};
      // All of them are held, whatever their names.
      if (tool == "*" && exposed.starts_with(prefix))
        return std::pair{offer->server, std::string(exposed.substr(prefix.size()))};
    }
  return std::nullopt;
}

std::optional<resource_place> joint_view::find_resource(std::string_view uri) const {
  if (const auto* listed = list(served_list::resources).find(uri))
    return resource_place{listed->server, listed->original};
  for (const auto& [pattern, entry] : templates_) {
    if (!pattern.matches(uri)) continue;
    const auto prefix = entry->exposed.size() - entry->original.size(); // 0, or "<server>+".
    return resource_place{entry->server, std::string(uri.substr(prefix))};
  }
  return std::nullopt;
}

std::optional<resource_place> joint_view::find_prefixed(std::string_view uri) const {
  const auto plus = uri.find('+');
  if (plus == std::string_view::npos) return std::nullopt;
  std::string server(uri.substr(0, plus));
  if (!rewritten_.contains(server)) return std::nullopt;
  return resource_place{{std::move(server)}, std::string(uri.substr(plus + 1))};
}

std::optional<server_id> joint_view::sole_resource_server() const {
  if (resource_servers_.size() != 1) return std::nullopt;
  return resource_servers_.front();
}

bool joint_view::looks_at_uris(const server_id& server) const {
  return resource_servers_.size() > 1 &&
         std::binary_search(resource_servers_.begin(), resource_servers_.end(), server);
}

std::optional<std::string> joint_view::exposed_uri(const server_id& server,
                                                   std::string_view uri) const {
  if (!rewrites(server)) return std::nullopt;
  const auto place = find_resource(uri);
  if (!place || place->server == server) return std::nullopt;
  return prefixed_uri(server.value, uri);
}

} // namespace toolscore::mcp
