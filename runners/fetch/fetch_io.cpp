#include "runners/fetch/fetch_io.hpp"

#include "runners/fetch/copy_io.hpp"
#include "runners/fetch/digest_io.hpp"
#include "runners/fetch/download_io.hpp"
#include "runners/fetch/unpack_io.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 64 * 1024;

bool is_url(const std::string& text) {
  return text.starts_with("https://") || text.starts_with("http://") || text.starts_with("file://");
}

std::optional<fetch_failure> digest_of(const std::string& file, std::string& digest) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fetch_failure{fetch_exit::not_found, "cannot read " + file + "; check the path"};
  sha256 sum;
  std::string block(block_bytes, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    sum.add({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  digest = sum.hex();
  return std::nullopt;
}

/// The one directory that is all of `dir`; empty where there is more or less.
fs::path only_directory(const fs::path& dir) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(dir)) {
    found.push_back(entry.path());
    if (found.size() > 1) return {};
  }
  if (found.size() != 1 || !fs::is_directory(fs::symlink_status(found[0]))) return {};
  return found[0];
}

/// Unpacks beside the target, which then appears whole.
std::optional<fetch_failure> unpack_whole(const std::string& file, const fetch_request& request) {
  const fs::path aside = request.dir + ".partial";
  fs::create_directory(aside);
  if (auto unpacked = unpack(file, aside.string(), {}); !unpacked) {
    const auto& why = unpacked.failure();
    return fetch_failure{why.code == errc::io_failed ? fetch_exit::io : fetch_exit::refused,
                         why.detail};
  }
  const auto inner = request.strip ? only_directory(aside) : fs::path();
  fs::remove(request.dir); // An empty one, if any.
  fs::rename(inner.empty() ? aside : inner, request.dir);
  if (!inner.empty()) fs::remove(aside);
  return std::nullopt;
}

std::optional<fetch_failure> fetch_archive(const fetch_request& request, std::string& digest) {
  auto file = request.archive;
  const bool url = is_url(file);
  if (url) {
    file = request.dir + ".download";
    if (auto failure = download(request.archive, file)) return failure;
  }
  if (auto failure = digest_of(file, digest)) return failure;
  if (!request.sha256.empty() && digest != request.sha256)
    return fetch_failure{fetch_exit::wrong_sum, "the archive's sha256 is " + digest + ", not " +
                                                    request.sha256 +
                                                    "; check \"sha256\" and where it comes from"};
  auto failure = unpack_whole(file, request);
  if (url) fs::remove(file);
  return failure;
}

} // namespace

std::optional<fetch_failure> run_fetch(const fetch_request& request) {
  try {
    std::error_code ignored;
    if (fs::exists(request.dir) && !fs::is_empty(request.dir))
      return fetch_failure{fetch_exit::bad_usage, request.dir + " is there and not empty"};
    std::string digest;
    std::optional<fetch_failure> failure;
    if (request.copy.empty()) {
      failure = fetch_archive(request, digest);
    } else {
      fs::create_directories(request.dir);
      failure = copy_project(request.copy, request.dir, {}, digest);
    }
    if (failure) return failure;
    if (!request.subdir.empty() && !fs::is_directory(request.dir + "/" + request.subdir, ignored))
      return fetch_failure{fetch_exit::not_found,
                           "it has no directory \"" + request.subdir + "\"; check \"subdir\""};
    std::printf("sha256 %s\n", digest.c_str());
    return std::nullopt;
  } catch (const fs::filesystem_error& x) {
    return fetch_failure{fetch_exit::io, x.path1().string() + ": " + x.code().message()};
  }
}

} // namespace toolscore
