#include "runners/oauth/oauth_text.hpp"

#include <algorithm>
#include <cstdint>

namespace toolscore {
namespace {

constexpr std::size_t fields_max = 64;
constexpr std::size_t value_bytes_max = 8 * 1024;

/// @param digits  the alphabet's last two
std::string base64_text(std::string_view bytes, std::string_view last_two, bool padded) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto digit = [&](std::uint32_t at) { return at < 62 ? digits[at] : last_two[at - 62]; };
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i <= count; ++i) out += digit(bits >> (18 - 6 * i) & 63U);
    if (padded) out.append(3 - count, '=');
  }
  return out;
}

std::string encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char x : text) {
    const bool plain = (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
                       x == '-' || x == '.' || x == '_' || x == '~';
    const auto byte = static_cast<unsigned char>(x);
    if (plain)
      out += x;
    else
      out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  const auto digit = [](char x) {
    if (x >= '0' && x <= '9') return x - '0';
    if (x >= 'a' && x <= 'f') return x - 'a' + 10;
    return x >= 'A' && x <= 'F' ? x - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = digit(text[at + 1]);
    const int low = digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

bool is_token_letter(char x) {
  return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(x) != std::string_view::npos;
}

/// RFC 6749, 3.3.
bool is_scope_letter(char x) {
  return x > ' ' && x < 0x7f && x != '"' && x != '\\';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& x : out)
    if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + ('a' - 'A'));
  return out;
}

/// A walk over the challenges of a header (RFC 9110, 11.6.1).
class challenge_reader {
public:
  explicit challenge_reader(std::string_view text) : text_(text) {}

  bearer_challenge read() {
    while (at_ < text_.size()) {
      skip(" \t,");
      const auto word = token();
      if (word.empty()) break;
      skip(" \t");
      if (at_ < text_.size() && text_[at_] == '=' && !scheme_.empty()) {
        ++at_;
        skip(" \t");
        take(lower(word), value());
      } else {
        scheme_ = lower(word);
        out_.bearer = out_.bearer || scheme_ == "bearer";
      }
    }
    return out_;
  }

private:
  void skip(std::string_view what) {
    while (at_ < text_.size() && what.find(text_[at_]) != what.npos) ++at_;
  }
  std::string_view token() {
    const auto from = at_;
    while (at_ < text_.size() && is_token_letter(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  std::string value() {
    if (at_ == text_.size() || text_[at_] != '"') {
      auto plain = std::string(token());
      skip("="); // Of a token68, which no bearer challenge has.
      return plain;
    }
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    ++at_;
    return out;
  }
  void take(const std::string& name, std::string value) {
    if (scheme_ != "bearer" || value.size() > value_bytes_max) return;
    auto* const to = name == "resource_metadata" ? &out_.resource_metadata
                     : name == "scope"           ? &out_.scope
                     : name == "error"           ? &out_.error
                                                 : nullptr;
    if (to != nullptr && to->empty()) *to = std::move(value);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string scheme_;
  bearer_challenge out_;
};

/// Without query and without a slash at its end; of the root it is empty.
std::string path_of(const http_place& x) {
  auto path = x.target.substr(0, x.target.find('?'));
  while (path.ends_with('/')) path.pop_back();
  return path;
}

http_place at_path(http_place origin, std::string path) {
  origin.target = std::move(path);
  return origin;
}

} // namespace

std::string base64url(std::string_view bytes) {
  return base64_text(bytes, "-_", false);
}

std::string basic_credentials(const std::string& client_id, const std::string& secret) {
  return plain_credentials(encoded(client_id), encoded(secret));
}

std::string plain_credentials(const std::string& user, const std::string& password) {
  return "Basic " + base64_text(user + ":" + password, "+/", true);
}

std::string form_text(const form_fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + encoded(name) + "=" + encoded(value);
  return out;
}

std::optional<form_fields> read_form(std::string_view text) {
  form_fields out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || value->size() > value_bytes_max || out.size() == fields_max)
      return std::nullopt;
    for (const auto& known : out)
      if (known.first == *name) return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::string field_of(const form_fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

bearer_challenge read_challenge(std::string_view header) {
  return challenge_reader(header).read();
}

std::string joined_scopes(std::initializer_list<std::string_view> all) {
  std::vector<std::string_view> words;
  for (auto text : all)
    while (!text.empty()) {
      const auto word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
      const bool good = !word.empty() && std::all_of(word.begin(), word.end(), is_scope_letter);
      if (good && std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

std::string resource_identifier(const http_place& server) {
  return origin_of(server) + path_of(server);
}

std::vector<http_place> resource_metadata_places(const http_place& server) {
  const std::string known = "/.well-known/oauth-protected-resource";
  const auto path = path_of(server);
  std::vector<http_place> out{at_path(server, known + path)};
  if (!path.empty()) out.push_back(at_path(server, known));
  return out;
}

std::vector<http_place> issuer_metadata_places(const http_place& issuer) {
  const std::string oauth = "/.well-known/oauth-authorization-server";
  const std::string openid = "/.well-known/openid-configuration";
  const auto path = path_of(issuer);
  std::vector<http_place> out{at_path(issuer, oauth + path), at_path(issuer, openid + path)};
  if (!path.empty()) out.push_back(at_path(issuer, path + openid));
  return out;
}

std::string told_place_fault(const http_place& place, bool inside) {
  if (place.tls || (inside && is_loopback(place.host))) return {};
  return shown_place(place) + " is no https:// URL, and secrets would go there in clear";
}

} // namespace toolscore
