#include "runners/spawner/isolation_rights.hpp"

#include "runners/spawner/isolation.hpp"
#include "runners/spawner/isolation_orders.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

// The kernel's interface, as it has grown: Debian 12's header ends with the first member.
struct ruleset_attributes {
  std::uint64_t handled_fs;
  std::uint64_t handled_network;
  std::uint64_t scoped;
};
struct [[gnu::packed]] path_attributes {
  std::uint64_t allowed;
  std::int32_t parent;
};
constexpr unsigned long version_flag = 1;
constexpr unsigned long path_rule = 1;

struct ruleset {
  int fd = -1;
  std::uint64_t handled = 0;
};

int begin(ruleset& rules, const char* text) {
  char* end = nullptr;
  ruleset_attributes what{};
  what.handled_fs = std::strtoull(text, &end, 16);
  what.scoped = std::strtoull(end, nullptr, 16);
  rules.handled = what.handled_fs;
  // What a kernel does not know of it must be 0, and is then left out of its sight.
  rules.fd = static_cast<int>(syscall(SYS_landlock_create_ruleset, &what, sizeof(what), 0));
  if (rules.fd < 0) return errno;
  return fcntl(rules.fd, F_SETFD, FD_CLOEXEC) == 0 ? 0 : errno;
}

int allow(const ruleset& rules, const char* path, std::uint64_t rights, bool must_exist) {
  const int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return !must_exist && (errno == ENOENT || errno == ENOTDIR || errno == EACCES) ? 0 : errno;
  struct stat facts {};
  int error = fstat(fd, &facts) == 0 ? 0 : errno;
  if (error == 0) {
    if (!S_ISDIR(facts.st_mode)) rights &= right::of_file;
    const path_attributes what{rights & rules.handled, fd};
    // A rule that allows nothing is none.
    if (what.allowed != 0 && syscall(SYS_landlock_add_rule, rules.fd, path_rule, &what, 0) != 0)
      error = errno;
  }
  close(fd);
  return error;
}

/// Not the devices that it could make: it has none but those that are named.
constexpr std::uint64_t writes_too = ~(right::make_character | right::make_block);

int restrict_self(ruleset& rules) {
  const int error = syscall(SYS_landlock_restrict_self, rules.fd, 0) == 0 ? 0 : errno;
  close(rules.fd);
  rules = {};
  return error;
}

/// Those of root come back with an exec unless they leave its bounds, too.
int drop_capabilities() {
  for (unsigned long one = 0; prctl(PR_CAPBSET_DROP, one, 0, 0, 0) == 0; ++one) {
  }
  if (errno != EINVAL) return errno;
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct who{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &who, none) == 0 ? 0 : errno;
}

int obey(const char* text, ruleset& rules) {
  const char* const path = text + 1;
  switch (text[0]) {
  case order::rules:
    return begin(rules, path);
  case order::read:
  case order::must_read:
    return allow(rules, path, right::reads, text[0] == order::must_read);
  case order::write:
  case order::must_write:
    return allow(rules, path, writes_too, text[0] == order::must_write);
  case order::device:
    return allow(rules, path, right::read_file | right::write_file | right::device_io, false);
  case order::rule:
    return restrict_self(rules);
  case order::capabilities:
    return drop_capabilities();
  case order::calls:
    return filter_calls();
  }
  return 0; // Of the first pass.
}

} // namespace

std::uint32_t landlock_version() {
  const long found = syscall(SYS_landlock_create_ruleset, nullptr, 0, version_flag);
  return found > 0 ? static_cast<std::uint32_t>(found) : 0;
}

failure isolate_rights(char** orders, order_number& at) {
  ruleset rules;
  for (at = 0; orders[at] != nullptr; ++at)
    if (const int error = obey(orders[at], rules)) return {step::isolation, error};
  return {};
}

} // namespace toolscore::spawner
