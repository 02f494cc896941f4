#include "runners/notify_socket_io.hpp"

#include "loop/log_io.hpp"
#include "runners/descriptor_io.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

struct socket_fixture {
  socket_fixture() {
    log::set_level(log::level::off);
    char name[] = "/tmp/toolscore-notify-XXXXXX";
    directory = ::mkdtemp(name);
    open();
  }
  ~socket_fixture() {
    channel = nullptr;
    io.restart();
    io.poll();
    std::filesystem::remove_all(directory);
  }
  void open() {
    auto made = notify_socket::open(io, next_notify_path(directory),
                                    [this](std::string text) { heard.push_back(std::move(text)); });
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.failure().detail));
    channel = *made;
  }
  /// @returns 0 or an errno; `passed` travels along.
  int send(const std::string& text, int passed = -1) {
    descriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, channel->address().c_str(), sizeof(to.sun_path) - 1);
    iovec part{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof(to);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (passed >= 0) {
      message.msg_control = space;
      message.msg_controllen = sizeof(space);
      cmsghdr* const head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(head), &passed, sizeof(passed));
    }
    return ::sendmsg(fd.get(), &message, MSG_NOSIGNAL) < 0 ? errno : 0;
  }
  void run(std::chrono::milliseconds time) {
    io.restart();
    io.run_for(time);
  }

  boost::asio::io_context io;
  std::string directory;
  std::vector<std::string> heard;
  std::shared_ptr<notify_channel> channel;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(notify_socket_io, socket_fixture)

BOOST_AUTO_TEST_CASE(the_server_and_what_descends_from_its_init_is_heard_and_nobody_else) {
  struct row {
    std::int64_t init, server;
    bool heard;
  };
  // This very process sends: as the server, as one below its parent's tree, and as a stranger.
  for (const auto& [init, server, is_heard] :
       {row{1'000'000'001, ::getpid(), true}, row{::getppid(), 1'000'000'002, true},
        row{1'000'000'001, 1'000'000'002, false}, row{0, 0, false}}) {
    heard.clear();
    open();
    BOOST_TEST(send("READY=1") == 0);
    run(20ms);
    BOOST_TEST(heard.empty()); // Not before its tree is known.
    channel->listen(init, server);
    run(50ms);
    BOOST_TEST(heard.size() == (is_heard ? 1u : 0u), init << " " << server);
    if (is_heard) BOOST_TEST(heard.at(0) == "READY=1");
  }
}

BOOST_AUTO_TEST_CASE(what_is_over_the_limit_is_dropped_whole_and_the_rest_lives_on) {
  channel->listen(1'000'000'001, ::getpid());
  BOOST_TEST(send(std::string(notify_socket::datagram_bytes_max, 'x')) == 0);
  BOOST_TEST(send(std::string(notify_socket::datagram_bytes_max + 1, 'y')) == 0);
  BOOST_TEST(send("") == 0);
  BOOST_TEST(send("WATCHDOG=1") == 0);
  run(50ms);
  BOOST_REQUIRE(heard.size() == 3u);
  BOOST_TEST(heard[0].size() == notify_socket::datagram_bytes_max);
  BOOST_TEST(heard[1] == "");
  BOOST_TEST(heard[2] == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_comes_along_is_closed_which_is_what_a_barrier_waits_for) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  descriptor read_end(ends[0]);
  descriptor write_end(ends[1]);
  channel->listen(1'000'000'001, ::getpid());
  BOOST_TEST(send("BARRIER=1", write_end.get()) == 0);
  write_end.reset();
  pollfd closed{read_end.get(), POLLIN, 0};
  BOOST_TEST(::poll(&closed, 1, 0) == 0);
  run(50ms);
  BOOST_TEST(::poll(&closed, 1, 0) == 1);
}

BOOST_AUTO_TEST_CASE(a_flood_is_read_slowly_and_its_sender_waits) {
  channel->listen(1'000'000'001, ::getpid());
  const auto flood = [&] {
    int sent = 0;
    while (send("WATCHDOG=1") == 0 && sent < 100'000) ++sent;
    return sent;
  };
  BOOST_TEST(flood() < 100'000); // The kernel's queue is full.
  const auto before = heard.size();
  run(500ms);
  // 8 a turn, a turn each 10 ms: 400 and a few; without the pause it would be all at once.
  BOOST_TEST(heard.size() - before <= 450u);
}

BOOST_AUTO_TEST_CASE(its_file_is_for_its_account_alone_and_goes_with_it) {
  const auto path = channel->address();
  struct stat facts {};
  BOOST_REQUIRE(::stat(path.c_str(), &facts) == 0);
  BOOST_TEST((facts.st_mode & 0777) == 0600u);
  channel->listen(1, ::getpid());
  channel = nullptr;
  run(10ms);
  BOOST_TEST(::stat(path.c_str(), &facts) != 0);
}

BOOST_AUTO_TEST_CASE(what_a_former_node_left_is_removed_and_is_never_in_the_way) {
  const auto path = channel->address();
  channel = nullptr;
  BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  auto again = notify_socket::open(io, path, [](std::string) {});
  BOOST_TEST(static_cast<bool>(again));
  BOOST_REQUIRE(::mkfifo((directory + "/77.ns").c_str(), 0600) == 0);
  BOOST_REQUIRE(::mkfifo((directory + "/fs.pid").c_str(), 0600) == 0);
  remove_notify_sockets(directory);
  BOOST_TEST(!std::filesystem::exists(directory + "/77.ns"));
  BOOST_TEST(std::filesystem::exists(directory + "/fs.pid"));
}

BOOST_AUTO_TEST_CASE(a_path_that_no_address_can_hold_is_refused_with_what_to_do) {
  const auto made = notify_socket::open(io, "/tmp/" + std::string(120, 'x'), [](std::string) {});
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.failure().detail.find("use a shorter state_dir") != std::string::npos,
             made.failure().detail);
}

BOOST_AUTO_TEST_SUITE_END()
