#pragma once
#include <cstddef>
#include <cstdint>

// How a tree is isolated: orders that the node decides on and the server's start carries out, one
// after the other, before the exec. Each is one text: what to do, and a path or a number.
namespace toolscore::spawner {

namespace order {
// First pass, in the tree's own mount namespace.
inline constexpr char make = 'm';      ///< PATH is made, 0700, if it is missing.
inline constexpr char take = 'g';      ///< PATH, if it is there, is to be seen again at the end.
inline constexpr char take_read = 'G'; ///< The same, only to be read.
inline constexpr char cover = 't';     ///< An empty directory stands at PATH, if that is one.
inline constexpr char scratch = 'T';   ///< The same, for everybody to write to.
inline constexpr char show = 'p';      ///< What was taken stands in its place again.
inline constexpr char close = 'l';     ///< What covers PATH is only to be read from now on.
inline constexpr char network = 'n';   ///< A network of its own without anything in it.
inline constexpr char loopback = 'N';  ///< And with its loopback up.
// Second pass, after no_new_privs.
inline constexpr char rules = 'h';  ///< Landlock; "FS SCOPES": what of either it handles, in hex.
inline constexpr char read = 'r';   ///< Read and run PATH, if it is there.
inline constexpr char write = 'w';  ///< All of it below PATH, if it is there.
inline constexpr char device = 'd'; ///< Read and write the device, if it is there.
inline constexpr char must_read = 'R'; ///< PATH is the user's: it has to be there.
inline constexpr char must_write = 'W';
inline constexpr char rule = 'L';         ///< The rules are in force.
inline constexpr char capabilities = 'c'; ///< It has none and gets none.
inline constexpr char calls = 's';        ///< The filter of system calls.
} // namespace order

/// A plan of more is refused.
inline constexpr std::size_t orders_max = 1024;
/// So many paths can be taken.
inline constexpr std::size_t taken_max = 128;

/// Landlock's rights, as linux/landlock.h has them in its newest version.
namespace right {
inline constexpr std::uint64_t execute = 1ULL << 0;
inline constexpr std::uint64_t write_file = 1ULL << 1;
inline constexpr std::uint64_t read_file = 1ULL << 2;
inline constexpr std::uint64_t read_directory = 1ULL << 3;
inline constexpr std::uint64_t make_character = 1ULL << 6;
inline constexpr std::uint64_t make_block = 1ULL << 11;
inline constexpr std::uint64_t refer = 1ULL << 13;     ///< From version 2.
inline constexpr std::uint64_t truncate = 1ULL << 14;  ///< From version 3.
inline constexpr std::uint64_t device_io = 1ULL << 15; ///< ioctl; from version 5.
inline constexpr std::uint64_t first_version = (1ULL << 13) - 1;
inline constexpr std::uint64_t reads = execute | read_file | read_directory;
/// Of a file; the others are a directory's.
inline constexpr std::uint64_t of_file = execute | write_file | read_file | truncate | device_io;
/// Abstract unix sockets and signals; from version 6.
inline constexpr std::uint64_t scopes = 3;
} // namespace right

} // namespace toolscore::spawner
