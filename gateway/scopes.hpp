#pragma once
#include "gateway/router.hpp"
#include "messages/access.hpp"

#include <optional>
#include <string_view>

namespace toolscore {

/// What a request needs by its method and path; nothing where everybody may ask. Of /mcp it is the
/// least: what is asked there stands in the body.
std::optional<scope> needed_scope(http_method method, route_scope where) noexcept;

/// What a message at /mcp needs by its JSON-RPC method; empty = an answer of the client. A method
/// that is not known needs as much as a call.
scope scope_of_method(std::string_view method) noexcept;

} // namespace toolscore
