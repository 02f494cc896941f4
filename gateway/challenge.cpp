#include "gateway/challenge.hpp"

#include "mcp/json_text.hpp"

namespace toolscore {
namespace {

constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";

/// Where the path of an absolute URL begins; its end where it has none.
std::size_t path_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto slash = url.find('/', scheme == url.npos ? 0 : scheme + 3);
  return slash == url.npos ? url.size() : slash;
}

} // namespace

std::string challenge(const challenge_facts& x) {
  std::string out = "WWW-Authenticate: Bearer";
  bool first = true;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(first ? " " : ", ").append(name).append("=\"").append(value).append("\"");
    first = false;
  };
  if (x.too_little)
    add("error", "insufficient_scope");
  else if (x.refused_token)
    add("error", "invalid_token");
  // Without an issuer nobody could ask for a scope, so only who lacks one is told of it.
  if (x.needed && (x.too_little || !x.metadata_url.empty())) {
    // Most who read want to call as well: asked for at once, it is asked for once.
    const bool early = !x.too_little && *x.needed == scope::mcp_read;
    add("scope", to_string(early ? scope::mcp_call : *x.needed));
  }
  if (!x.metadata_url.empty()) add("resource_metadata", x.metadata_url);
  return out += "\r\n";
}

std::string metadata_path(std::string_view resource) {
  return std::string(well_known) + std::string(resource.substr(path_of(resource)));
}

std::string metadata_url(std::string_view resource) {
  return std::string(resource.substr(0, path_of(resource))) + metadata_path(resource);
}

bool is_metadata_path(std::string_view path) noexcept {
  if (!path.starts_with(well_known)) return false;
  path.remove_prefix(well_known.size());
  return path.empty() || path == "/mcp" || path.starts_with("/mcp/");
}

std::string metadata_text(const issuer_spec& issuer) {
  return R"({"resource":)" + mcp::quote(issuer.resource) + R"(,"authorization_servers":[)" +
         mcp::quote(issuer.url) +
         R"(],"scopes_supported":["mcp:read","mcp:call"],"bearer_methods_supported":["header"]})";
}

} // namespace toolscore
