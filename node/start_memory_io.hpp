#pragma once

namespace toolscore {

/// Gives back what only the start needed: pages of the program and its libraries that are copies of
/// their files, and what the allocator keeps free. What is needed again comes back from the file's
/// cache, 64 KiB a fault. Takes about a millisecond; harmless at any time, on any thread.
void give_back_start_memory();

} // namespace toolscore
