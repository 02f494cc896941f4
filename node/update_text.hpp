#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What an update came to, for people, one line. Nothing where `body` is no answer to one.
std::optional<std::string> update_text(std::string_view server, bool rollback,
                                       std::string_view body);

} // namespace toolscore
