#pragma once
#include "config/environment.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// Puts the values of references into a text:
///   ${VAR} ${env:VAR}       the environment variable
///   ${VAR:-default}         the default where it is unset or empty; also ${env:VAR:-default}
///   ${file:/path}           the file's text without its last newline
///   ${input:id}             the variable INPUT_ID, for hosts that would ask a person
///   ${userHome} ${workspaceFolder} ${pathSeparator} ${/}
///   $${                     "${" itself
/// What was put in is not expanded again.
/// @error bad_config something is unset, unknown or not closed; the detail does not hold the place
result<std::string> expand(std::string_view text, const environment& env);

/// "~" and "~/x" with HOME from `env`; every other text as it is. @error bad_config HOME is unset
result<std::string> expand_home(std::string_view path, const environment& env);

/// A text that expand() turns back into `text`.
std::string escape_references(std::string_view text);

} // namespace toolscore
