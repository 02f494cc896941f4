#pragma once
#include "mcp/served_list.hpp"
#include "mcp/siphash.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// What a cursor is sealed with: the node's secret, and the endpoint that it is good at.
struct cursor_key {
  mac_key secret;
  std::string_view endpoint = {};
};

/// Where the next page of a list begins.
struct page_place {
  std::uint64_t generation = 0; ///< Of the list.
  std::uint64_t offset = 0;
};

/// 48 hexadecimal digits, opaque to a client.
std::string write_cursor(const page_place& at, served_list kind, const cursor_key& key);
/// @returns nothing where it was not written with the same key for the same list
std::optional<page_place> read_cursor(std::string_view cursor, served_list kind,
                                      const cursor_key& key);

} // namespace toolscore::mcp
