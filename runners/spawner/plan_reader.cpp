#include "runners/spawner/plan_reader.hpp"

#include "runners/spawner/isolation_orders.hpp"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

/// The next NUL-ended string, or null at the end of the text.
char* next_string(char*& at, char* end) {
  if (at == end) return nullptr;
  char* const found = at;
  at += std::strlen(at) + 1;
  return found;
}

} // namespace

int map_plan(int fd, mapped_plan& plan) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return errno;
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size <= sizeof(plan_head) || size > plan_bytes_max) return EMSGSIZE;
  plan_head head;
  if (pread(fd, &head, sizeof(head), 0) != sizeof(head)) return EIO;
  // Every string takes at least its NUL, so counts over the size are lies.
  if (head.magic != plan_head::magic_value || head.arguments == 0 || head.arguments > size ||
      head.variables > size || head.orders > orders_max)
    return EBADMSG;
  // One mapping for the pointers and, behind them, the text.
  const auto tables =
      (std::size_t{head.arguments} + head.variables + head.orders + 3) * sizeof(char*);
  plan.bytes = tables + size;
  void* const memory =
      mmap(nullptr, plan.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  plan.memory = memory;
  char* const text = static_cast<char*>(memory) + tables;
  if (pread(fd, text, size, 0) != static_cast<ssize_t>(size)) return EIO;
  char* at = text + sizeof(head);
  char* const end = text + size;
  if (end[-1] != '\0') return EBADMSG;
  plan.files_max = head.files_max;
  plan.own_cwd = head.own_cwd != 0;
  plan.may_gain = head.may_gain != 0;
  plan.cwd = next_string(at, end);
  plan.argv = static_cast<char**>(plan.memory);
  plan.environment = plan.argv + head.arguments + 1;
  plan.orders = plan.environment + head.variables + 1;
  for (std::uint32_t i = 0; i < head.arguments; ++i)
    if ((plan.argv[i] = next_string(at, end)) == nullptr) return EBADMSG;
  for (std::uint32_t i = 0; i < head.variables; ++i)
    if ((plan.environment[i] = next_string(at, end)) == nullptr) return EBADMSG;
  for (std::uint32_t i = 0; i < head.orders; ++i)
    if ((plan.orders[i] = next_string(at, end)) == nullptr) return EBADMSG;
  return at == end ? 0 : EBADMSG;
}

void unmap_plan(mapped_plan& plan) {
  munmap(plan.memory, plan.bytes);
  plan = {};
}

} // namespace toolscore::spawner
