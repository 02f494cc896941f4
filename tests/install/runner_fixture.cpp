#include "tests/install/runner_fixture.hpp"

#include "runners/install_io.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace toolscore::test {
namespace {

/// One sender for requests and cancels, so that they arrive in order.
struct send_for_me {
  caf::actor to;
  std::optional<install_server_request> request;
  server_id cancelled;
};

caf::behavior make_collector(caf::event_based_actor* self, runner_fixture* owner) {
  set_house_handlers(self);
  return {
      [=](const install_finished& x) { owner->answers.push_back(x); },
      [=](const state_changed& x) { owner->reports.push_back(x); },
      [=](const send_for_me& x) {
        if (x.request) {
          self->send(x.to, *x.request);
        } else {
          self->send(x.to, cancel_install{x.cancelled});
        }
      },
  };
}

std::filesystem::path new_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "toolscore-install-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

std::string line_from(int fd, std::chrono::milliseconds limit) {
  std::string line;
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, 100) <= 0) continue;
    char c = 0;
    if (::read(fd, &c, 1) != 1) break;
    if (c == '\n') return line;
    line += c;
  }
  return "no line, but: " + line;
}

} // namespace
} // namespace toolscore::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::test::send_for_me)

namespace toolscore::test {

const char* const initialize_line =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{},"clientInfo":{"name":"test","version":"1"}}})";

runner_fixture::runner_fixture()
    : folder(new_folder()), worker_(std::make_unique<blocking_pool>(1)) {
  // The spawner and its inits inherit this; the steps themselves are known by their TMPDIR.
  ::setenv(census_variable, marker.c_str(), 1);
  processes = std::make_unique<process_io>(host.io(), TOOLSCORE_LIBEXEC_DIR);
  std::filesystem::create_directories(folder / "tmp");
  auto variables = own_environment();
  variables["TMPDIR"] = (folder / "tmp").string();
  variables["SECRET_API_KEY"] = "do-not-leak";
  options.host =
      find_host_facts((folder / "state").string(), TOOLSCORE_LIBEXEC_DIR, std::move(variables));
  options.processes = processes.get();
  options.pool = run_in(*worker_, host.io());
  collector_ = host.system().spawn(make_collector, this);
  options.manager = [collector = collector_] { return collector; };
}

runner_fixture::~runner_fixture() {
  for (const auto& actor : {runner, collector_})
    if (actor) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  runner = nullptr;
  collector_ = nullptr;
  options.manager = nullptr;
  bool killed = false;
  processes->kill_all([&] { killed = true; });
  BOOST_TEST(run_until([&] { return killed; }, 10s));
  worker_.reset();
  BOOST_TEST(host.shutdown(10s));
  processes.reset();
  const auto left = wait_for_empty_census(marker, 5s);
  BOOST_TEST(left.empty(), to_string(left));
  BOOST_TEST(alive() == 0u);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

void runner_fixture::start() {
  runner = host.system().spawn(make_process_runner, options);
}

void runner_fixture::install(server_spec spec, std::uint64_t generation, bool refresh) {
  if (!runner) start();
  caf::anon_send(
      collector_,
      send_for_me{runner, install_server_request{std::move(spec), generation, refresh}, {}});
}

void runner_fixture::cancel(const std::string& server) {
  caf::anon_send(collector_, send_for_me{runner, std::nullopt, server_id{server}});
}

bool runner_fixture::run_until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  return host.run_until(done, limit);
}

void runner_fixture::wait_for_answers(std::size_t count) {
  BOOST_TEST_REQUIRE(run_until([&] { return answers.size() >= count; }));
}

install_finished runner_fixture::install_and_wait(server_spec spec, bool refresh) {
  install(std::move(spec), answers.size() + 1, refresh);
  wait_for_answers(answers.size() + 1);
  return answers.back();
}

const install_finished& runner_fixture::answer_of(const std::string& server) const {
  for (auto at = answers.rbegin(); at != answers.rend(); ++at)
    if (at->server.value == server) return *at;
  BOOST_FAIL("no answer for " + server);
  std::abort();
}

std::string runner_fixture::states_of(const std::string& server) const {
  std::string text;
  for (const auto& report : reports)
    if (report.server.value == server)
      text += (text.empty() ? "" : " ") + std::string(to_string(report.to));
  return text;
}

std::string runner_fixture::ask(const launch_plan& plan, const std::string& line) {
  std::unique_ptr<hosted_process> child;
  std::string failure;
  processes->spawn(plan, {}, [&](result<std::unique_ptr<hosted_process>> outcome) {
    if (outcome) {
      child = std::move(*outcome);
    } else {
      failure = outcome.failure().detail;
    }
  });
  BOOST_TEST_REQUIRE(run_until([&] { return child || !failure.empty(); }, 20s));
  BOOST_TEST_REQUIRE(failure == "");
  const int input = child->take_stdin();
  const int output = child->take_stdout();
  const auto text = line + "\n";
  BOOST_TEST(::write(input, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  const auto answer = line_from(output, 20s);
  ::close(input);
  ::close(output);
  bool gone = false;
  child->on_exit([&](process_exit) { gone = true; });
  child->kill();
  BOOST_TEST(run_until([&] { return gone; }, 10s));
  return answer;
}

std::vector<std::string> runner_fixture::installs() const {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder / "state/installs", failed), end;
       !failed && at != end; at.increment(failed))
    names.push_back(at->path().filename().string());
  return names;
}

std::size_t runner_fixture::alive() const {
  const auto mark = "TMPDIR=" + (folder / "tmp").string();
  std::size_t count = census(marker).size();
  std::error_code failed;
  for (std::filesystem::directory_iterator at("/proc", failed), end; !failed && at != end;
       at.increment(failed)) {
    std::ifstream file(at->path() / "environ", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    count += text.find(mark) != std::string::npos;
  }
  return count;
}

std::string
runner_fixture::make_repository(const std::string& name,
                                const std::vector<std::pair<std::string, std::string>>& files) {
  const auto path = folder / "repositories" / name;
  for (const auto& [file, text] : files) {
    std::filesystem::create_directories((path / file).parent_path());
    std::ofstream(path / file) << text;
  }
  run("cd '" + path.string() + "' && git init -q -b main && git add -A && " +
      "git -c user.name=t -c user.email=t@t -c commit.gpgsign=false commit -q -m x");
  return "file://" + path.string();
}

server_spec git_server(const std::string& name, const std::string& url, const std::string& ref) {
  server_spec spec;
  spec.id.value = name;
  spec.source = source_kind::git;
  spec.git = url;
  spec.ref = ref;
  return spec;
}

server_spec npx_server(const std::string& name, std::vector<std::string> args) {
  server_spec spec;
  spec.id.value = name;
  spec.command = "npx";
  spec.args = std::move(args);
  return spec;
}

std::string example_url(const runner_fixture& fixture, const std::string& name) {
  const auto target = (fixture.folder / "examples").string();
  run("'" TOOLSCORE_SOURCE_DIR "/examples/make-fixtures' '" + target + "'");
  return "file://" + target + "/" + name;
}

std::string run(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  BOOST_TEST_REQUIRE(::pclose(pipe) == 0, command + ": " + output);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

} // namespace toolscore::test
