#include "tests/test_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <spawn.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace toolscore::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool in_path(const std::string& program) {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string directory; std::getline(path, directory, ':');)
    if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  return ::access(("/usr/sbin/" + program).c_str(), X_OK) == 0;
}

/// Whether somebody takes connections there.
bool answers(const std::string& socket) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const bool good = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return good;
}

/// What a host that gives a process no more than it has needs to be told, and a store of our own.
void write_settings(const std::string& directory) {
  std::ofstream(directory + "/containers.conf")
      << "[containers]\ndefault_ulimits = [\"nofile=4096:4096\", \"nproc=30000:30000\"]\n"
         "[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"
         "[network]\nnetwork_backend = \"netavark\"\n";
  std::ofstream(directory + "/storage.conf")
      << "[storage]\ndriver = \"vfs\"\ngraphroot = \"" << directory << "/root\"\nrunroot = \""
      << directory << "/run\"\n";
}

} // namespace

bool test_engine::is_there() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false; // No program that carries a sanitizer is static, as those of the image must be.
#endif
  if (std::getenv("CI") != nullptr) return true;
  const bool there = ::geteuid() == 0 && in_path("podman") && in_path("conmon") && in_path("runc");
  if (!there) BOOST_TEST_MESSAGE("no container engine here: podman, conmon and runc as root");
  return there;
}

test_engine::test_engine() {
  // Short: a unix socket's path has 107 bytes.
  std::string pattern = (fs::temp_directory_path() / "tse-XXXXXX").string();
  directory_ = ::mkdtemp(pattern.data());
  write_settings(directory_);
}

test_engine::~test_engine() {
  podman({"rm", "--all", "--force", "--time", "0"});
  if (service_ > 0) {
    ::kill(service_, SIGTERM);
    ::waitpid(service_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

pid_t test_engine::run(const std::vector<std::string>& words, const std::string& output) const {
  std::vector<std::string> variables{
      "CONTAINERS_CONF=" + directory_ + "/containers.conf",
      "CONTAINERS_STORAGE_CONF=" + directory_ + "/storage.conf", "HOME=" + directory_,
      "TMPDIR=" + directory_, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  for (const auto& row : variables) envp.push_back(const_cast<char*>(row.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t pid = 0;
  if (::posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), envp.data()) != 0) pid = 0;
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

bool test_engine::start() {
  service_ = run({"podman", "system", "service", "--time=0", address()}, directory_ + "/log");
  for (const auto end = std::chrono::steady_clock::now() + 60s;
       std::chrono::steady_clock::now() < end;) {
    if (service_ > 0 && answers(socket())) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

void test_engine::kill_service() {
  if (service_ <= 0) return;
  ::kill(service_, SIGKILL);
  ::waitpid(service_, nullptr, 0);
  service_ = 0;
}

std::string test_engine::podman(const std::vector<std::string>& words) const {
  const auto output = directory_ + "/output";
  std::error_code ignored;
  fs::remove(output, ignored);
  std::vector<std::string> all{"podman"};
  all.insert(all.end(), words.begin(), words.end());
  const auto pid = run(all, output);
  int status = 1;
  if (pid <= 0 || ::waitpid(pid, &status, 0) != pid || status != 0) return {};
  return text_of(output);
}

bool test_engine::import(const std::string& image, const std::vector<std::string>& files) {
  const fs::path root = directory_ + "/image";
  fs::create_directories(root / "tmp");
  for (const auto& file : files)
    fs::copy_file(file, root / fs::path(file).filename(), fs::copy_options::overwrite_existing);
  const auto tar = directory_ + "/image.tar";
  int status = 1;
  const auto pid = run({"tar", "-C", root.string(), "-cf", tar, "."}, directory_ + "/log");
  if (pid <= 0 || ::waitpid(pid, &status, 0) != pid || status != 0) return false;
  return !podman({"import", "--change", "ENTRYPOINT [\"/server\"]", tar, image}).empty();
}

std::vector<std::string> test_engine::containers() const {
  std::vector<std::string> out;
  std::istringstream lines(podman({"ps", "--all", "--format", "{{.Names}}"}));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

std::size_t test_engine::processes() const {
  std::size_t count = 0;
  for (const auto& entry :
       fs::directory_iterator("/proc", fs::directory_options::skip_permission_denied)) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != name.npos || name == std::to_string(service_))
      continue;
    count += text_of(entry.path() / "cmdline").find(directory_) != std::string::npos;
  }
  return count;
}

std::string test_engine::log() const {
  return text_of(directory_ + "/log");
}

namespace {

std::unique_ptr<test_engine>& shared() {
  static std::unique_ptr<test_engine> engine;
  return engine;
}

/// Ends it before the program's statics go, where Boost can still hear of what is left.
struct end_of_engine {
  ~end_of_engine() {
    if (!shared()) return;
    for (const auto& name : shared()->containers()) BOOST_ERROR("a container is left: " + name);
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (shared()->processes() != 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(50ms); // conmon ends a moment after its container.
    if (shared()->processes() != 0) BOOST_ERROR("processes of the engine are left");
    shared() = nullptr;
  }
};
BOOST_TEST_GLOBAL_FIXTURE(end_of_engine);

} // namespace

test_engine& shared_engine() {
  auto& engine = shared();
  if (engine) return *engine;
  engine = std::make_unique<test_engine>();
  BOOST_REQUIRE_MESSAGE(engine->start(), "no engine starts: " + engine->log());
  std::vector<std::string> files;
  for (const char* name : {"/server", "/subject", "/stubborn", "/web"})
    files.push_back(std::string(TOOLSCORE_CONTRACT_PROGRAMS) + name);
  BOOST_REQUIRE_MESSAGE(engine->import(test_image, files), "no image is made: " + engine->log());
  return *engine;
}

} // namespace toolscore::test
