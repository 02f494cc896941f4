// The same targets for clang's libFuzzer, which is led by what of the code an input reaches:
// fuzz_clang --target=NAME CORPUS_DIRECTORY [libFuzzer's own flags]. The seeds are put into the
// directory first.
#include "tests/fuzz/fuzzing.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>

namespace toolscore::test {
namespace {

const fuzz_target*& chosen() {
  static const fuzz_target* one = nullptr;
  return one;
}

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "fuzz: %s\n", why.c_str());
  std::exit(2);
}

void write_seeds(const fuzz_target& target, const std::string& directory) {
  std::filesystem::create_directories(directory);
  for (std::size_t i = 0; i < target.seeds.size(); ++i)
    std::ofstream(directory + "/seed-" + std::to_string(i), std::ios::binary) << target.seeds[i];
}

void choose(int count, char** words) {
  constexpr std::string_view mark = "--target=";
  static const auto all = all_targets();
  std::string directory;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word.starts_with(mark)) {
      for (const auto& x : all)
        if (x.name == word.substr(mark.size())) chosen() = &x;
    } else if (!word.starts_with('-') && directory.empty()) {
      directory = word;
    }
  }
  if (chosen() == nullptr) refuse("name a target: --target=envelope");
  if (!directory.empty() && !std::filesystem::is_regular_file(directory))
    write_seeds(*chosen(), directory);
}

} // namespace
} // namespace toolscore::test

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  try {
    toolscore::test::choose(*count, *words);
  } catch (const std::exception& failure) {
    toolscore::test::refuse(failure.what());
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace toolscore::test;
  const std::string_view input(reinterpret_cast<const char*>(bytes), count);
  try {
    chosen()->check(input);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "fuzz: target %.*s: %s; again: fuzz --target %.*s --input %s\n",
                 static_cast<int>(chosen()->name.size()), chosen()->name.data(), failure.what(),
                 static_cast<int>(chosen()->name.size()), chosen()->name.data(),
                 hex_of(input).c_str());
    std::abort();
  }
  return 0;
}
