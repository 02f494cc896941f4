#include "store/instances_io.hpp"
#include "store/specs_io.hpp"
#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace toolscore;

namespace {

int syncs = 0; // how often SQLite waited for the disk, counted by the function below

} // namespace

/// Stands in front of the C library's for the whole program, SQLite included.
extern "C" int fdatasync(int fd) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

namespace {

std::string names_of(specs& kept) {
  const auto all = kept.all();
  BOOST_REQUIRE(all);
  std::string out;
  for (const auto& spec : *all)
    out += spec.server.value + "=" + spec.origin_json + "/" + to_string(spec.desired) + " ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(definitions)

BOOST_AUTO_TEST_CASE(servers_are_added_replaced_and_removed) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  specs kept(base);
  BOOST_TEST(names_of(kept) == "");
  BOOST_REQUIRE(kept.put({server_id{"web"}, "{\"a\":1}", desired_state::running}));
  BOOST_REQUIRE(kept.put({server_id{"fs"}, "{}", desired_state::stopped}));
  BOOST_TEST(names_of(kept) == "fs={}/stopped web={\"a\":1}/running ");
  BOOST_REQUIRE(kept.put({server_id{"web"}, "{\"a\":2}", desired_state::stopped}));
  BOOST_REQUIRE(kept.set_desired(server_id{"fs"}, desired_state::running));
  BOOST_TEST(names_of(kept) == "fs={}/running web={\"a\":2}/stopped ");
  BOOST_REQUIRE(kept.remove(server_id{"web"}));
  BOOST_REQUIRE(kept.remove(server_id{"web"}));
  BOOST_TEST(names_of(kept) == "fs={}/running ");
}

BOOST_AUTO_TEST_CASE(a_change_of_many_waits_for_the_disk_once) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  specs kept(base);
  BOOST_REQUIRE(kept.put({server_id{"old"}, "{}", desired_state::running}));
  std::vector<stored_spec> many;
  for (int i = 0; i < 100; ++i)
    many.push_back({server_id{"s" + std::to_string(i)}, "{}", desired_state::running});
  syncs = 0;
  BOOST_REQUIRE(kept.change(many, {server_id{"old"}}));
  BOOST_TEST(syncs == 1);
  BOOST_REQUIRE(kept.all());
  BOOST_TEST(kept.all()->size() == 100U);
  BOOST_REQUIRE(kept.change({}, {}));
  BOOST_TEST(syncs == 1);
}

BOOST_AUTO_TEST_CASE(the_desired_state_of_an_unknown_server_is_an_error) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  const auto set = specs(base).set_desired(server_id{"ghost"}, desired_state::stopped);
  BOOST_REQUIRE(!set);
  BOOST_TEST((set.failure().code == errc::unknown_server));
}

BOOST_AUTO_TEST_CASE(the_install_is_kept_by_itself_until_its_server_is_removed) {
  const test::state_dir dir;
  const server_id fs{"fs"};
  {
    auto base = test::open_in(dir.path);
    specs kept(base);
    BOOST_TEST((specs(base).set_install(fs, {1, 0U}).failure().code == errc::unknown_server));
    BOOST_REQUIRE(kept.put({fs, "{}", desired_state::running}));
    BOOST_TEST((kept.all()->front().install == install_choice{}));
    const int before = syncs;
    BOOST_REQUIRE(kept.set_install(fs, {2, 0U}));
    BOOST_TEST(syncs > before);
    // A definition that changes is of the same server.
    BOOST_REQUIRE(kept.put({fs, R"({"command":"x"})", desired_state::stopped}));
    BOOST_REQUIRE(kept.change({{fs, R"({"command":"y"})", desired_state::running}}, {}));
  }
  auto base = test::open_in(dir.path);
  specs kept(base);
  BOOST_TEST((kept.all()->front().install == install_choice{2, 0U}));
  BOOST_REQUIRE(kept.set_install(fs, {3, std::nullopt}));
  BOOST_TEST((kept.all()->front().install == install_choice{3, std::nullopt}));
  BOOST_REQUIRE(kept.remove(fs));
  BOOST_REQUIRE(kept.put({fs, "{}", desired_state::running}));
  BOOST_TEST((kept.all()->front().install == install_choice{}));
}

