#include "node/client_tokens_io.hpp"

#include "gateway/digest_io.hpp"
#include "node/token_io.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t token_characters_min = 32;

unsigned char digit(char c) {
  return static_cast<unsigned char>(c <= '9' ? c - '0' : c - 'a' + 10);
}

token_digest read_digest(const std::string& hex) {
  token_digest out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<unsigned char>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return out;
}

/// A token as it can stand in a header.
bool is_token_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

error wrong(const token_spec& x, const std::string& what) {
  return {errc::bad_config, "node.tokens." + x.name + ": " + what};
}

result<token_digest> read_one(const token_spec& x, const environment& variables) {
  if (x.from == token_spec::source::sha256) return read_digest(x.value);
  std::string text;
  if (x.from == token_spec::source::file) {
    auto read = read_secret(x.value);
    if (!read) return wrong(x, read.failure().detail);
    text = std::move(*read);
  } else {
    const auto value = variables.variable(x.value);
    if (!value) return wrong(x, "the variable " + x.value + " is not set");
    text = *value;
  }
  const auto where = x.from == token_spec::source::file ? x.value : "the variable " + x.value;
  if (text.size() < token_characters_min || !is_token_text(text))
    return wrong(x, where + " holds no token: at least " + std::to_string(token_characters_min) +
                        " characters without spaces, as `openssl rand -hex 32` prints");
  return sha256(text);
}

} // namespace

result<std::vector<known_token>> read_client_tokens(const std::vector<token_spec>& tokens,
                                                    const environment& variables) {
  std::vector<known_token> out;
  for (const auto& x : tokens) {
    const auto digest = read_one(x, variables);
    if (!digest) return digest.failure();
    const auto twin = std::find_if(out.begin(), out.end(),
                                   [&](const auto& other) { return other.digest == *digest; });
    if (twin != out.end())
      return wrong(x, "is the token of \"" + twin->name + "\" too; give each client its own");
    out.push_back({x.name, x.scopes, *digest});
  }
  return out;
}

} // namespace toolscore
