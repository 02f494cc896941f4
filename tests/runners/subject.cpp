// A small server that does one thing, for the tests of process_io: `subject WHAT [ARGUMENT]`.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <time.h>
#include <unistd.h>

namespace {

/// The open descriptors but the one that lists them.
void list_descriptors() {
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder))
    if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != dirfd(folder))
      std::cout << entry->d_name << ' ';
  closedir(folder);
  std::cout << std::endl;
}

void show_environment() {
  for (char** variable = environ; *variable != nullptr; ++variable) std::cout << *variable << '\n';
  std::cout << "." << std::endl;
}

/// "pid session comm processes_in_proc no_new_privs": what the process sees of itself.
void show_self() {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(getpid()) + "/comm"), name);
  int processes = 0;
  DIR* const folder = opendir("/proc");
  while (const dirent* entry = readdir(folder)) processes += std::atoi(entry->d_name) > 0;
  closedir(folder);
  std::string line;
  std::string privileges;
  for (std::ifstream status("/proc/self/status"); std::getline(status, line);)
    if (line.starts_with("NoNewPrivs:")) privileges = line.substr(line.find_last_of('\t') + 1);
  std::cout << getpid() << ' ' << getsid(0) << ' ' << name << ' ' << processes << ' ' << privileges
            << std::endl;
}

void show_signals() {
  std::string line;
  for (std::ifstream status("/proc/self/status"); std::getline(status, line);)
    if (line.starts_with("SigBlk:") || line.starts_with("SigIgn:"))
      std::cout << line.substr(line.find_last_of('\t') + 1) << ' ';
  std::cout << std::endl;
}

void flood(long size) {
  const std::string line(99, 'x');
  for (long written = 0; written < size; written += 100) std::fprintf(stderr, "%s\n", line.c_str());
}

/// Touches so many MiB and keeps a processor busy for 50 ms.
void burn(long megabytes) {
  const auto bytes = static_cast<std::size_t>(megabytes) << 20U;
  auto* const memory = static_cast<volatile char*>(std::malloc(bytes));
  for (std::size_t at = 0; at < bytes; at += 4096) memory[at] = 1;
  for (const clock_t end = clock() + CLOCKS_PER_SEC / 20; clock() < end;) {
  }
}

/// Touches so many MiB, a piece at a time, and says so if it lives to do it.
void hog(long megabytes) {
  for (long done = 0; done < megabytes; ++done) {
    auto* const piece = static_cast<volatile char*>(std::malloc(1U << 20U));
    for (std::size_t at = 0; at < 1U << 20U; at += 4096) piece[at] = 1;
  }
  std::cout << "had " << megabytes << std::endl;
}

/// "CHILDREN ERRNO": how many of so many forks went well, and why the first did not.
void bomb(long count) {
  long born = 0;
  int error = 0;
  for (long i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0)
      for (;;) pause();
    if (child > 0)
      ++born;
    else if (error == 0)
      error = errno;
  }
  std::cout << born << ' ' << error << std::endl;
}

/// Says again what it hears until its input ends.
int echo(int code) {
  char buffer[4096];
  for (ssize_t size = 0; (size = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0;)
    for (ssize_t at = 0; at < size;) {
      const ssize_t put = write(STDOUT_FILENO, buffer + at, static_cast<std::size_t>(size - at));
      if (put <= 0) return 1;
      at += put;
    }
  return code;
}

std::atomic<int> terms{0};

/// Counts the SIGTERMs it hears and writes "NAME COUNT" a moment after the first one.
[[noreturn]] void count_terms(const char* name) {
  std::signal(SIGTERM, [](int) { ++terms; });
  std::cout << "ready " << name << std::endl;
  while (terms == 0) usleep(1000);
  usleep(100'000);
  std::cout << name << ' ' << terms << std::endl;
  for (;;) pause();
}

/// A server of several threads that counts its SIGTERMs; with children in sessions of their own.
[[noreturn]] void count_terms_of_tree(long threads, long children) {
  for (long i = 0; i < threads; ++i)
    std::thread([] {
      for (;;) pause();
    }).detach();
  for (long i = 0; i < children; ++i)
    if (fork() == 0) {
      setsid();
      count_terms("child");
    }
  count_terms("server");
}

void dump_core() {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
  std::abort();
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const long number = argc > 2 ? std::atol(argv[2]) : 0;
  if (what == "exit") return static_cast<int>(number);
  if (what == "echo") return echo(static_cast<int>(number));
  if (what == "raise") {
    std::signal(static_cast<int>(number), SIG_DFL); // A sanitizer would make an exit of some.
    return std::raise(static_cast<int>(number));
  }
  if (what == "descriptors") list_descriptors();
  if (what == "environment") show_environment();
  if (what == "self") show_self();
  if (what == "signals") show_signals();
  if (what == "flood") {
    flood(number);
    std::cout << "flooded" << std::endl;
  }
  if (what == "burn") {
    burn(number);
    std::cout << "burnt" << std::endl;
    for (;;) pause();
  }
  if (what == "core") dump_core();
  if (what == "terms") count_terms_of_tree(number, argc > 3 ? std::atol(argv[3]) : 0);
  if (what == "hog") {
    hog(number);
    for (;;) pause();
  }
  if (what == "hog_child") { // Only a helper is too big; it ends of what it sees of that.
    const pid_t child = fork();
    if (child == 0) {
      hog(number);
      return 0;
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 3 : 0;
  }
  if (what == "bomb") {
    bomb(number);
    for (;;) pause();
  }
  if (what == "spin")
    for (;;) {
    }
  if (what == "files") {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    std::cout << limit.rlim_cur << ' ' << limit.rlim_max << std::endl;
  }
  if (what == "both") { // One line on each, for logs that take both.
    std::cout << "to stdout" << std::endl;
    std::cerr << "to stderr" << std::endl;
  }
  if (what == "wait")
    for (;;) pause();
  return 0;
}
