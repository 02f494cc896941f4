#pragma once
#include "messages/launch_plan.hpp"
#include "runners/container/image_name.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// One request to an engine, in the words of Docker's API 1.41. Pure.
struct engine_request {
  std::string method = "GET";
  std::string target;
  std::string body; ///< JSON, or empty.
};

/// Whose a container is. It stands in the container's labels, by which it is found again.
struct container_identity {
  std::string node; ///< Of its state directory; see cgroup_id_of.
  std::string server;
  std::uint64_t instance = 0;
  std::uint64_t serial = 0; ///< Counts the containers of one node's life: no two have one name.
  std::string kept{}; ///< It outlives its node, under this digest of its definition; empty = not.
};

namespace container_label {
inline constexpr std::string_view node = "toolscore.node";
inline constexpr std::string_view server = "toolscore.server";
inline constexpr std::string_view instance = "toolscore.instance";
inline constexpr std::string_view kept = "toolscore.kept";
} // namespace container_label

/// How its streams are used.
struct container_streams {
  bool input = true; ///< It has a stdin, which ends when ours does.
};

/// The container of a plan: nothing of the host but what the plan names, no privilege, no restart
/// by the engine, no log on the engine's disk.
/// @param plan           with `container`
/// @param processes_max  RLIMIT_NPROC: more than there can be, and what the engine may give; it
///                       is not the plan's `pids`
engine_request create_request(const launch_plan& plan, const container_identity& who,
                              container_streams streams, std::uint64_t processes_max);
std::string container_name(const container_identity& who);

engine_request attach_request(const std::string& id, container_streams streams);
engine_request begin_request(const std::string& id);
engine_request inspect_request(const std::string& id);
engine_request kill_request(const std::string& id, int signal);
/// Answered when it has ended.
engine_request wait_request(const std::string& id);
/// Ends it first, if it runs; what it alone has goes with it.
engine_request remove_request(const std::string& id);
/// All containers of that node, running or not.
engine_request list_request(const std::string& node);

engine_request image_request(const image_name& image);
engine_request pull_request(const image_name& image);
engine_request version_request();

/// "name:tag" or "name@digest": what an engine finds the image by.
std::string full_name(const image_name& image);

} // namespace toolscore
