#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::mcp {

// What is told outside of calls: changed lists and updated resources. A modern client opens a
// stream for it by `subscriptions/listen` (2026-07-28), a legacy one subscribes to each resource
// and hears of lists unasked.

enum class list_kind : std::uint8_t { tools, prompts, resources };
inline constexpr std::size_t list_kind_count = 3;

/// What somebody wants to hear of.
struct listen_filter {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  std::vector<std::string> uris; ///< Decoded, sorted, each once.

  bool wants(list_kind kind) const noexcept;
  bool wants(const std::string& uri) const;
  bool empty() const noexcept { return !tools && !prompts && !resources && uris.empty(); }
  /// @returns false if it was there already
  bool add(const std::string& uri);
  bool remove(const std::string& uri);
  bool operator==(const listen_filter&) const = default;
};

inline constexpr std::size_t listen_uris_max = 256; ///< Of one client.

/// From the params of `subscriptions/listen`; unknown kinds are not honoured, wrong types refused.
result<listen_filter> read_listen(std::string_view params);
/// All that a server with these capabilities can tell: which lists it announces, and in `subscribe`
/// whether its resources can be watched.
struct listenable {
  listen_filter lists;
  bool subscribe = false;
};
listenable listenable_of(std::string_view capabilities_json);
/// Of what is wanted that which can be.
listen_filter honoured(listen_filter wanted, const listenable& offered);

/// `notifications/subscriptions/acknowledged`. `listen_id` is the raw id of the listen request.
std::string acknowledged_line(std::string_view listen_id, const listen_filter& filter);
/// Without an id: as a legacy client is told.
std::string list_changed_line(list_kind kind, std::string_view listen_id = {});
std::string resource_updated_line(std::string_view uri, std::string_view listen_id = {});
/// The result by which a server ends such a stream.
std::string listen_ended_response(std::string_view listen_id);

/// Our own request to a modern server.
std::string listen_request_line(std::int64_t id, const listen_filter& filter,
                                std::string_view protocol_version);
/// `resources/subscribe` or `resources/unsubscribe` to a legacy one.
std::string subscribe_request_line(std::int64_t id, bool subscribe, std::string_view uri);

/// Of which list a notification's method tells that it has changed.
std::optional<list_kind> list_kind_of(std::string_view method) noexcept;
/// The integer `_meta["io.modelcontextprotocol/subscriptionId"]` of a notification's params.
std::optional<std::int64_t> subscription_of(std::string_view params);
/// Decoded `uri` of params; empty where there is none.
std::string uri_of(std::string_view params);

} // namespace toolscore::mcp
