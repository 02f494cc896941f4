#include "bench/instant_server_io.hpp"

#include <charconv>
#include <cstdio>
#include <string_view>

int main(int count, char** words) {
  toolscore::instant_server_options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--legacy") {
      options.legacy = true;
      continue;
    }
    const std::string_view value = i + 1 < count ? words[i + 1] : "";
    std::chrono::microseconds::rep work_us = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), work_us);
    if (word != "--work-us" || read.ec != std::errc{} || work_us < 0) {
      std::fprintf(stderr, "usage: toolscore-bench-server [--legacy] [--work-us N]\n");
      return 2;
    }
    options.work = std::chrono::microseconds{work_us};
    ++i;
  }
  return toolscore::run_instant_server(options);
}
