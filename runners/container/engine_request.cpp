#include "runners/container/engine_request.hpp"

#include "runners/container/container_plan.hpp"

#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

/// Both engines have understood it since 2020.
constexpr std::string_view version = "/v1.41";
constexpr std::uint64_t billion = 1'000'000'000;

std::string at(std::string_view path) {
  return std::string(version) + std::string(path);
}

std::string of(const std::string& id, std::string_view verb) {
  return at("/containers/") + id + std::string(verb);
}

/// As a value in a query.
std::string escaped(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

json ulimit(const char* name, std::uint64_t value) {
  return {{"Name", name}, {"Soft", value}, {"Hard", value}};
}

std::string port_key(const launch_plan& plan) {
  return std::to_string(inner_port(plan)) + "/tcp";
}

json host_config(const launch_plan& plan, std::uint64_t processes_max) {
  const auto& settings = plan.container->settings;
  const auto& limits = plan.limits;
  json out = json::object();
  out["NetworkMode"] = settings.network == container_network::none ? "none" : "default";
  out["RestartPolicy"] = {{"Name", "no"}};
  out["AutoRemove"] = false;
  out["Init"] = true;
  out["Privileged"] = false;
  out["CapDrop"] = {"ALL"};
  out["SecurityOpt"] = {"no-new-privileges"};
  out["ReadonlyRootfs"] = !settings.writable_root;
  out["Tmpfs"] = {{"/tmp", "rw,exec,nosuid,nodev,size=64m,mode=1777"}};
  out["LogConfig"] = {{"Type", "none"}, {"Config", json::object()}};
  // An engine that is told one of these two sets the other one to what it may not give everywhere.
  out["Ulimits"] = {ulimit("nofile", limits.files), ulimit("nproc", processes_max)};
  if (limits.memory_bytes != 0) out["Memory"] = limits.memory_bytes;
  if (limits.pids != 0) out["PidsLimit"] = limits.pids;
  if (limits.cpu > 0)
    out["NanoCpus"] = static_cast<std::uint64_t>(limits.cpu * static_cast<double>(billion));
  if (plan.container->port != 0)
    out["PortBindings"][port_key(plan)] = json::array(
        {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(plan.container->port)}}});
  out["Mounts"] = json::array();
  for (const auto& mount : settings.mounts)
    out["Mounts"].push_back({{"Type", "bind"},
                             {"Source", mount.source},
                             {"Target", mount.target},
                             {"ReadOnly", !mount.writable}});
  return out;
}

} // namespace

std::string container_name(const container_identity& who) {
  return "toolscore-" + who.server + "-" + std::to_string(who.serial) + "-" + who.node;
}

engine_request create_request(const launch_plan& plan, const container_identity& who,
                              container_streams streams, std::uint64_t processes_max) {
  const auto& launch = *plan.container;
  json body = json::object();
  body["Image"] = launch.image_id.empty() ? launch.settings.image : launch.image_id;
  auto words = plan.argv;
  if (launch.own_command && !words.empty()) {
    body["Entrypoint"] = json::array({words.front()});
    words.erase(words.begin());
    body["Cmd"] = words; // The image's own arguments are another program's.
  } else if (!words.empty()) {
    body["Cmd"] = words;
  }
  if (!plan.cwd.empty()) body["WorkingDir"] = plan.cwd;
  if (!launch.settings.user.empty()) body["User"] = launch.settings.user;
  body["Env"] = json::array();
  for (const auto& [name, value] : plan.env) body["Env"].push_back(name + "=" + value);
  body["Labels"] = json::object();
  body["Labels"][std::string(container_label::server)] = who.server;
  body["Labels"][std::string(container_label::node)] = who.node;
  body["Labels"][std::string(container_label::instance)] = std::to_string(who.instance);
  if (!who.kept.empty()) body["Labels"][std::string(container_label::kept)] = who.kept;
  body["Tty"] = false;
  body["OpenStdin"] = body["StdinOnce"] = body["AttachStdin"] = streams.input;
  body["AttachStdout"] = body["AttachStderr"] = true;
  if (launch.port != 0) body["ExposedPorts"][port_key(plan)] = json::object();
  body["Healthcheck"] = {{"Test", {"NONE"}}}; // Whether it lives is ours to ask.
  body["HostConfig"] = host_config(plan, processes_max);
  return {"POST", at("/containers/create?name=") + escaped(container_name(who)),
          body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

engine_request attach_request(const std::string& id, container_streams streams) {
  return {
      "POST", of(id, "/attach?stream=1&stdout=1&stderr=1") + (streams.input ? "&stdin=1" : ""), {}};
}
engine_request begin_request(const std::string& id) {
  return {"POST", of(id, "/start"), {}};
}
engine_request inspect_request(const std::string& id) {
  return {"GET", of(id, "/json"), {}};
}
engine_request kill_request(const std::string& id, int signal) {
  return {"POST", of(id, "/kill?signal=") + signal_name(signal), {}};
}
engine_request wait_request(const std::string& id) {
  return {"POST", of(id, "/wait"), {}};
}
engine_request remove_request(const std::string& id) {
  return {"DELETE", of(id, "?force=1&v=1"), {}};
}
engine_request list_request(const std::string& node) {
  const json filters = {{"label", json::array({std::string(container_label::node) + "=" + node})}};
  return {"GET", at("/containers/json?all=1&filters=") + escaped(filters.dump()), {}};
}

std::string full_name(const image_name& image) {
  return image.digest.empty() ? image.name + ":" + image.tag : image.name + "@" + image.digest;
}
engine_request image_request(const image_name& image) {
  return {"GET", at("/images/") + full_name(image) + "/json", {}};
}
engine_request pull_request(const image_name& image) {
  return {"POST",
          at("/images/create?fromImage=") + escaped(image.name) +
              "&tag=" + escaped(image.digest.empty() ? image.tag : image.digest),
          {}};
}
engine_request version_request() {
  return {"GET", at("/version"), {}};
}

} // namespace toolscore
