#include "runners/fetch/unpack_io.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <memory>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 64 * 1024;

struct end_read {
  void operator()(archive* x) const { archive_read_free(x); }
};
struct end_write {
  void operator()(archive* x) const { archive_write_free(x); }
};
using reader = std::unique_ptr<archive, end_read>;
using writer = std::unique_ptr<archive, end_write>;

std::string said(archive* x) {
  const char* text = archive_error_string(x);
  return text != nullptr ? text : "unknown";
}

error broken(const std::string& why) {
  return {errc::install_failed, "the archive cannot be unpacked: " + why};
}

archive_entry_facts facts_of(archive_entry* entry) {
  archive_entry_facts facts;
  const auto text = [](const char* x) { return std::string(x != nullptr ? x : ""); };
  facts.path = text(archive_entry_pathname(entry));
  facts.mode = static_cast<std::uint32_t>(archive_entry_perm(entry));
  if (const char* hard = archive_entry_hardlink(entry); hard != nullptr) {
    facts.type = entry_type::hardlink;
    facts.target = hard;
    return facts;
  }
  switch (archive_entry_filetype(entry)) {
  case AE_IFREG:
    facts.type = entry_type::file;
    break;
  case AE_IFDIR:
    facts.type = entry_type::directory;
    break;
  case AE_IFLNK:
    facts.type = entry_type::symlink;
    facts.target = text(archive_entry_symlink(entry));
    break;
  default:
    facts.type = entry_type::other;
  }
  return facts;
}

void move_entry(archive_entry* entry, const std::string& directory, const placed_entry& placed,
                entry_type type) {
  archive_entry_set_pathname(entry, (directory + "/" + placed.path).c_str());
  if (type == entry_type::hardlink)
    archive_entry_set_hardlink(entry, (directory + "/" + placed.target).c_str());
  archive_entry_set_perm(entry, placed.mode);
}

result<done> copy_content(archive* from, archive* to, unpack_rules& rules) {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  while (true) {
    const int got = archive_read_data_block(from, &block, &size, &offset);
    if (got == ARCHIVE_EOF) return done{};
    if (got < ARCHIVE_WARN) return broken(said(from));
    if (!rules.grow(size)) return broken(rules.why());
    if (archive_write_data_block(to, block, size, offset) < ARCHIVE_WARN)
      return error{errc::io_failed, "cannot write: " + said(to)};
  }
}

result<done> unpack_all(archive* from, archive* to, const std::string& directory,
                        unpack_rules& rules) {
  while (true) {
    archive_entry* entry = nullptr;
    const int got = archive_read_next_header(from, &entry);
    if (got == ARCHIVE_EOF) return done{};
    if (got < ARCHIVE_WARN) return broken(said(from));
    const auto facts = facts_of(entry);
    const auto placed = rules.place(facts);
    if (!placed) return broken(rules.why());
    if (placed->path.empty()) continue;
    move_entry(entry, directory, *placed, facts.type);
    if (archive_write_header(to, entry) < ARCHIVE_WARN)
      return error{errc::io_failed, "cannot write " + placed->path + ": " + said(to)};
    if (facts.type == entry_type::file)
      if (auto copied = copy_content(from, to, rules); !copied) return copied;
    if (archive_write_finish_entry(to) < ARCHIVE_WARN)
      return error{errc::io_failed, "cannot write " + placed->path + ": " + said(to)};
  }
}

} // namespace

result<done> unpack(const std::string& file, const std::string& directory,
                    const unpack_limits& limits) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (failed) return error{errc::io_failed, "cannot read " + file + ": " + failed.message()};
  // What is written goes below this path alone, even if a link of the archive's own is in the way.
  const auto real = fs::canonical(directory, failed).string();
  if (failed) return error{errc::io_failed, "cannot use " + directory + ": " + failed.message()};
  const reader from(archive_read_new());
  const writer to(archive_write_disk_new());
  if (!from || !to) return error{errc::io_failed, "out of memory"};
  archive_read_support_format_zip(from.get());
  archive_read_support_format_tar(from.get());
  archive_read_support_filter_all(from.get());
  archive_write_disk_set_options(to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                               ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  if (archive_read_open_filename(from.get(), file.c_str(), block_bytes) != ARCHIVE_OK)
    return broken(said(from.get()));
  unpack_rules rules(limits, size);
  if (auto all = unpack_all(from.get(), to.get(), real, rules); !all) return all;
  if (archive_write_close(to.get()) < ARCHIVE_WARN)
    return error{errc::io_failed, "cannot write: " + said(to.get())};
  return done{};
}

} // namespace toolscore
