#include "runners/spawner_plan.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

namespace toolscore {
namespace {

using spawner::step;

std::string_view name_of(step at) {
  switch (at) {
  case step::none:
    return "start";
  case step::receive:
    return "the spawner's receipt of the plan";
  case step::clone:
    return "clone";
  case step::identity:
    return "mapping its user into a user namespace";
  case step::mounts:
    return "making its mounts its own";
  case step::proc:
    return "mounting its /proc";
  case step::plan:
    return "reading the plan";
  case step::watch:
    return "binding it to the node";
  case step::fork:
    return "fork";
  case step::session:
    return "setsid";
  case step::stdio:
    return "setting up its stdin, stdout and stderr";
  case step::limits:
    return "setting its limits";
  case step::privileges:
    return "no_new_privs";
  case step::directory:
    return "chdir";
  case step::exec:
    return "execve";
  case step::interpreter:
    return "execve";
  case step::cgroup:
    return "joining its cgroup";
  case step::keep:
    return "keeping it";
  case step::isolation:
    return "its isolation";
  }
  return "start";
}

/// As strerror has it, but as the end of a sentence.
std::string words(int number) {
  std::string text = std::strerror(number);
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string search_note(const launch_plan& plan) {
  if (plan.argv.empty() || plan.argv[0].find('/') != std::string::npos) return {};
  const auto path = plan.env.find("PATH");
  return path == plan.env.end() ? " (searched the default PATH, its env has none)"
                                : " (searched PATH=" + path->second + ")";
}

bool holds_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

std::string fault_of(const launch_plan& plan) {
  if (plan.argv.empty() || plan.argv[0].empty()) return "its argv is empty";
  if (plan.cwd.empty() || plan.cwd[0] != '/')
    return "its working directory '" + plan.cwd + "' is not absolute";
  if (holds_nul(plan.cwd)) return "its working directory holds a NUL";
  for (const auto& argument : plan.argv)
    if (holds_nul(argument)) return "an argument holds a NUL";
  for (const auto& [name, value] : plan.env) {
    if (name.empty() || name.find('=') != std::string::npos || holds_nul(name))
      return "its environment has a variable with the impossible name '" + name + "'";
    if (holds_nul(value)) return "its variable " + name + " holds a NUL";
  }
  return {};
}

} // namespace

result<std::string> to_wire(const launch_plan& plan) {
  if (const auto fault = fault_of(plan); !fault.empty())
    return error{errc::spawn_failed, "cannot start a server: " + fault};
  spawner::plan_head head;
  head.files_max = plan.limits.files;
  head.own_cwd = plan.own_cwd ? 1 : 0;
  head.may_gain = plan.isolation.asked.no_new_privs ? 0 : 1;
  head.arguments = static_cast<std::uint32_t>(plan.argv.size());
  head.variables = static_cast<std::uint32_t>(plan.env.size());
  std::string wire(sizeof(head), '\0');
  std::memcpy(wire.data(), &head, sizeof(head));
  wire.append(plan.cwd).push_back('\0');
  for (const auto& argument : plan.argv) wire.append(argument).push_back('\0');
  for (const auto& [name, value] : plan.env)
    wire.append(name).append("=").append(value).push_back('\0');
  if (wire.size() > spawner::plan_bytes_max)
    return error{errc::spawn_failed, "cannot run '" + plan.argv[0] +
                                         "': its arguments and environment take " +
                                         std::to_string(wire.size()) + " bytes, at most " +
                                         std::to_string(spawner::plan_bytes_max) + " are allowed"};
  return wire;
}

result<done> add_orders(std::string& wire, const std::vector<std::string>& orders) {
  spawner::plan_head head;
  std::memcpy(&head, wire.data(), sizeof(head));
  head.orders = static_cast<std::uint32_t>(orders.size());
  std::memcpy(wire.data(), &head, sizeof(head));
  for (const auto& order : orders) wire.append(order).push_back('\0');
  if (wire.size() <= spawner::plan_bytes_max) return done{};
  return error{errc::spawn_failed, "cannot start it: its arguments, environment and paths take " +
                                       std::to_string(wire.size()) + " bytes, at most " +
                                       std::to_string(spawner::plan_bytes_max) + " are allowed"};
}

std::string describe_failure(const launch_plan& plan, step at, int number) {
  const auto program = "'" + (plan.argv.empty() ? std::string{} : plan.argv[0]) + "'";
  switch (at) {
  case step::directory:
    return "cannot run " + program + " in '" + plan.cwd + "': " + words(number);
  case step::interpreter:
    return "cannot run " + program + ": it exists, but the interpreter or loader it names does not";
  case step::exec:
    if (number == ENOEXEC)
      return "cannot run " + program +
             ": no program for this machine; a script needs a first line such as #!/bin/sh";
    return "cannot run " + program + ": " + words(number) + search_note(plan);
  case step::keep:
    return "cannot start " + program +
           ": \"on_node_exit\" is \"keep\", which takes a PID namespace to hold its processes once "
           "the node is gone, and this host gives none; write \"stop\"";
  default:
    return "cannot start " + program + ": " + std::string(name_of(at)) +
           " failed: " + words(number);
  }
}

std::string describe_isolation_failure(const launch_plan& plan, const std::string& what,
                                       int number) {
  return "cannot start '" + (plan.argv.empty() ? std::string{} : plan.argv[0]) + "': " + what +
         " failed: " + words(number) + "; see \"isolation\", \"paths\" and \"network\"";
}

std::string describe_weakness(step at, int number) {
  if (at == step::none) return {};
  return std::string(name_of(at)) + " was refused by the host: " + words(number);
}

} // namespace toolscore
