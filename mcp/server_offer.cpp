#include "mcp/server_offer.hpp"

#include "mcp/tool_filter.hpp"

#include <algorithm>
#include <utility>

namespace toolscore::mcp {
namespace {

void apply_policy(read_list& list, const tool_choice& tools, const std::vector<std::string>& held) {
  auto deny = tools.deny;
  deny.insert(deny.end(), held.begin(), held.end());
  tool_filter filter(tools.allow, std::move(deny));
  std::erase_if(list.entries, [&](const list_entry& x) { return !filter.allows(x.original); });
  for (auto& x : list.entries) {
    if (const auto at = tools.describe.find(x.original); at != tools.describe.end())
      x.describe = at->second;
    if (const auto at = tools.rename.find(x.original); at != tools.rename.end())
      x.exposed = at->second;
  }
}

} // namespace

server_offer::server_offer(server_id id, offer_policy how,
                           std::shared_ptr<const handshake_result> told, kept_lists lists)
    : server(std::move(id)), policy(std::move(how)), handshake(std::move(told)),
      kept(std::move(lists)) {
  for (const auto kind : all_lists) read_again(kind);
}

server_offer::server_offer(const server_offer& before, std::shared_ptr<const handshake_result> told,
                           kept_lists lists)
    : server(before.server), place(before.place), policy(before.policy), handshake(std::move(told)),
      kept(std::move(lists)), read(before.read) {
  for (const auto kind : all_lists) {
    const auto at = static_cast<std::size_t>(kind);
    if (kept[at].array != before.kept[at].array) read_again(kind);
  }
}

void server_offer::read_again(served_list kind) {
  const auto at = static_cast<std::size_t>(kind);
  auto list = read_entries(kind, server, kept[at].array);
  for (auto& x : list.entries) x.exposed = x.original;
  if (kind == served_list::tools) apply_policy(list, policy.tools, policy.held);
  read[at] = std::make_shared<const read_list>(std::move(list));
}

} // namespace toolscore::mcp
