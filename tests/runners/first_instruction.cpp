// Writes the monotonic time of its first instructions, in nanoseconds, to stdout and ends. Static,
// so that nothing but the kernel stands between the start and it.
#include <cstdint>
#include <time.h>
#include <unistd.h>

int main() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t nanoseconds = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  return write(1, &nanoseconds, sizeof(nanoseconds)) == sizeof(nanoseconds) ? 0 : 1;
}
