#include "runners/container/memory_watch_io.hpp"

#include "runners/cgroup_files_io.hpp"
#include "runners/cgroup_places.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>

namespace toolscore {
namespace {

// The removal of a cgroup is told some milliseconds after its files are gone, by a kernel thread.
constexpr auto look_pause = std::chrono::milliseconds(20);
constexpr int looks_max = 150;
// Each file's removal is told by a thread of its own: on a busy host they may change places.
constexpr int looks_for_the_other = 10;

/// An eventfd that the kernel signals for `file` of a v1 cgroup; none where it will not.
descriptor signal_of(const std::string& directory, const char* file, const std::string& argument) {
  descriptor signal(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const descriptor of(::open((directory + "/" + file).c_str(), O_RDONLY | O_CLOEXEC));
  if (!signal || !of) return {};
  const auto order = std::to_string(signal.get()) + " " + std::to_string(of.get()) + argument;
  if (write_cgroup_file(directory + "/cgroup.event_control", order) != 0) return {};
  return signal;
}

/// How often it was signalled since it was asked last.
std::uint64_t count_of(const descriptor& signal) {
  std::uint64_t count = 0;
  if (!signal || ::read(signal.get(), &count, sizeof(count)) != sizeof(count)) return 0;
  return count;
}

} // namespace

bool memory_watch::begin(const std::string& cgroup_text, const std::string& container_id) {
  close();
  for (const auto& place :
       find_cgroup_places(cgroup_text, read_cgroup_file("/proc/self/mountinfo"))) {
    const auto directory = limited_cgroup(place.directory, container_id);
    const auto& what = place.controllers;
    const bool memory = place.v2 ? !read_cgroup_file(directory + "/memory.events").empty()
                                 : std::find(what.begin(), what.end(), "memory") != what.end();
    if (!memory) continue;
    directory_ = directory;
    v2_ = place.v2;
    if (!v2_) watch_signals();
    return true;
  }
  return false;
}

/// The kernel tells a removal to the last one first, and the threshold's takes it longer: as a rule
/// that is told last.
void memory_watch::watch_signals() {
  removal_ = signal_of(directory_, "memory.usage_in_bytes", " " + std::to_string(INT64_MAX));
  if (removal_) signals_ = signal_of(directory_, "memory.oom_control", "");
}

void memory_watch::judge(std::function<void(std::optional<bool>)> then) {
  then_ = std::move(then);
  look(looks_max);
}

void memory_watch::look(int tries) {
  const auto counts =
      read_cgroup_file(directory_ + (v2_ ? "/memory.events" : "/memory.oom_control"));
  seen_.counted = counts.empty() ? std::nullopt : std::optional(read_out_of_memory(counts, v2_));
  if (count_of(removal_) != 0 || looks_since_removal_ != 0) ++looks_since_removal_;
  seen_.removal_seen = looks_since_removal_ > looks_for_the_other;
  seen_.signals += count_of(signals_);
  const auto known = was_out_of_memory(seen_);
  if (known || !signals_ || tries == 0) {
    if (const auto hook = std::exchange(then_, nullptr)) hook(known);
    return;
  }
  timer_.expires_after(look_pause);
  timer_.async_wait([weak = weak_from_this(), tries](auto stopped) {
    const auto self = weak.lock();
    if (!stopped && self) self->look(tries - 1);
  });
}

void memory_watch::close() {
  timer_.cancel();
  then_ = nullptr;
  directory_.clear();
  signals_.reset();
  removal_.reset();
  seen_ = {};
  looks_since_removal_ = 0;
}

} // namespace toolscore
