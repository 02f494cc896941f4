#pragma once
#include "messages/error.hpp"
#include "runners/install_cache.hpp"

#include <vector>

namespace toolscore {

/// The images that were built for this state directory. An engine is asked only if there may be
/// any.
result<std::vector<cached_install>> find_built_images(const host_facts& host);

/// Takes one away.
/// @returns false: it is gone already, or has no name and another image is made of it
/// @error io_failed  a container of somebody uses it, or the engine refuses
result<bool> remove_built_image(const host_facts& host, const std::string& name_or_id);

/// No image of ours is left: no engine need be asked any more.
void forget_built_images(const host_facts& host);

} // namespace toolscore
