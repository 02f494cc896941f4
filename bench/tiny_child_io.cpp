// toolscore-bench-child: the smallest supervised program. It writes when its first instruction ran
// into the board, and sleeps until it is ended. Static, so that its own start costs little.
#include "bench/board.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace toolscore;

board_life* life = nullptr;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void on_term(int) {
  if (life != nullptr) life->ended_ns.store(now_ns(), std::memory_order_release);
  _exit(0);
}

/// Takes a row of the board. @returns null when there is no board, or no row left
board_life* take_row(const char* path) {
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* const at = mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (at == MAP_FAILED) return nullptr;
  auto& shared = *static_cast<board*>(at);
  const auto row = shared.lives.fetch_add(1, std::memory_order_relaxed);
  return row < board::lives_max ? &shared.rows[row] : nullptr;
}

} // namespace

/// Arguments: stay|die BOARD NUMBER
int main(int count, char** words) {
  const std::int64_t born = now_ns();
  if (count != 4) return 2;
  life = take_row(words[2]);
  if (life == nullptr) return 3;
  life->born_ns = born;
  life->child = static_cast<std::uint32_t>(std::atoi(words[3]));
  life->written.store(1, std::memory_order_release);
  if (std::strcmp(words[1], "die") == 0) return 1;
  std::signal(SIGTERM, on_term);
  for (;;) pause();
}
