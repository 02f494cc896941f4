#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// What a client may do at the edge. mcp:call includes mcp:read, control:write includes
/// control:read.
enum class scope : std::uint8_t { mcp_read = 1, mcp_call = 2, control_read = 4, control_write = 8 };
/// "mcp:read"
const char* to_string(scope x) noexcept;

/// Some of them, each with what it includes.
class scope_set {
public:
  static constexpr scope_set all() noexcept {
    scope_set x;
    x.bits_ = 15;
    return x;
  }
  constexpr void add(scope x) noexcept {
    bits_ |= static_cast<std::uint8_t>(x);
    if (x == scope::mcp_call) add(scope::mcp_read);
    if (x == scope::control_write) add(scope::control_read);
  }
  constexpr bool has(scope x) const noexcept { return (bits_ & static_cast<unsigned>(x)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(scope_set, scope_set) noexcept = default;

private:
  std::uint8_t bits_ = 0;
};

/// A client's bearer token as it is configured; the token itself stands elsewhere, or as a hash.
struct token_spec {
  enum class source : std::uint8_t { sha256, file, environment };
  std::string name; ///< Of the principal.
  scope_set scopes;
  source from = source::sha256;
  std::string value; ///< 64 hex digits in lower case, an absolute path, or a variable's name.
};

/// What a client is shown of the servers and their tools. Of the rules whose glob fits the
/// principal's name the first one counts; who has none is shown everything.
struct access_rule {
  std::string client;
  std::vector<std::string> servers{"*"};
  std::vector<std::string> allow{"*"}; ///< Globs over `server__tool`.
  std::vector<std::string> deny;       ///< Wins over allow.
};

/// Whose JSON Web Tokens are taken, and what this gateway is to them.
struct issuer_spec {
  std::string url;      ///< What "iss" must say.
  std::string jwks;     ///< Its keys: an absolute path, or a URL.
  std::string resource; ///< Our own canonical URI: what "aud" must hold.
  std::chrono::milliseconds leeway{30'000};
};

/// Paths of PEM files.
struct tls_spec {
  std::string certificate; ///< With its chain.
  std::string key;
};

/// Who comes in, and to what.
struct edge_spec {
  std::vector<std::string> hosts; ///< Further names we go by: "gateway.example[:port]".
  std::vector<token_spec> tokens;
  std::vector<access_rule> rules; ///< In the file's order.
  std::optional<issuer_spec> issuer;
  std::optional<tls_spec> tls;
  bool http_sse = false; ///< The transport of 2024-11-05 is served too.
};

} // namespace toolscore
