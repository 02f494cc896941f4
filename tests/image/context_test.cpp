#include "runners/image/context_io.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace toolscore;

namespace {

namespace fs = std::filesystem;

struct project {
  project() {
    std::string pattern = (fs::temp_directory_path() / "tsc-XXXXXX").string();
    whole = ::mkdtemp(pattern.data());
    root = whole / "root";
    fs::create_directory(root);
  }
  ~project() { fs::remove_all(whole); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
  }
  std::string tar() const { return (whole / "out.tar").string(); }
  /// Why it is refused; empty = it is written.
  std::string refusal(const context_limits& limits = {},
                      const std::string& dockerfile = "Dockerfile") const {
    const auto failure = write_context(fs::canonical(root), dockerfile, tar(), limits);
    return failure ? failure->text : "";
  }
  /// "path mode size|" of all entries, links as "path -> to|".
  std::string entries(const std::string& dockerfile = "Dockerfile") const {
    BOOST_REQUIRE(refusal({}, dockerfile).empty());
    std::string out;
    archive* const in = archive_read_new();
    archive_read_support_format_tar(in);
    BOOST_REQUIRE(archive_read_open_filename(in, tar().c_str(), 64 * 1024) == ARCHIVE_OK);
    archive_entry* entry = nullptr;
    while (archive_read_next_header(in, &entry) == ARCHIVE_OK) {
      BOOST_TEST(archive_entry_mtime(entry) == 0);
      BOOST_TEST(archive_entry_uid(entry) == 0);
      out += archive_entry_pathname(entry);
      if (archive_entry_filetype(entry) == AE_IFLNK)
        out += std::string(" -> ") + archive_entry_symlink(entry);
      if (archive_entry_filetype(entry) == AE_IFREG)
        out += " " + std::to_string(archive_entry_size(entry));
      out += "|";
    }
    archive_read_free(in);
    return out;
  }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(tar(), std::ios::binary).rdbuf();
    return text.str();
  }

  fs::path whole;
  fs::path root;
};

std::string directory_of(const project& x, const std::string& subdir) {
  std::optional<image_failure> failure;
  const auto out = context_directory(x.root.string(), subdir, failure);
  BOOST_TEST(out.empty() == failure.has_value());
  return out.empty() ? failure->text
                     : fs::path(out).lexically_relative(fs::canonical(x.whole)).string();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(context, project)

BOOST_AUTO_TEST_CASE(what_is_sent_is_the_project_sorted_without_git_and_what_is_ignored) {
  write("Dockerfile", "FROM scratch\n");
  write("b/two", "22");
  write("a", "1");
  write(".git/config", "secret");
  write("node_modules/x/y", "no");
  write(".dockerignore", "node_modules\nDockerfile\n*.log\n!keep.log\n");
  write("x.log", "");
  write("keep.log", "");
  fs::create_symlink("/etc/passwd", root / "link");
  BOOST_TEST(entries() == ".dockerignore 40|Dockerfile 13|a 1|b/|b/two 2|keep.log 0|link -> "
                          "/etc/passwd|");
  const auto once = bytes();
  fs::last_write_time(root / "a", fs::file_time_type::clock::now() - std::chrono::hours(5));
  BOOST_TEST(entries() != "");
  BOOST_TEST((bytes() == once)); // The same files are the same bytes.
}

BOOST_AUTO_TEST_CASE(a_dockerfile_has_an_ignore_file_of_its_own_and_is_sent_in_any_case) {
  write("docker/Dockerfile", "FROM scratch\n");
  write("docker/Dockerfile.dockerignore", "docker\nb\n");
  write("a", "");
  write("b", "");
  BOOST_TEST(entries("docker/Dockerfile") == "a 0|docker/Dockerfile 13|");
}

BOOST_AUTO_TEST_CASE(size_and_number_are_bounded_and_what_is_ignored_counts_for_nothing) {
  write("Dockerfile", "FROM scratch\n");
  write("large", std::string(2 << 20, 'x'));
  const auto why = refusal({1 << 20, 100});
  BOOST_TEST(why ==
             "what the Dockerfile's directory holds is over 1 MiB; name in .dockerignore what "
             "the build does not need");
  write(".dockerignore", "large\n");
  BOOST_TEST(refusal({1 << 20, 100}) == "");
  for (int i = 0; i < 5; ++i) write("many/" + std::to_string(i), "");
  BOOST_TEST(refusal({1 << 20, 5}).find("over 5 entries") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_outside_of_the_source_is_read) {
  fs::create_directory(whole / "secret");
  std::ofstream(whole / "secret/Dockerfile") << "x";
  fs::create_symlink("../secret", root / "away");
  write("sub/Dockerfile", "FROM scratch\n");
  fs::create_symlink("../../secret/Dockerfile", root / "sub/other");
  BOOST_TEST(directory_of(*this, "") == "root");
  BOOST_TEST(directory_of(*this, "sub") == "root/sub");
  BOOST_TEST(directory_of(*this, "away") == "\"away\" leaves the source; check \"subdir\"");
  BOOST_TEST(directory_of(*this, "none") == "it has no directory \"none\"; check \"subdir\"");
  const auto sub = fs::canonical(root / "sub").string();
  BOOST_TEST(project_text(sub, "Dockerfile").value_or("") == "FROM scratch\n");
  BOOST_TEST(!project_text(sub, "other"));
  BOOST_TEST(!project_text(sub, "none"));
}

BOOST_AUTO_TEST_SUITE_END()