BOOST_AUTO_TEST_CASE(definitions_leave_the_store_as_cheap_for_records_as_before) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  BOOST_REQUIRE(specs(base).put({server_id{"fs"}, "{}", desired_state::running}));
  BOOST_TEST(base.handle().execAndGet("PRAGMA synchronous").getInt() == 1);
}

BOOST_AUTO_TEST_CASE(definitions_wait_for_the_disk_and_instances_do_not) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  specs kept(base);
  instances live(base);
  const server_id fs{"fs"};
  const auto waits = [](auto&& work) {
    const int before = syncs;
    BOOST_REQUIRE(work());
    return syncs - before;
  };
  BOOST_TEST(waits([&] { return kept.put({fs, "{}", desired_state::running}); }) > 0);
  BOOST_TEST(waits([&] { return kept.set_desired(fs, desired_state::stopped); }) > 0);
  BOOST_TEST(waits([&] { return kept.remove(fs); }) > 0);
  BOOST_TEST(waits([&] { return live.add({instance_id{fs, 1}, 10, 11, 12, "b"}); }) == 0);
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_a_kill) {
  const test::state_dir dir;
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    auto opened = database::open(dir.path);
    if (!opened) _exit(1);
    specs kept(*opened);
    instances live(*opened);
    const bool good = kept.put({server_id{"fs"}, "{}", desired_state::stopped}) &&
                      live.add({instance_id{server_id{"fs"}, 1}, 10, 11, 12, "b"});
    if (!good) _exit(1);
    raise(SIGKILL); // no destructor runs and no checkpoint is made
  }
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_REQUIRE(WIFSIGNALED(status));
  auto base = test::open_in(dir.path);
  specs kept(base);
  BOOST_TEST(names_of(kept) == "fs={}/stopped ");
  BOOST_TEST(instances(base).all()->size() == 1u);
}

BOOST_AUTO_TEST_CASE(instances_that_begin_and_end_together_are_kept_in_their_order) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  instances live(base);
  const instance_id first{server_id{"a"}, 1};
  const instance_id second{server_id{"a"}, 2};
  BOOST_REQUIRE(live.change(
      {stored_instance{first, 10, 11, 0, ""}, first, stored_instance{second, 12, 13, 0, ""}}));
  BOOST_REQUIRE(live.all()->size() == 1U);
  BOOST_TEST(live.all()->front().pid == 12);
  BOOST_REQUIRE(live.change({second, stored_instance{first, 14, 15, 0, ""}}));
  BOOST_REQUIRE(live.all()->size() == 1U);
  BOOST_TEST(live.all()->front().pid == 14);
}

BOOST_AUTO_TEST_CASE(instances_come_back_as_they_were_added) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  instances live(base);
  const instance_id first{server_id{"fs"}, 1};
  const instance_id second{server_id{"fs"}, 2};
  BOOST_REQUIRE(live.add({second, 20, 21, 0xFFFF'FFFF'FFFF'FFFEu, "boot"}));
  BOOST_REQUIRE(live.add({first, 9, 0, 1, "boot"}));
  BOOST_REQUIRE(live.add({first, 10, 11, 12, "boot"}));
  const auto all = live.all();
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->size() == 2u);
  BOOST_TEST(((*all)[0].id == first));
  BOOST_TEST((*all)[0].pid == 10);
  BOOST_TEST((*all)[0].init_pid == 11);
  BOOST_TEST((*all)[1].start_time == 0xFFFF'FFFF'FFFF'FFFEu);
  BOOST_TEST((*all)[1].boot_id == "boot");
  BOOST_REQUIRE(live.remove(first));
  BOOST_TEST(live.all()->size() == 1u);
  BOOST_REQUIRE(live.clear());
  BOOST_TEST(live.all()->empty());
}

BOOST_AUTO_TEST_SUITE_END()
