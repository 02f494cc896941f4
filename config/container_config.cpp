#include "config/container_config.hpp"

#include "config/expand.hpp"
#include "messages/in_container.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t image_bytes_max = 512;
constexpr std::size_t user_bytes_max = 128;
constexpr std::size_t mounts_max = 256;
constexpr std::int64_t port_max = 65'535;

bool is_word(const std::string& text) {
  return !text.empty() && !text.starts_with('-') &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

void read_image(fields& server, container_settings& out, const environment& env) {
  std::string written;
  server.text("image", written);
  const auto expanded = expand(written, env);
  if (!expanded) return server.fail("image", expanded.failure().detail);
  if (!is_word(*expanded) || expanded->size() > image_bytes_max)
    return server.fail("image", shown(json(*expanded)) +
                                    " is no image, write one such as \"example/mcp:1\"");
  out.image = *expanded;
}

/// "./docker/Dockerfile": a file of the project, named by its path in there.
bool is_file_of_project(std::string_view image) {
  if (!image.starts_with(dockerfile_begin)) return false;
  image.remove_prefix(dockerfile_begin.size());
  const auto framed = "/" + std::string(image) + "/";
  return !image.empty() && !image.ends_with('/') && framed.find("//") == framed.npos &&
         framed.find("/./") == framed.npos && framed.find("/../") == framed.npos;
}

/// Whether a definition's source is one of files, of which an image can be built.
bool is_project(const fields& server) {
  return server.find("git") != nullptr || server.find("path") != nullptr ||
         server.find("archive") != nullptr;
}

/// Of a project an image is built, by the Dockerfile that "image" names.
void read_dockerfile(fields& server, container_settings& out, const environment& env) {
  if (server.find("image") == nullptr)
    out.image = std::string(dockerfile_begin) + "Dockerfile";
  else
    read_image(server, out, env);
  if (!is_file_of_project(out.image))
    return server.fail("image", "stands beside another source, remove one of them, or name the "
                                "Dockerfile in it as \"./Dockerfile\"");
  if (server.find("build") != nullptr)
    server.fail("build", "a Dockerfile says how it is built, remove one of them");
  if (out.pull == pull_policy::never)
    server.section("container")
        .fail("pull", "what a build begins from is fetched where it is missing, remove it");
}

/// "/data", or "/srv/data:/data" where it has another place in the container.
void read_mounts(fields& paths, std::string_view key, bool writable, container_settings& out,
                 const environment& env) {
  std::vector<std::string> list;
  paths.texts(key, list, mounts_max);
  for (const auto& written : list) {
    const auto expanded = expand(written, env);
    if (!expanded) return paths.fail(key, expanded.failure().detail);
    const auto colon = expanded->find(':');
    auto source = expand_home(expanded->substr(0, colon), env);
    if (!source) return paths.fail(key, source.failure().detail);
    container_mount mount{*source, colon == expanded->npos ? *source : expanded->substr(colon + 1),
                          writable};
    if (!mount.source.starts_with('/') || !mount.target.starts_with('/') ||
        mount.target.find(':') != mount.target.npos || mount.target == "/")
      return paths.fail(key, shown(json(written)) +
                                 " is no path to mount, write \"/path\" or \"/path:/its/place\"");
    out.mounts.push_back(std::move(mount));
  }
}

/// Where the image listens is the PORT that it is given; the node finds a port of the host for it.
void read_port(fields& section, server_spec& spec) {
  const json* const value = section.find("port");
  if (value == nullptr) return;
  const auto number = value->is_number_integer() ? value->get<std::int64_t>() : 0;
  if (number < 1 || number > port_max)
    return section.fail("port", shown(*value) + " is no port in the container, write 1 to 65535");
  const auto& own = spec.env.emplace("PORT", std::to_string(number)).first->second;
  if (own != std::to_string(number))
    section.fail("port", "\"env\" has another PORT, remove one of them");
}

void read_section(fields section, server_spec& spec, const environment& env) {
  auto& out = spec.container;
  section.only({"user", "writable", "pull", "port"});
  read_port(section, spec);
  section.text("user", out.user);
  const auto expanded = expand(out.user, env);
  if (!expanded) return section.fail("user", expanded.failure().detail);
  out.user = *expanded;
  if (!out.user.empty() && (!is_word(out.user) || out.user.size() > user_bytes_max))
    section.fail("user", shown(json(out.user)) + " is no user, write \"1000:1000\" or a name");
  section.flag("writable", out.writable_root);
  section.word("pull", out.pull, {"missing", "always", "never"});
}

} // namespace

