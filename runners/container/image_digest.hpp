#pragma once
#include "runners/container/engine_answer.hpp"
#include "runners/container/engine_request.hpp"
#include "runners/container/image_name.hpp"

#include <string>

namespace toolscore {

/// By which digest an image is known at its registry. Pure.

/// Asks the registry by the engine, which Docker does and Podman does not; nothing is pulled.
engine_request distribution_request(const image_name& image);

/// "name@sha256:..." of the answer to an `image_request`. Of several names the one that was asked
/// for, else the first: they are the same image.
/// @error not_supported  it has none: it was made at this engine and never pushed or pulled
/// @error io_failed      it is no such answer
result<std::string> pinned_by_engine(const image_name& asked, const engine_answer& answer);

/// The same of the answer to a `distribution_request`.
/// @error io_failed  it is no such answer
result<std::string> pinned_by_registry(const image_name& asked, const engine_answer& answer);

} // namespace toolscore
