#include "runners/oauth/redirect_answer.hpp"

#include <algorithm>

namespace toolscore {
namespace {

constexpr std::size_t code_bytes_max = 4 * 1024;

bool is_plain(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), [](char x) { return x >= ' ' && x < 0x7f; });
}

} // namespace

redirect_answer judge_redirect(const form_fields& query, const std::string& state,
                               const issuer_metadata& issuer) {
  using kind = redirect_answer::kind;
  if (state.empty() || field_of(query, "state") != state) return {kind::stray, {}};
  const auto named =
      std::find_if(query.begin(), query.end(), [](const auto& x) { return x.first == "iss"; });
  if (named != query.end() && named->second != issuer.issuer)
    return {kind::refused,
            "the answer is of another authorization server than the one that was asked"};
  if (named == query.end() && issuer.names_itself)
    return {kind::refused, "the answer does not say of which authorization server it is"};
  if (const auto why = field_of(query, "error"); !why.empty())
    return {kind::refused, "the authorization server refused: " +
                               (is_plain(why, 64) ? why : std::string("it gave no reason"))};
  const auto code = field_of(query, "code");
  if (!is_plain(code, code_bytes_max))
    return {kind::refused, "the answer holds no authorization code"};
  return {kind::code, code};
}

std::string authorization_url(const authorization_request& x) {
  form_fields fields{{"response_type", "code"},        {"client_id", x.client_id},
                     {"redirect_uri", x.redirect_uri}, {"state", x.state},
                     {"code_challenge", x.challenge},  {"code_challenge_method", "S256"},
                     {"resource", x.resource}};
  if (!x.scope.empty()) fields.emplace_back("scope", x.scope);
  return x.endpoint + (x.endpoint.find('?') == std::string::npos ? "?" : "&") + form_text(fields);
}

} // namespace toolscore
