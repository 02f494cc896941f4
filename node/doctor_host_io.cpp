#include "node/doctor_host_io.hpp"

#include "loop/asio.hpp"
#include "messages/in_container.hpp"
#include "node/doctor_engine_io.hpp"
#include "runners/cgroup_places.hpp"
#include "runners/install_io.hpp"
#include "runners/isolation_plan.hpp"
#include "runners/spawner_client_io.hpp"
#include "runners/spawner_plan.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace toolscore {
namespace {

constexpr std::chrono::seconds patience{10};

using fact = doctor_report::fact;

/// What a spawner's first word says of the host.
result<spawner::spawn_reply> ask_spawner(const std::string& libexec_dir) {
  boost::asio::io_context io;
  auto answer = result<spawner::spawn_reply>(
      error{errc::spawn_failed, "the spawner in " + libexec_dir + " says nothing"});
  spawner_client::events hooks;
  hooks.on_strength = [&] { io.stop(); };
  hooks.on_lost = [&] { io.stop(); };
  const auto client = std::make_shared<spawner_client>(io, std::move(hooks));
  if (const auto started = client->start(libexec_dir + "/toolscore-spawner"); !started)
    return started.failure();
  io.run_for(patience);
  if (client->strength()) answer = client->first_word();
  client->close();
  io.restart();
  io.run_for(patience); // Until it is reaped.
  return answer;
}

fact namespaces_in(const spawner::spawn_reply& word) {
  const auto why = describe_weakness(word.weakened, word.weakened_error);
  switch (word.held) {
  case spawner::hold::pid_namespace:
    return {"namespaces", "pid+mount", ""};
  case spawner::hold::user_namespace:
    return {"namespaces", "user+pid+mount", ""};
  case spawner::hold::strongest:
  case spawner::hold::sweep:
    break;
  }
  return {"namespaces", "none: " + why, "keepers hold trees; no hidden state, no \"keep\""};
}

std::string text_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

fact cgroups_here() {
  std::vector<std::string> v1;
  bool v2 = false;
  const auto places =
      find_cgroup_places(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"));
  for (const auto& place : places) {
    v2 = v2 || place.v2;
    v1.insert(v1.end(), place.controllers.begin(), place.controllers.end());
  }
  std::string controllers;
  for (const auto& one : v1) controllers += (controllers.empty() ? "" : ", ") + one;
  if (v2 && controllers.empty()) return {"cgroups", "v2", ""};
  if (v2) return {"cgroups", "v2, and v1 of " + controllers, ""};
  if (!controllers.empty()) return {"cgroups", "v1 of " + controllers, ""};
  return {"cgroups", "none", "limits of memory, cpu and pids cannot be had"};
}

std::vector<fact> host_facts_in(const spawner::spawn_reply& word) {
  const auto& able = word.able;
  return {namespaces_in(word),
          {"network", able.networks != 0 ? "network namespaces" : "none of its own",
           able.networks != 0 ? "" : "\"network\" can only be \"full\""},
          {"landlock", able.landlock != 0 ? "version " + std::to_string(able.landlock) : "none",
           able.landlock != 0 ? "" : "\"paths\" cannot be limited"},
          {"seccomp", able.filters != 0 ? "filters" : "none", ""},
          cgroups_here()};
}

/// Of a server that asks for all of it and whose places are of no matter.
std::string strict_fault(const spawner::spawn_reply& word) {
  launch_plan plan;
  plan.argv = {"server"};
  plan.cwd = "/";
  plan.isolation.asked.level = isolation_level::strict;
  const auto planned = plan_isolation(plan, {word.held, word.able});
  if (planned) return {};
  const auto& detail = planned.failure().detail;
  return "cannot be had: " + detail.substr(std::min(detail.find(": ") + 2, detail.size()));
}

doctor_report::server report_of(const server_spec& spec, const host_facts& host) {
  doctor_report::server out;
  out.name = spec.id.value;
  out.isolation = to_string(level_of(spec.policy.isolation));
  out.here = !in_container(spec) && spec.source != source_kind::remote;
  if (!out.here) {
    out.isolation = in_container(spec) ? "container" : "remote";
    return out;
  }
  const bool has_port = spec.policy.port.has_value() || is_dialed(spec.policy.link);
  const auto install = plan_install(spec, host);
  const auto facts = install ? find_install(spec, *install) : std::nullopt;
  out.known = install && (install->kind == install_kind::none || facts);
  launch_plan launch;
  launch.argv = {spec.command};
  launch.isolation.asked = spec.policy.isolation;
  if (out.known)
    if (auto planned = plan_launch(spec, host, *install, facts.value_or(install_facts())))
      launch = std::move(*planned);
  const bool downloads =
      install && install->kind == install_kind::none && is_launcher(spec.command);
  out.gaps = strict_gaps(launch, has_port, downloads);
  return out;
}

} // namespace

result<doctor_report> examine_host(const std::vector<server_spec>& servers,
                                   const std::string& state_dir, const std::string& libexec_dir,
                                   const std::string& engine) {
  const auto word = ask_spawner(libexec_dir);
  if (!word) return word.failure();
  doctor_report report;
  report.host = host_facts_in(*word);
  report.host.push_back(engine_here(engine));
  report.strict_fault = strict_fault(*word);
  const auto host = find_host_facts(state_dir, libexec_dir, own_environment());
  for (const auto& spec : servers) report.servers.push_back(report_of(spec, host));
  return report;
}

} // namespace toolscore
