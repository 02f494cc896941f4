#pragma once
#include "config/environment.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// Puts the values of references into a text:
///   ${VAR} ${env:VAR}       the environment variable
///   ${VAR:-default}         the default where it is unset or empty; also ${env:VAR:-default}
///   ${input:id}             the variable TOOLSCORE_INPUT_ID, for hosts that would ask a person;
///   else
///                           the input's default
///   ${userHome} ${workspaceFolder} ${pathSeparator} ${/}
///   $${                     "${" itself
/// What was put in is not expanded again. What holds a secret is refused: it would be seen.
/// @error bad_config something is unset, unknown, secret or not closed; the detail does not hold
///                   the place
result<std::string> expand(std::string_view text, const environment& env);

/// The same for a variable or a header, which may hold secrets:
///   ${file:/path}           the file's text without its last newline
///   ${cmd:PROGRAM WORD...}  the first line that a command prints; also ${cmd:["PROGRAM", "WORD"]}
///   ${input:id}             of an input that is a "password"
/// These are read when a process starts: with one of them the answer is a late_value.
result<std::string> expand_late(std::string_view text, const environment& env);

/// The same where the value is needed at once: files and inputs are read here, and commands
/// refused.
result<std::string> expand_now(std::string_view text, const environment& env);

/// "~" and "~/x" with HOME from `env`; every other text as it is. @error bad_config HOME is unset
result<std::string> expand_home(std::string_view path, const environment& env);

/// A text that expand() turns back into `text`.
std::string escape_references(std::string_view text);

} // namespace toolscore
