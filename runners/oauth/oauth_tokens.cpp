#include "runners/oauth/oauth_tokens.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using json = nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t token_bytes_max = 16 * 1024;
constexpr std::int64_t life_max_s = 10LL * 365 * 24 * 3600;

json object_of(std::string_view text) {
  return json::parse(text.begin(), text.end(), nullptr, false);
}

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// What goes into a header: printable, without blanks, and not too long.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= token_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char x) { return x > ' ' && x < 0x7f; });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == text.npos;
}

/// Seconds as a number or, as some write it, as a text.
std::optional<std::chrono::seconds> life_of(const json& tree) {
  const auto at = tree.find("expires_in");
  if (at == tree.end()) return std::nullopt;
  std::int64_t seconds = -1;
  if (at->is_number())
    seconds = static_cast<std::int64_t>(
        std::clamp(at->get<double>(), -1.0, static_cast<double>(life_max_s)));
  if (at->is_string()) {
    const auto& text = at->get_ref<const std::string&>();
    if (!text.empty() && text.size() <= 9 && text.find_first_not_of("0123456789") == text.npos)
      seconds = std::stoll(text);
  }
  if (seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

error refusal_of(int status, const json& tree) {
  auto word = tree.is_object() ? text_of(tree, "error") : std::string();
  if (!is_word(word)) word.clear();
  const auto told = word.empty() ? "HTTP " + std::to_string(status) : word;
  if (status == 429 || status >= 500)
    return {errc::io_failed, "it gives no token now (HTTP " + std::to_string(status) + ")"};
  const bool hopeless = word == "invalid_grant" || word == "invalid_client" ||
                        word == "unauthorized_client" || word == "access_denied" || status == 401;
  return {hopeless ? errc::unauthorized : errc::bad_answer, "it refused a token: " + told};
}

} // namespace

bool is_due(const oauth_tokens& tokens, wall_moment now) noexcept {
  if (!tokens.expires) return false;
  const auto life = *tokens.expires - tokens.obtained;
  return now + std::min<wall_moment::duration>(60s, life / 5) >= *tokens.expires;
}

bool is_expired(const oauth_tokens& tokens, wall_moment now) noexcept {
  return tokens.expires && now >= *tokens.expires;
}

result<oauth_tokens> read_token_answer(int status, std::string_view text, wall_moment now,
                                       const oauth_tokens& before) {
  const auto tree = object_of(text);
  if (status < 200 || status > 299) return refusal_of(status, tree);
  if (!tree.is_object()) return error{errc::bad_answer, "its token answer is no JSON object"};
  if (tree.contains("error") && !tree.contains("access_token")) return refusal_of(400, tree);
  oauth_tokens out = before;
  out.access = text_of(tree, "access_token");
  if (!is_token(out.access)) return error{errc::bad_answer, "its answer holds no access token"};
  auto type = text_of(tree, "token_type");
  for (char& x : type)
    if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + ('a' - 'A'));
  if (type != "bearer")
    return error{errc::bad_answer, "its token is of another type than \"Bearer\""};
  if (const auto refresh = text_of(tree, "refresh_token"); is_token(refresh)) out.refresh = refresh;
  if (const auto scope = text_of(tree, "scope"); !scope.empty() && scope.size() <= token_bytes_max)
    out.scope = scope;
  out.obtained = now;
  out.expires.reset();
  if (const auto life = life_of(tree)) out.expires = now + *life;
  return out;
}

token_request make_token_request(const oauth_client& client, form_fields fields) {
  token_request out;
  if (client.auth_method == "client_secret_basic") {
    out.headers.emplace_back("Authorization", basic_credentials(client.id, client.secret));
  } else {
    fields.emplace_back("client_id", client.id);
    if (!client.secret.empty()) fields.emplace_back("client_secret", client.secret);
  }
  out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  out.body = form_text(fields);
  return out;
}

std::string to_text(const login_record& x) {
  const auto seconds = [](wall_moment at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  };
  json out{{"server", x.server},
           {"issuer", x.issuer},
           {"token_endpoint", x.token_endpoint},
           {"revocation_endpoint", x.revocation_endpoint},
           {"client_id", x.client.id},
           {"client_secret", x.client.secret},
           {"auth_method", x.client.auth_method},
           {"resource", x.resource},
           {"scope", x.tokens.scope},
           {"access_token", x.tokens.access},
           {"refresh_token", x.tokens.refresh},
           {"obtained", seconds(x.tokens.obtained)}};
  if (x.tokens.expires) out["expires"] = seconds(*x.tokens.expires);
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<login_record> read_login_record(std::string_view text) {
  const auto tree = object_of(text);
  if (!tree.is_object()) return std::nullopt;
  login_record x;
  x.server = text_of(tree, "server");
  x.issuer = text_of(tree, "issuer");
  x.token_endpoint = text_of(tree, "token_endpoint");
  x.revocation_endpoint = text_of(tree, "revocation_endpoint"); // Older files have none.
  x.client = {text_of(tree, "client_id"), text_of(tree, "client_secret"),
              text_of(tree, "auth_method")};
  x.resource = text_of(tree, "resource");
  x.tokens.scope = text_of(tree, "scope");
  x.tokens.access = text_of(tree, "access_token");
  x.tokens.refresh = text_of(tree, "refresh_token");
  const auto moment_of = [&](const char* key) -> std::optional<wall_moment> {
    const auto at = tree.find(key);
    if (at == tree.end() || !at->is_number_integer()) return std::nullopt;
    return wall_moment(std::chrono::seconds(
        std::clamp<std::int64_t>(at->get<std::int64_t>(), 0, std::int64_t{1} << 33U)));
  };
  x.tokens.obtained = moment_of("obtained").value_or(wall_moment());
  x.tokens.expires = moment_of("expires");
  if (x.token_endpoint.empty() || !is_token(x.tokens.access)) return std::nullopt;
  return x;
}

std::optional<login_record> read_login_record(std::string_view text, const std::string& server) {
  auto x = read_login_record(text);
  return x && x->server == server ? std::move(x) : std::nullopt;
}

} // namespace toolscore
