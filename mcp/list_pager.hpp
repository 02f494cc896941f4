#pragma once
#include "messages/envelope.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace toolscore::mcp {

/// Fetches all pages of one of a server's lists. Pure: the owner sends and hands in the results.
class list_pager {
public:
  static constexpr std::size_t pages_max = 100;
  static constexpr std::size_t bytes_max = std::size_t{64} << 20;
  static constexpr std::int64_t ttl_ms_max = std::int64_t{365} * 24 * 3'600'000;
  struct next_page {
    std::string params; ///< The params object of the next request, without `_meta`.
  };
  struct finished {
    std::string array; ///< All items as one JSON array, each byte for byte as it came.
    std::size_t count = 0;
    bool truncated = false; ///< A cursor repeated, so the server's list has no end that we can see.
    std::int64_t ttl_ms = 0; ///< The least of all pages; 0 where one tells none.
    bool is_public = false;  ///< All pages may be shared.
  };
  struct failed {
    std::string reason; ///< One line.
  };
  using step = std::variant<next_page, finished, failed>;

  /// `member` is "tools", "prompts", "resources" or "resourceTemplates".
  explicit list_pager(std::string member) : member_(std::move(member)) {}
  /// The params of the first request.
  std::string start();
  /// `result_object` is valid JSON: envelope::result of a scanned response.
  step on_result(std::string_view result_object);

private:
  finished finish(bool truncated);
  void take_lifetime(std::string_view ttl, std::string_view scope);

  std::string member_;
  std::string items_;
  std::size_t count_ = 0;
  std::size_t pages_ = 0;
  std::int64_t ttl_ms_ = 0;
  bool is_public_ = false;
  std::vector<std::string> cursors_; ///< Decoded, all so far.
};

/// The request line for one page of a list: `method` with `params` as the pager gave them, and for
/// a modern server the `_meta` it demands.
std::string list_request_line(std::int64_t id, std::string_view method, std::string_view params,
                              era server, std::string_view protocol_version);

} // namespace toolscore::mcp
