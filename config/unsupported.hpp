#pragma once
#include "config/fields.hpp"

namespace toolscore {

/// Documented policy keys that this build does not act on pass only with the value that is in force
/// anyway: whoever asks for more gets not_supported, so that nobody believes it is in force. Values
/// that no build will ever know are bad_config.
void refuse_unsupported(fields& object);

/// The same for the keys of one server that choose a runner: runner, type.
void refuse_sources(fields& server);

} // namespace toolscore
