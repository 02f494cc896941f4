#pragma once
#include "runners/project_steps.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// Images that are built of a server's project; see is_built. Pure.

/// The label of such an image; its value says of which state directory.
inline constexpr std::string_view built_image_label = "toolscore.image";

/// "./docker//Dockerfile" as "docker/Dockerfile", relative to the source's subdir; empty where it
/// leaves that.
std::string dockerfile_of(const server_spec& spec);

/// What all images of a state directory are called before ':'.
std::string built_image_name(const std::string& owner);

/// "localhost/toolscore-OWNER:i-HASH": by content, so that what is the same has one name.
/// @param version  of the install: the commit, or the files' digest
std::string built_image(const server_spec& spec, const std::string& version,
                        const std::string& owner);

inline constexpr const char* image_step_name = "image";

/// The build, unless it is done.
/// @error not_supported  there is no engine to build it
result<maybe_step> image_step(const server_spec& spec, const host_facts& host,
                              const install_plan& plan, const install_facts& facts);

/// A file of the state directory that is there once an image was built for it.
std::string built_images_note(const std::string& state_dir);

inline constexpr milliseconds image_timeout{1'800'000};

} // namespace toolscore
