#pragma once
#include <cstdint>
#include <string>

namespace toolscore {

/// Who listens on a port of this host, whatever the address: "pid 7 (nginx)", or "another program"
/// where nobody may see whose the socket is. Empty = nobody. One look at the kernel's tables; only
/// where somebody listens are the processes gone through, as far as the caller may.
std::string holder_of_port(std::uint16_t port);

} // namespace toolscore
