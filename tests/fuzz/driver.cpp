// fuzz [--target NAME] [--iterations N | --seconds T] [--seed S]   or   fuzz --target NAME --input
// HEX
#include "tests/fuzz/fuzzing.hpp"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <unistd.h>

// There where a sanitizer is linked.
extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));

namespace toolscore::test {
namespace {

struct wish {
  std::string target;                ///< Empty = all.
  std::uint64_t iterations = 20'000; ///< Of each target; 0 = until the time is up.
  std::uint64_t seconds = 0;         ///< For all targets together.
  std::uint64_t seed = 1;
  bool one_input = false;
  std::string input;
};

/// Read by the handlers of a crash; one thread.
struct {
  std::string target;
  std::uint64_t seed = 0;
  std::uint64_t iteration = 0;
  std::string input;
} now;

void tell_input() {
  const auto text = "fuzz: target " + now.target + ", seed " + std::to_string(now.seed) +
                    ", iteration " + std::to_string(now.iteration) + "; again: fuzz --target " +
                    now.target + " --input " + hex_of(now.input) + "\n";
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

void tell_signal(int number) {
  tell_input(); // Not safe in every state, but the process is lost anyway and the input is wanted.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

bool holds(const fuzz_target& target) {
  try {
    target.check(now.input);
    return true;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fuzz: %s\n", failure.what());
    tell_input();
    return false;
  }
}

bool run(const fuzz_target& target, const wish& asked, std::size_t targets) {
  now = {std::string(target.name), asked.seed, 0, asked.input};
  if (asked.one_input) return holds(target);
  mutator random(asked.seed ^ choice_of(target.name));
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + std::chrono::milliseconds{asked.seconds * 1'000 / targets};
  const auto more = [&] {
    if (asked.seconds == 0) return now.iteration < asked.iterations;
    return now.iteration % 64 != 0 || clock::now() < end;
  };
  for (const auto& seed : target.seeds) {
    now.input = seed;
    if (!holds(target)) return false;
  }
  for (; more(); ++now.iteration) {
    now.input = random.next(target.seeds);
    if (!holds(target)) return false;
  }
  std::printf("fuzz: %s held for %llu inputs (seed %llu)\n", now.target.c_str(),
              static_cast<unsigned long long>(now.iteration + target.seeds.size()),
              static_cast<unsigned long long>(asked.seed));
  return true;
}

bool number(std::string_view text, std::uint64_t& out) {
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc{} && read.ptr == end;
}

bool understood(int count, char** words, wish& asked) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const std::string_view value = words[i + 1];
    if (word == "--target") {
      asked.target = value;
    } else if (word == "--input") {
      asked.one_input = true;
      asked.input = bytes_of(value);
    } else {
      auto* const where = word == "--iterations" ? &asked.iterations
                          : word == "--seconds"  ? &asked.seconds
                          : word == "--seed"     ? &asked.seed
                                                 : nullptr;
      if (where == nullptr || !number(value, *where)) return false;
    }
  }
  return count % 2 == 1 && (!asked.one_input || !asked.target.empty());
}

int fuzz(int count, char** words) {
  wish asked;
  if (!understood(count, words, asked)) {
    std::fputs("usage: fuzz [--target NAME] [--iterations N | --seconds T] [--seed S] "
               "[--input HEX, needs --target]\n",
               stderr);
    return 2;
  }
  auto targets = all_targets();
  if (!asked.target.empty())
    std::erase_if(targets, [&](const fuzz_target& x) { return x.name != asked.target; });
  if (targets.empty()) {
    std::fprintf(stderr, "fuzz: there is no target %s\n", asked.target.c_str());
    return 2;
  }
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(tell_input);
  } else {
    for (const int x : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) std::signal(x, tell_signal);
  }
  for (const auto& target : targets)
    if (!run(target, asked, targets.size())) return 1;
  return 0;
}

} // namespace
} // namespace toolscore::test

int main(int count, char** words) {
  try {
    return toolscore::test::fuzz(count, words);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fuzz: %s\n", failure.what());
    return 2;
  }
}
