#include "runners/fetch/unpack_rules.hpp"

#include "runners/detect.hpp"

#include <algorithm>

namespace toolscore {
namespace {

std::string quoted(const std::string& path) {
  return "\"" + path.substr(0, 200) + "\"";
}

} // namespace

bool stays_inside(std::string_view path, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return false;
  const auto slash = path.rfind('/');
  const std::string parent(slash == std::string_view::npos ? std::string_view()
                                                           : path.substr(0, slash + 1));
  // The directory itself is no place that a link has to lead to, and normalises to nothing.
  return !normalise_relative(parent + std::string(target)).empty();
}

std::optional<placed_entry> unpack_rules::place(const archive_entry_facts& entry) {
  if (++entries_ > limits_.entries_max) {
    why_ = "it has more than " + std::to_string(limits_.entries_max) + " entries";
    return std::nullopt;
  }
  placed_entry out;
  out.path = normalise_relative(entry.path);
  const bool root = entry.type == entry_type::directory && !entry.path.starts_with('/') &&
                    std::all_of(entry.path.begin(), entry.path.end(),
                                [](char c) { return c == '.' || c == '/'; }) &&
                    entry.path.find("..") == std::string::npos;
  if (out.path.empty() && !root) {
    why_ = "its entry " + quoted(entry.path) + " leaves the directory";
    return std::nullopt;
  }
  if (entry.type == entry_type::other) {
    why_ = "its entry " + quoted(entry.path) + " is neither file, directory nor link";
    return std::nullopt;
  }
  if (entry.type == entry_type::symlink) out.target = entry.target;
  if (entry.type == entry_type::hardlink) out.target = normalise_relative(entry.target);
  const bool bad_link =
      (entry.type == entry_type::symlink && !stays_inside(out.path, entry.target)) ||
      (entry.type == entry_type::hardlink && out.target.empty());
  if (bad_link) {
    why_ = "its link " + quoted(entry.path) + " leads out of the directory";
    return std::nullopt;
  }
  out.mode = (entry.mode & 0100U) != 0 || entry.type == entry_type::directory ? 0755U : 0644U;
  return out;
}

bool unpack_rules::grow(std::uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ > limits_.bytes_max) {
    why_ = "it unpacks to more than " + std::to_string(limits_.bytes_max >> 20U) + " MiB";
    return false;
  }
  if (bytes_ > limits_.free_bytes && bytes_ / limits_.ratio_max > archive_bytes_) {
    why_ = "it unpacks to more than " + std::to_string(limits_.ratio_max) + " times its size";
    return false;
  }
  return true;
}

} // namespace toolscore
