#include "tests/sim/seeds.hpp"

#include "tests/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

namespace toolscore::test {
namespace {

constexpr std::uint64_t faults_max = 5;

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

} // namespace

void run_seeds(std::uint64_t first, std::uint64_t count) {
  const bool replay = std::getenv("TOOLSCORE_SIM_SEED") != nullptr;
  first = number_of("TOOLSCORE_SIM_SEED", first);
  count = number_of("TOOLSCORE_SIM_SEEDS", replay ? 1 : count);
  actor_fixture time;
  const auto before = time.running();
  std::uint64_t faults = 0;
  for (auto seed = first; seed < first + count && faults < faults_max; ++seed) {
    auto outcome = world(time, seed, replay && count == 1).run();
    if (outcome.fault.empty() && time.running() != before)
      outcome.fault = "an actor is left at the end";
    for (const auto& line : outcome.lines) BOOST_TEST_MESSAGE(line);
    if (outcome.fault.empty()) continue;
    ++faults;
    BOOST_ERROR("seed " << seed << ": " << outcome.fault << "; replay: TOOLSCORE_SIM_SEED=" << seed
                        << " " << boost::unit_test::framework::master_test_suite().argv[0]
                        << " --run_test=simulation --log_level=message");
  }
  BOOST_TEST(faults == 0u);
}

} // namespace toolscore::test