bool runs_in_container(const fields& server) {
  const json* const runner = server.find("runner");
  const bool named = runner != nullptr && *runner == "container" && is_project(server);
  return named || (server.find("image") != nullptr && (runner == nullptr || *runner != "process"));
}

void read_container(fields& server, server_spec& spec, const environment& env) {
  const json* const runner = server.find("runner");
  if (runner != nullptr && *runner == "remote" && server.find("image") != nullptr)
    return server.fail("runner", "an image runs in a container, write \"container\"");
  if (!runs_in_container(server)) {
    if (runner != nullptr && *runner == "container")
      server.fail("runner", "a container needs an image, add \"image\", or a source with a "
                            "Dockerfile (\"git\", \"path\", \"archive\")");
    if (server.find("container") != nullptr && server.find("image") == nullptr)
      server.fail("container", "has a meaning only beside \"image\"");
    return;
  }
  const bool project = spec.source == source_kind::git || spec.source == source_kind::path ||
                       spec.source == source_kind::archive;
  if (spec.source != source_kind::command && !project)
    return server.fail("image", "stands beside another source, remove one of them");
  auto& out = spec.container;
  read_section(server.section("container"), spec, env);
  if (project) {
    read_dockerfile(server, out, env);
  } else {
    spec.source = source_kind::image;
    read_image(server, out, env);
    if (is_built(spec))
      server.fail("image", "is a file of a project, name where that is by \"git\", \"path\" or "
                           "\"archive\"");
  }
  server.word("network", out.network, {"none", "full"});
  fields paths = server.section("paths");
  paths.only({"read", "write"});
  read_mounts(paths, "read", false, out, env);
  read_mounts(paths, "write", true, out, env);
}

void check_container(fields& server, server_spec& spec) {
  if (!in_container(spec)) return;
  auto& policy = spec.policy;
  if (server.section("container").find("port") != nullptr && !policy.port) policy.port = port_auto;
  // Who listens is to be reached; who does not has no network unless it is told one.
  if (policy.port && server.find("network") == nullptr)
    spec.container.network = container_network::full;
  if (policy.ready && policy.ready->kind == ready_kind::notify)
    server.fail("ready", "a container cannot reach NOTIFY_SOCKET, write another way to be ready",
                errc::not_supported);
  if (policy.port && spec.container.network == container_network::none)
    server.fail("network", "a port is reached by a network, write \"full\" or remove it");
  if (const auto own = spec.env.find("PORT"); policy.port && own != spec.env.end())
    if (own->second.find_first_not_of("0123456789") != own->second.npos || own->second.size() > 5)
      server.fail("env", "its PORT is where it listens, write a number or remove it");
  if (!spec.cwd.empty() && !spec.cwd.starts_with('/'))
    server.fail("cwd", "is a directory of the container, write it from /");
}

json container_json(const container_settings& settings) {
  json out = json::object();
  out["runner"] = "container";
  out["image"] = escape_references(settings.image);
  out["container"] = {{"user", escape_references(settings.user)},
                      {"writable", settings.writable_root},
                      {"pull", to_string(settings.pull)}};
  out["network"] = to_string(settings.network);
  out["paths"] = {{"read", json::array()}, {"write", json::array()}};
  for (const auto& mount : settings.mounts)
    out["paths"][mount.writable ? "write" : "read"].push_back(
        escape_references(mount.source + ":" + mount.target));
  return out;
}

} // namespace toolscore
