#include "tests/fuzz/fuzzing.hpp"

#include <fstream>
#include <iterator>

namespace toolscore::test {
namespace {

/// What earlier runs found worth keeping: a line of hexadecimal text for each.
void add_found(fuzz_target& target) {
  std::ifstream found(std::string(TOOLSCORE_FUZZ_CORPUS) + "/" + std::string(target.name) + ".hex");
  for (std::string line; std::getline(found, line);)
    if (!line.empty()) target.seeds.push_back(bytes_of(line));
}

} // namespace

std::vector<fuzz_target> all_targets() {
  std::vector<fuzz_target> all;
  for (auto* const some : {message_targets, http_targets, link_targets, token_targets,
                           oauth_targets, engine_targets, listening_targets, reason_targets,
                           transport_targets, state_targets, store_targets, text_targets}) {
    auto more = some();
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }
  for (auto& target : all) add_found(target);
  return all;
}

} // namespace toolscore::test
