#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What an archive may become. A bundle of somebody's is not to fill the disk or leave its
/// directory.
struct unpack_limits {
  std::uint64_t entries_max = 200'000;
  std::uint64_t bytes_max = std::uint64_t{4} << 30U;
  /// Of the archive's own size; small ones may grow to `free_bytes` whatever the ratio.
  std::uint64_t ratio_max = 200;
  std::uint64_t free_bytes = std::uint64_t{64} << 20U;
};

enum class entry_type : std::uint8_t { file, directory, symlink, hardlink, other };

/// One entry as the archive has it.
struct archive_entry_facts {
  std::string path;
  entry_type type = entry_type::file;
  std::string target; ///< symlink, hardlink.
  std::uint32_t mode = 0;
};

/// Where the entry goes, relative to the directory; empty for the directory itself ("./").
struct placed_entry {
  std::string path;
  std::string target;
  std::uint32_t mode = 0; ///< 0644 or 0755: no set-id bit, nothing that others may write.
};

/// Judges entries one after the other. Pure.
class unpack_rules {
public:
  unpack_rules(unpack_limits limits, std::uint64_t archive_bytes)
      : limits_(limits), archive_bytes_(archive_bytes) {}

  /// @returns nothing where the entry must not be unpacked; why() then says why
  std::optional<placed_entry> place(const archive_entry_facts& entry);
  /// So many more bytes come out. @returns whether they may
  bool grow(std::uint64_t bytes);
  const std::string& why() const { return why_; }

private:
  unpack_limits limits_;
  std::uint64_t archive_bytes_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  std::string why_;
};

/// Does a link at `path` that points to `target` stay inside the directory? Both relative to it.
bool stays_inside(std::string_view path, std::string_view target);

} // namespace toolscore
