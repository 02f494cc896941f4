#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// Puts "[redacted]" in the place of what looks like a credential wherever it stands in a text: the
/// tokens of well-known issuers by their prefixes (ghp_, github_pat_, glpat-, sk-, xoxb-, AKIA
/// ...), JSON Web Tokens, what follows "Bearer", and the password of user:password@ in a URL. The
/// text may be JSON, whose strings stay valid, a log, or cut off anywhere. One pass, linear in the
/// text.
/// @returns nothing where nothing had to be hidden
std::optional<std::string> mask_tokens(std::string_view text);

} // namespace toolscore
