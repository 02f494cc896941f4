#pragma once
#include "mcp/era.hpp"
#include "mcp/list_index.hpp"
#include "mcp/server_offer.hpp"
#include "mcp/uri_template.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore::mcp {

/// Whose resource a URI is, and the server's own name of it.
struct resource_place {
  server_id server;
  std::string uri;
};

/// What one joint endpoint shows and where it routes to, immutable: `/mcp` is the view of all
/// servers, each group has one of its members.
class joint_view {
public:
  static constexpr std::size_t instructions_bytes_max = 32 << 10; ///< Of all servers together.
  static constexpr std::size_t server_instructions_bytes_max = 8 << 10;

  joint_view() : joint_view({}, {}) {}
  /// `offers` in the order of the configuration: of two with one name or URI the first keeps it.
  joint_view(std::vector<offer_ptr> offers, group_view how);
  joint_view(const joint_view&) = delete; // It has pointers into itself.
  joint_view& operator=(const joint_view&) = delete;

  const list_index& list(served_list kind) const noexcept {
    return lists_[static_cast<std::size_t>(kind)];
  }
  const server_offer* server(std::string_view id) const noexcept;
  /// Of a tool that is held back: whose it is and its own name. `exposed` as it was shown before,
  /// if that was the server's prefix and its name, or by `prefix: never` the name alone.
  std::optional<std::pair<server_id, std::string>> held_tool(std::string_view exposed) const;
  std::size_t servers() const noexcept { return offers_.size(); }
  /// Two tools stand for all.
  bool search() const noexcept { return search_; }
  /// The families that some server has, or may have once it was ready.
  const served_methods& served() const noexcept { return served_; }
  bool logs() const noexcept { return logging_; }
  /// `changes` = those who listen are told of changed lists and of resources that they watch.
  std::string capabilities_json(bool changes = false) const;
  /// `own` first, then what each server says under a heading of its own; plain text.
  std::string instructions(std::string_view own,
                           const std::function<bool(const std::string&)>& shown = {}) const;
  /// How long a client may keep a list, and whether it may share it.
  std::pair<std::int64_t, bool> lifetime_of(served_list kind,
                                            std::chrono::steady_clock::time_point now) const;

  /// The modern servers whose part of a list was good for a while that is over.
  std::vector<server_id> outdated(served_list kind,
                                  std::chrono::steady_clock::time_point now) const;
  /// When that begins to be so of the next part of any list, of those that are good for a while at
  /// all; nothing where none is.
  std::optional<std::chrono::steady_clock::time_point> next_outdated() const;

  /// Listed, or of a template that matches; with the most literal characters of those that do.
  std::optional<resource_place> find_resource(std::string_view uri) const;
  /// `<server>+<uri>` of a server whose URIs collide with another's.
  std::optional<resource_place> find_prefixed(std::string_view uri) const;
  /// The one server that has resources, if there is no other.
  std::optional<server_id> sole_resource_server() const;
  /// Whether URIs in this server's answers have to be looked at: some lead to another server, or
  /// it is not told by its lists whose an unlisted one is.
  bool looks_at_uris(const server_id& server) const;
  bool rewrites(const server_id& server) const { return rewritten_.contains(server.value); }
  /// What a client is told instead of a URI of this server; nothing where it stays.
  std::optional<std::string> exposed_uri(const server_id& server, std::string_view uri) const;

private:
  void find_families();

  std::vector<offer_ptr> offers_;
  std::vector<const server_offer*> by_name_;
  std::array<list_index, list_count> lists_;
  std::vector<std::pair<uri_template, const list_entry*>> templates_;
  std::set<std::string> rewritten_;
  std::vector<server_id> resource_servers_; ///< By name.
  served_methods served_;
  bool logging_ = false;
  bool subscribes_ = false;
  bool search_ = false;
};
using view_ptr = std::shared_ptr<const joint_view>;

/// Of a server: whether it declares a capability.
bool declares(const server_offer& offer, std::string_view family);

} // namespace toolscore::mcp
