#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::test {

/// A reader of text from outside, with what must hold whatever it is given.
struct fuzz_target {
  std::string_view name;
  std::vector<std::string> seeds;        ///< Inputs that reach its depths; never empty.
  void (*check)(std::string_view input); ///< @throws broken_property
};

struct broken_property : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void expect(bool holds, const char* what) {
  if (!holds) throw broken_property(what);
}

/// Changes inputs at random: the same seed gives the same inputs on every machine.
class mutator {
public:
  explicit mutator(std::uint64_t seed) : random_(seed) {}
  /// One of the seeds, spoiled up to eight times; at most `input_bytes_max` long.
  std::string next(const std::vector<std::string>& seeds);

private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  void spoil(std::string& text, const std::vector<std::string>& seeds);

  std::mt19937_64 random_;
};
inline constexpr std::size_t input_bytes_max = 8192;

/// A number that depends on the input alone, for choices inside a check.
std::uint64_t choice_of(std::string_view input);
std::string hex_of(std::string_view bytes);
/// @throws std::invalid_argument where it is no hexadecimal text
std::string bytes_of(std::string_view hex);

std::vector<fuzz_target> message_targets();   ///< The protocol's messages.
std::vector<fuzz_target> http_targets();      ///< Whole requests.
std::vector<fuzz_target> token_targets();     ///< Authorization fields, tokens and key sets.
std::vector<fuzz_target> link_targets();      ///< What servers over HTTP send: events, URLs.
std::vector<fuzz_target> listening_targets(); ///< Filters, batches, marked arguments.
std::vector<fuzz_target> oauth_targets();     ///< What authorization servers answer.
std::vector<fuzz_target> engine_targets();    ///< What a container engine says.
std::vector<fuzz_target> reason_targets();    ///< Lines of tasks, what a chat endpoint says.
std::vector<fuzz_target> transport_targets(); ///< Checks of a request, event streams.
std::vector<fuzz_target> state_targets();     ///< Cursors, calls that wait for their client.
std::vector<fuzz_target> store_targets();     ///< Blocks of records.
std::vector<fuzz_target> text_targets();      ///< Lines, headers, requests and the configuration.
/// All of them, their seeds with what stands in the corpus.
std::vector<fuzz_target> all_targets();

} // namespace toolscore::test
