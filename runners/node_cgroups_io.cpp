#include "runners/node_cgroups_io.hpp"

#include "runners/cgroup_files_io.hpp"
#include "runners/proc_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>

namespace toolscore {
namespace {

constexpr std::chrono::milliseconds own_end_limit{2'000}; // Who is dying holds it, on a busy host.
constexpr int vacate_rounds_max = 100;
constexpr int ancestors_max = 64;
constexpr std::size_t lines_max = 1'000;
constexpr int names_max = 1'000;
constexpr const char* kept_suffix = "-kept";
constexpr const char* what_to_do =
    "; start the node in a cgroup of its own that it may write to (systemd-run --user --scope -p "
    "Delegate=yes toolscore up), or remove the limit";

error failed(const std::string& what, int number) {
  return {errc::spawn_failed, what + ": " + std::strerror(number)};
}

bool descends_from_us(long pid) {
  const auto us = static_cast<std::int64_t>(::getpid());
  std::int64_t at = pid;
  for (int steps = 0; steps < ancestors_max && at > 1; ++steps) {
    if (at == us) return true;
    const auto facts = facts_of(at);
    if (!facts) return true; // It has ended meanwhile.
    at = facts->parent;
  }
  return false;
}

bool holds(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// v1 moves a lone thread without the lock that every fork and exit of the host would wait for; by
/// cgroup.procs the move takes some 13 ms. v2 has no such way, but one can be born in it.
descriptor open_door(const std::string& directory, bool v2) {
  return descriptor(v2 ? ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                       : ::open((directory + "/tasks").c_str(), O_WRONLY | O_CLOEXEC));
}

} // namespace

bool open_doors(tree_cgroup& cgroup) {
  for (const auto& directory : cgroup.directories) {
    const bool v2 = directory == cgroup.home_directory;
    auto door = open_door(directory, v2);
    if (!door) return false;
    if (v2)
      cgroup.home = std::move(door);
    else
      cgroup.joins.push_back(std::move(door));
  }
  return true;
}

std::string cgroup_id_of(const std::string& state_dir) {
  struct stat facts {};
  if (::stat(state_dir.c_str(), &facts) != 0) return {};
  char text[64];
  std::snprintf(text, sizeof(text), "%llx-%llx", static_cast<unsigned long long>(facts.st_dev),
                static_cast<unsigned long long>(facts.st_ino));
  return text;
}

node_cgroups::node_cgroups(std::string id, std::string record_file, cgroup_sources from)
    : id_(std::move(id)), record_file_(std::move(record_file)), from_(std::move(from)) {}

void node_cgroups::look_around() {
  if (std::exchange(looked_, true)) return;
  const auto mounts = read_cgroup_file(from_.mounts);
  for (auto& where : find_cgroup_places(read_cgroup_file(from_.own), mounts)) {
    if (where.v2)
      where.controllers = words_of(read_cgroup_file(where.directory + "/cgroup.controllers"));
    const auto directory = (where.directory == "/" ? "" : where.directory) + "/toolscore-" + id_;
    kept_places_.push_back(
        {where, directory + kept_suffix, directory + "/node", {}, false, false, false});
    places_.push_back({std::move(where), directory, directory + "/node", {}, false, false, false});
  }
}

/// Before the directory is made: one that no file tells of would never be looked at again.
result<done> node_cgroups::note(place& at) {
  if (std::exchange(at.noted, true)) return done{};
  std::ofstream file(record_file_, std::ios::app);
  file << at.directory << "\n" << std::flush;
  at.noted = static_cast<bool>(file);
  if (!file) return failed("cannot write " + record_file_, errno);
  return done{};
}

/// A cgroup that has processes may not give controllers to those below it. So the node moves to a
/// leaf of its own, with all that it has started.
result<done> node_cgroups::step_down(place& at) {
  const auto& leaf = at.leaf;
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST)
    return failed("cannot make " + leaf, errno);
  at.moved = true;
  for (int round = 0; round < vacate_rounds_max; ++round) {
    const auto text = read_cgroup_file(at.where.directory + "/cgroup.procs");
    const auto pids = words_of(text);
    if (pids.empty()) return done{};
    for (const auto& pid : pids) {
      if (!descends_from_us(std::strtol(pid.c_str(), nullptr, 10)))
        return error{errc::spawn_failed, "the node shares its cgroup " + at.where.directory +
                                             " with process " + pid + ", which it did not start"};
      const int number = write_cgroup_file(leaf + "/cgroup.procs", pid);
      if (number != 0 && number != ESRCH) return failed("cannot move to " + leaf, number);
    }
  }
  return error{errc::spawn_failed, at.where.directory + " does not get empty"};
}

result<done> node_cgroups::switch_on(place& at, const std::string& controller) {
  const auto above = at.where.directory + "/cgroup.subtree_control";
  if (!holds(words_of(read_cgroup_file(above)), controller)) {
    int number = write_cgroup_file(above, "+" + controller);
    if (number == EBUSY) {
      if (auto moved = step_down(at); !moved) return moved;
      number = write_cgroup_file(above, "+" + controller);
    }
    if (number != 0) return failed("cannot write +" + controller + " to " + above, number);
    at.switched.push_back(controller);
  }
  const auto own = at.directory + "/cgroup.subtree_control";
  if (const int number = write_cgroup_file(own, "+" + controller))
    return failed("cannot write +" + controller + " to " + own, number);
  return done{};
}

result<done> node_cgroups::prepare(place& at) {
  if (at.made) return done{};
  if (auto noted = note(at); !noted) return noted;
  if (::mkdir(at.directory.c_str(), 0755) != 0 && errno != EEXIST)
    return failed("cannot make " + at.directory, errno);
  at.made = true;
  return done{};
}

/// Switches the limits on that can be had, and leaves those in `part`.
/// @error spawn_failed  one cannot be had that more than a default asks for
result<done> node_cgroups::hold_limits(place& at, cgroup_part& part, const std::string& directory,
                                       tree_cgroup& into) {
  std::vector<cgroup_limit> held;
  for (auto& limit : part.limits) {
    result<done> outcome = part.v2 ? switch_on(at, limit.controller) : done{};
    for (const auto& setting : limit.settings) {
      if (!outcome) break;
      const auto file = directory + "/" + setting.file;
      const int number = write_cgroup_file(file, setting.value);
      if (number != 0 && setting.required)
        outcome = failed("cannot write " + setting.value + " to " + file, number);
    }
    if (outcome)
      held.push_back(std::move(limit));
    else if (limit.required)
      return error{errc::spawn_failed,
                   limit_words(limit) + " cannot be had: " + outcome.failure().detail};
    else
      into.not_given = limit_words(limit) + ": " + outcome.failure().detail;
  }
  part.limits = std::move(held);
  return done{};
}

/// A part that cannot be had: an error where more than a default asks for something of it.
result<done> node_cgroups::do_without(cgroup_part& part, const error& why, tree_cgroup& into) {
  for (const auto& limit : part.limits) {
    if (limit.required)
      return error{errc::spawn_failed, limit_words(limit) + " cannot be had: " + why.detail};
    into.not_given = limit_words(limit) + ": " + why.detail;
  }
  part.limits.clear();
  part.tracks = false;
  return done{};
}

/// @error spawn_failed  nothing of it is left behind
result<done> node_cgroups::make_part(place& at, cgroup_part& part, const made_directory& made,
                                     tree_cgroup& into) {
  if (!made.outcome) return do_without(part, made.outcome.failure(), into);
  const auto& directory = made.path;
  auto outcome = hold_limits(at, part, directory, into);
  if (outcome && (part.tracks || !part.limits.empty())) {
    descriptor door = open_door(directory, part.v2);
    if (door) {
      into.directories.push_back(directory);
      if (part.v2) into.home_directory = directory;
      if (part.v2)
        into.home = std::move(door);
      else
        into.joins.push_back(std::move(door));
      return done{};
    }
    outcome = do_without(part, failed("cannot open a way into " + directory, errno), into);
  }
  ::rmdir(directory.c_str());
  return outcome;
}

/// A directory for each part that can have one. mkdir itself tells who has the name, and what is
/// there is let be, if it is empty, too: its end may be under way and would kill whoever lives in
/// it.
/// @returns nothing where one of them is there already
std::vector<node_cgroups::made_directory>
node_cgroups::make_directories(const std::vector<cgroup_part>& parts, const std::string& name,
                               bool kept) {
  std::vector<made_directory> made;
  for (const auto& part : parts) {
    if (kept) static_cast<void>(prepare(places_[part.place])); // The leaf is below it.
    auto& at = (kept ? kept_places_ : places_)[part.place];
    made.push_back({at.directory + "/" + name, prepare(at)});
    auto& [path, outcome] = made.back();
    if (!outcome || ::mkdir(path.c_str(), 0755) == 0) continue;
    const int number = errno;
    outcome = failed("cannot make " + path, number);
    if (number != EEXIST) continue;
    made.pop_back();
    for (const auto& one : made)
      if (one.outcome) ::rmdir(one.path.c_str());
    return {};
  }
  return made;
}

result<tree_cgroup> node_cgroups::make(const limits_policy& limits, bool tracked,
                                       const std::string& name, bool kept) {
  const std::lock_guard alone(guard_);
  look_around();
  std::vector<cgroup_place> where;
  for (const auto& at : places_) where.push_back(at.where);
  auto plan = plan_cgroup(where, limits, tracked);
  if (!plan) return error{plan.failure().code, plan.failure().detail + what_to_do};
  std::vector<made_directory> directories;
  for (int tries = 0; tries < names_max && directories.size() < plan->parts.size(); ++tries)
    directories = make_directories(plan->parts, cgroup_name(name, ++last_number_), kept);
  if (directories.size() < plan->parts.size())
    return error{errc::spawn_failed, "all names for the cgroup of '" + name + "' are taken"};
  tree_cgroup made;
  made.not_given = std::move(plan->not_given);
  for (std::size_t which = 0; which < plan->parts.size(); ++which) {
    auto& part = plan->parts[which];
    const auto outcome =
        make_part((kept ? kept_places_ : places_)[part.place], part, directories[which], made);
    if (outcome) continue;
    for (const auto& one : directories)
      if (one.outcome) ::rmdir(one.path.c_str());
    return error{outcome.failure().code, outcome.failure().detail + what_to_do};
  }
  made.words = cgroup_words(plan->parts);
  for (const auto& part : plan->parts)
    if (part.v2 && part.tracks && !kept)
      made.kill_all.reset(
          ::open((places_[part.place].directory + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
  return made;
}

node_cgroups::farewell node_cgroups::end(const std::vector<std::string>& directories,
                                         std::chrono::milliseconds limit) {
  farewell told;
  for (const auto& directory : directories)
    told.out_of_memory = told.out_of_memory || ran_out_of_memory(directory);
  for (const auto& directory : directories)
    told.removed = clear_cgroup(directory, limit) && told.removed;
  return told;
}

namespace {

/// The directories that a node with this id has noted, and that are still there.
std::vector<std::string> noted_cgroups(const std::string& id, const std::string& record_file) {
  std::vector<std::string> lines;
  const auto own = "/toolscore-" + id;
  std::ifstream file(record_file);
  for (std::string line; std::getline(file, line) && lines.size() < lines_max;)
    if (!id.empty() && line.starts_with('/') &&
        (line.ends_with(own) || line.ends_with(own + kept_suffix)) && !holds(lines, line) &&
        is_cgroup(line))
      lines.push_back(line);
  return lines;
}

bool is_spared(const std::string& directory, const spared_cgroups& spared) {
  if (holds(spared.directories, directory)) return true;
  const auto inside = processes_in(directory);
  return std::any_of(spared.pids.begin(), spared.pids.end(), [&](long pid) {
    return std::find(inside.begin(), inside.end(), pid) != inside.end();
  });
}

/// The directory, or where something in it is to live on, those below it of which nothing is.
std::vector<std::string> parts_to_end(const std::string& directory, const spared_cgroups& spared) {
  const auto below = cgroups_below(directory);
  const auto lives_on = [&](const auto& x) { return is_spared(x, spared); };
  if (!lives_on(directory) && std::none_of(below.begin(), below.end(), lives_on))
    return {directory};
  std::vector<std::string> parts;
  for (const auto& one : below)
    if (!lives_on(one)) parts.push_back(one);
  return parts;
}

} // namespace

/// What this node or a former one has made and in which nobody lives any more. What is kept goes
/// on, with its limits. @returns whether all is gone
bool node_cgroups::remove_empty() {
  bool all = true;
  for (const auto& directory : noted_cgroups(id_, record_file_))
    all = is_empty_cgroup(directory) && clear_cgroup(directory, own_end_limit) && all;
  return all;
}

void node_cgroups::close() {
  const std::lock_guard alone(guard_);
  for (std::size_t which = 0; which < places_.size(); ++which) {
    auto& at = places_[which];
    const auto& kept = kept_places_[which];
    // The limits of what is kept hang on what is switched on, and its init is in the leaf.
    const bool shared = at.where.v2 && kept.made && !is_empty_cgroup(kept.directory);
    if (!at.made || shared) continue;
    for (const auto& controller : at.switched) {
      write_cgroup_file(at.directory + "/cgroup.subtree_control", "-" + controller);
      write_cgroup_file(at.where.directory + "/cgroup.subtree_control", "-" + controller);
    }
    for (const auto& controller : kept.switched)
      write_cgroup_file(at.where.directory + "/cgroup.subtree_control", "-" + controller);
    if (at.moved || kept.moved) write_cgroup_file(at.where.directory + "/cgroup.procs", "0");
    at.made = !clear_cgroup(at.directory, own_end_limit);
  }
  if (remove_empty()) std::remove(record_file_.c_str());
}

former_cgroups reap_former_cgroups(const std::string& id, const std::string& record_file,
                                   std::chrono::milliseconds limit, const spared_cgroups& spared) {
  former_cgroups found;
  const auto noted = noted_cgroups(id, record_file);
  std::vector<std::string> directories;
  for (const auto& one : noted)
    for (auto& part : parts_to_end(one, spared)) directories.push_back(std::move(part));
  // All are killed before any is waited for.
  std::set<long> killed; // One process may stand in several hierarchies.
  for (const auto& directory : directories) {
    const auto pids = processes_in(directory);
    killed.insert(pids.begin(), pids.end());
    kill_in_cgroup(directory);
  }
  found.processes = killed.size();
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (const auto& directory : directories) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!clear_cgroup(directory, std::max(left, std::chrono::milliseconds{0})))
      found.stuck.push_back(directory);
  }
  // What is kept lives on in some.
  if (found.stuck.empty() && std::none_of(noted.begin(), noted.end(), is_cgroup))
    std::remove(record_file.c_str());
  return found;
}

} // namespace toolscore
