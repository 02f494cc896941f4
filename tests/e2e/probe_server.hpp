#pragma once
#include "node_fixture.hpp"

#include <string>

namespace toolscore::test {

/// A Python server that tries what it is told, as any server might.
/// @param more  further keys of its definition
reply_json probe_server(const reply_json& more = reply_json::object());

/// What came of an expression there, such as "read('/etc/hosts')": "ok" and more, or the name of an
/// errno ("EACCES").
std::string tried(node_fixture& node, const std::string& server, const std::string& expression);

/// Python's own writing of a text.
std::string python(const std::string& text);

} // namespace toolscore::test
