// Stands in for `toolscore up -c CONFIG`: reads the same config, serves its server through the
// floor and writes the address where a node does. With STUB_NODE_FAILS in its environment it ends
// at once.
#include "bench/floor_io.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

int main(int count, char** words) {
  if (std::getenv("STUB_NODE_FAILS") != nullptr) {
    std::fprintf(stderr, "the stub was told to fail\n");
    return 3;
  }
  if (count != 4 || std::string_view(words[1]) != "up" || std::string_view(words[2]) != "-c")
    return 2;
  const auto config = nlohmann::json::parse(std::ifstream(words[3]));
  const std::filesystem::path state_dir = config["node"]["state_dir"].get<std::string>();
  std::filesystem::create_directories(state_dir);
  toolscore::floor_options options;
  options.server = {config["mcpServers"]["bench"]["command"].get<std::string>()};
  return toolscore::run_floor(options, [&](std::uint16_t port) {
    std::ofstream(state_dir / "address") << "127.0.0.1:" << port << '\n';
  });
}
