#pragma once
#include "messages/known_secrets.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// Puts "[redacted]" in the place of the values of keys that name secrets (token, password, secret,
/// authorization, api_key and their like, in any spelling), at any depth of a JSON text, also in
/// JSON that is quoted inside a string. One pass, no tree; the text may be cut off anywhere.
/// What looks like a credential is hidden wherever it stands, too (store/mask_tokens.hpp).
/// Keys written with \u escapes are not recognised: no serializer escapes ASCII letters.
/// @returns nothing where nothing had to be hidden, so that the common path copies nothing
std::optional<std::string> redact(std::string_view json);

} // namespace toolscore
