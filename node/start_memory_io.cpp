#include "node/start_memory_io.hpp"

#include "node/start_memory.hpp"

#include <cstddef>
#include <fstream>
#include <sstream>
#include <sys/mman.h>

/// jemalloc's, where the program has it; the sanitizers' builds have not.
extern "C" int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                       std::size_t new_size) __attribute__((weak));

/// jemalloc reads it before main. One arena: the loop's thread does nearly all there is to do, and
/// each further arena keeps room of its own.
extern "C" {
const char* malloc_conf = "narenas:1";
}

namespace toolscore {

void give_back_start_memory() {
  if (mallctl != nullptr) {
    // What this thread keeps free for itself is no arena's to give back.
    mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0); // All arenas.
  }
  std::ostringstream text;
  text << std::ifstream("/proc/self/smaps").rdbuf();
  for (const auto& range : file_copies(text.view()))
    ::madvise(reinterpret_cast<void*>(range.from), range.to - range.from, MADV_DONTNEED);
}

} // namespace toolscore
