#pragma once
#include "mcp/server_offer.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace toolscore::mcp {

/// The tools or the prompts of `offers`, sorted by server, under the names that they have together:
/// by each server's prefix policy, or by `prefix` where it is given. Two never share a name unless
/// both are to have no prefix; then the first server's is meant.
std::vector<list_entry> expose_named(served_list kind, const std::vector<offer_ptr>& offers,
                                     std::optional<prefix_mode> prefix);

/// Drops, renames and describes by the names that they have together. Whoever is renamed has its
/// name for itself.
void apply_choice(std::vector<list_entry>& entries, const tool_choice& tools);

/// The resources or the templates: each under its own URI, and where another server before has that
/// one as `<server>+<uri>`. Who is concerned joins `rewritten`.
std::vector<list_entry> expose_uris(served_list kind, const std::vector<offer_ptr>& offers,
                                    std::set<std::string>& rewritten);
/// `<server>+<uri>`
std::string prefixed_uri(const std::string& server, std::string_view uri);

} // namespace toolscore::mcp
