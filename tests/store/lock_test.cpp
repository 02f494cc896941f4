#include "store/state_lock_io.hpp"
#include "tests/store/store_support.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

using namespace toolscore;

namespace {

/// A child process that holds the lock until it is killed.
class holder {
public:
  explicit holder(const std::string& dir) {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(pipe(ends.data()) == 0);
    pid_ = fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      alarm(30);
      const auto lock = state_lock::take(dir);
      const char word = lock ? 'y' : 'n';
      if (write(ends[1], &word, 1) == 1) pause();
      _exit(0);
    }
    close(ends[1]);
    char word = 0;
    const bool holds = read(ends[0], &word, 1) == 1 && word == 'y';
    close(ends[0]);
    BOOST_REQUIRE(holds);
  }
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;
  ~holder() { end(); }
  void end() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    pid_ = 0;
  }
  pid_t pid() const { return pid_; }

private:
  pid_t pid_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(lock)

BOOST_AUTO_TEST_CASE(a_second_process_is_refused_and_told_who_holds_the_directory) {
  const test::state_dir dir;
  const holder other(dir.path);
  const auto second = state_lock::take(dir.path);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.failure().code == errc::already_exists));
  BOOST_TEST(second.failure().detail == "the state directory " + dir.path +
                                            " is in use by process " + std::to_string(other.pid()) +
                                            ", stop it or name another state directory");
}

BOOST_AUTO_TEST_CASE(the_lock_is_free_however_its_holder_died) {
  const test::state_dir dir;
  holder other(dir.path);
  other.end();
  const auto lock = state_lock::take(dir.path);
  BOOST_REQUIRE(lock);
  BOOST_TEST(test::file_text(dir.path + "/lock") == std::to_string(getpid()) + "\n");
}

BOOST_AUTO_TEST_CASE(one_process_cannot_take_it_twice_and_gives_it_back) {
  const test::state_dir dir;
  {
    auto first = state_lock::take(dir.path);
    BOOST_REQUIRE(first);
    BOOST_TEST(!state_lock::take(dir.path));
    const state_lock moved = std::move(*first);
    BOOST_TEST(!state_lock::take(dir.path));
  }
  BOOST_TEST(bool(state_lock::take(dir.path)));
}

BOOST_AUTO_TEST_CASE(a_lock_file_without_a_pid_still_locks) {
  const test::state_dir dir;
  const auto first = state_lock::take(dir.path);
  BOOST_REQUIRE(first);
  std::ofstream(dir.path + "/lock", std::ios::trunc) << "garbage";
  const auto second = state_lock::take(dir.path);
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.failure().detail.find("in use by another process") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_child_does_not_inherit_the_lock) {
  const test::state_dir dir;
  std::optional<state_lock> lock;
  {
    auto taken = state_lock::take(dir.path);
    BOOST_REQUIRE(taken);
    lock.emplace(std::move(*taken));
  }
  bool found = false;
  for (int fd = 3; fd < 64; ++fd) {
    std::array<char, 4096> target{};
    const auto length =
        readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size() - 1);
    if (length <= 0 || std::string(target.data()) != dir.path + "/lock") continue;
    found = true;
    BOOST_TEST((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_SUITE_END()
