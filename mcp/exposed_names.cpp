#include "mcp/exposed_names.hpp"

#include "mcp/names.hpp"
#include "mcp/tool_filter.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace toolscore::mcp {
namespace {

/// An entry on its way to its name. Who yields gets another name where two would share one.
struct candidate {
  list_entry entry;
  bool yields = true;
};

/// What tells an item from every other one; no server id holds a space.
std::string identity_of(const list_entry& x) {
  return x.server.value + " " + x.original;
}
/// `own` is the server's own name, or what its policy says instead.
std::string prefixed(const list_entry& x, const std::string& own) {
  return x.server.value + "__" + own;
}

const std::vector<list_entry>& entries_of(const server_offer& offer, served_list kind) {
  return offer.read[static_cast<std::size_t>(kind)]->entries;
}

/// All that would share a name and yield get another one: none of them may pass for the other.
std::vector<list_entry> settled(std::vector<candidate> all) {
  std::unordered_map<std::string_view, std::size_t> owners;
  for (const auto& x : all) ++owners[x.entry.exposed];
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].yields && owners[all[i].entry.exposed] > 1) shared.push_back(i);
  for (const auto i : shared) {
    auto& x = all[i].entry;
    x.exposed = hashed_name(prefixed(x, x.original), identity_of(x));
  }
  std::vector<list_entry> out;
  out.reserve(all.size());
  for (auto& x : all) out.push_back(std::move(x.entry));
  return out;
}

} // namespace

std::vector<list_entry> expose_named(served_list kind, const std::vector<offer_ptr>& offers,
                                     std::optional<prefix_mode> prefix) {
  std::unordered_map<std::string_view, std::size_t> owners;
  for (const auto& offer : offers)
    for (const auto& x : entries_of(*offer, kind)) ++owners[x.exposed];
  std::vector<candidate> all;
  for (const auto& offer : offers) {
    const auto policy = prefix.value_or(offer->policy.prefix);
    for (const auto& x : entries_of(*offer, kind)) {
      const bool own_name = policy == prefix_mode::never ||
                            (policy == prefix_mode::on_collision && owners[x.exposed] == 1);
      candidate one{x, policy != prefix_mode::never};
      std::string wanted = own_name ? x.exposed : prefixed(x, x.exposed);
      // Prompts may be called anything; models' APIs take few characters in the name of a tool.
      one.entry.exposed =
          kind == served_list::tools ? legal_name(wanted, identity_of(x)) : std::move(wanted);
      all.push_back(std::move(one));
    }
  }
  return settled(std::move(all));
}

void apply_choice(std::vector<list_entry>& entries, const tool_choice& tools) {
  tool_filter filter(tools.allow, tools.deny);
  std::vector<candidate> renamed;
  std::vector<candidate> others;
  std::unordered_set<std::string_view> taken;
  for (const auto& [before, after] : tools.rename) taken.insert(after);
  for (auto& x : entries) {
    if (!filter.allows(x.exposed)) continue;
    if (const auto at = tools.describe.find(x.exposed); at != tools.describe.end())
      x.describe = at->second;
    const auto at = tools.rename.find(x.exposed);
    const bool named_anew = at != tools.rename.end();
    if (named_anew) x.exposed = at->second;
    const bool yields = !named_anew && taken.contains(x.exposed);
    (named_anew ? renamed : others).push_back({std::move(x), yields});
  }
  std::move(others.begin(), others.end(), std::back_inserter(renamed));
  entries = settled(std::move(renamed));
}

std::string prefixed_uri(const std::string& server, std::string_view uri) {
  return server + "+" + std::string(uri);
}

std::vector<list_entry> expose_uris(served_list kind, const std::vector<offer_ptr>& offers,
                                    std::set<std::string>& rewritten) {
  std::vector<list_entry> all;
  std::unordered_set<std::string_view> taken;
  for (const auto& offer : offers)
    for (const auto& x : entries_of(*offer, kind)) {
      all.push_back(x);
      if (taken.insert(x.original).second) continue;
      all.back().exposed = prefixed_uri(x.server.value, x.original);
      rewritten.insert(x.server.value);
    }
  return all;
}

} // namespace toolscore::mcp
