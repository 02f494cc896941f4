#include "config/log_pattern.hpp"

#include <cstdint>
#include <re2/re2.h>
#include <utility>

namespace toolscore {
namespace {

/// Of the expression and the automaton that is built while it is searched.
constexpr std::int64_t memory_bytes_max = 1 << 20;

} // namespace

log_pattern::log_pattern(std::shared_ptr<const re2::RE2> compiled)
    : compiled_(std::move(compiled)) {}

result<log_pattern> log_pattern::compile(const std::string& text) {
  if (text.empty())
    return error{errc::bad_config, "an empty expression is in every line, write one that is only "
                                   "in the line that tells it is ready"};
  if (text.size() > text_bytes_max)
    return error{errc::bad_config, "an expression of " + std::to_string(text.size()) +
                                       " bytes is too long, write at most " +
                                       std::to_string(text_bytes_max)};
  re2::RE2::Options options;
  options.set_log_errors(false); // It would print on stderr.
  options.set_never_capture(true);
  options.set_max_mem(memory_bytes_max);
  auto compiled = std::make_shared<const re2::RE2>(text, options);
  if (!compiled->ok())
    return error{errc::bad_config, "no regular expression in RE2's syntax: " + compiled->error() +
                                       "; mend it (RE2 has no look-around and no back-references)"};
  if (compiled->ProgramSize() > size_max)
    return error{errc::bad_config, "the expression is too large once compiled (" +
                                       std::to_string(compiled->ProgramSize()) + ", at most " +
                                       std::to_string(size_max) +
                                       "), write shorter repetitions and classes"};
  return log_pattern(std::move(compiled));
}

bool log_pattern::matches(std::string_view line) const {
  return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *compiled_);
}

} // namespace toolscore
