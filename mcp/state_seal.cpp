#include "mcp/state_seal.hpp"

#include "mcp/hash.hpp"
#include "mcp/json_digest.hpp"

#include <charconv>

namespace toolscore::mcp {
namespace {

constexpr std::string_view prefix = "toolscore-2.";
constexpr std::size_t until_size = 16;
constexpr std::size_t tag_size = 32;
constexpr std::size_t head_size = prefix.size() + until_size + tag_size + 1;

/// In time that does not depend on where they differ.
bool same(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned differs = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    differs |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return differs == 0;
}

} // namespace

std::string state_seal::tag_of(std::string_view until, std::string_view state,
                               const call_identity& call, std::string_view server) const {
  std::string text;
  // Each with its length, so that nothing of one passes for a part of the next.
  for (const std::string_view part :
       {until, std::string_view(call.principal), std::string_view(call.path), server,
        std::string_view(call.method), std::string_view(call.name)})
    text.append(hex(part.size())).append(part);
  text.append(hex(json_digest(first_, call.arguments)));
  text.append(hex(json_digest(second_, call.arguments)));
  text.append(state);
  return hex(siphash(first_, text)) + hex(siphash(second_, text));
}

std::string state_seal::seal(std::string_view state, const call_identity& call,
                             std::string_view server, std::int64_t good_until_ms) const {
  const auto until = hex(static_cast<std::uint64_t>(good_until_ms));
  std::string text(prefix);
  text.append(until).append(tag_of(until, state, call, server)).append(".").append(state);
  return text;
}

std::optional<std::string> state_seal::open(std::string_view sealed, const call_identity& call,
                                            std::string_view server, std::int64_t now_ms) const {
  if (!sealed.starts_with(prefix) || sealed.size() < head_size) return std::nullopt;
  const auto until = sealed.substr(prefix.size(), until_size);
  const auto tag = sealed.substr(prefix.size() + until_size, tag_size);
  const auto state = sealed.substr(head_size);
  if (sealed[head_size - 1] != '.' || !same(tag, tag_of(until, state, call, server)))
    return std::nullopt;
  std::uint64_t good_until = 0;
  std::from_chars(until.data(), until.data() + until.size(), good_until, 16);
  if (now_ms >= static_cast<std::int64_t>(good_until)) return std::nullopt;
  return std::string(state);
}

} // namespace toolscore::mcp
