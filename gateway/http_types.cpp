#include "gateway/http_types.hpp"

#include <cstring>
#include <memory>
#include <utility>

namespace toolscore {

namespace {

char lowered(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// The same of eight letters at once; what is no ASCII letter stays as it is.
std::uint64_t lowered(std::uint64_t letters) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101;
  const auto low = letters & 0x7f * each;
  const auto above_z = low + (0x7f - 'Z') * each;
  const auto from_a = low + (0x80 - 'A') * each;
  const auto capitals = ~letters & (from_a ^ above_z) & 0x80 * each;
  return letters | capitals >> 2U;
}

void lower(char* text, std::size_t size) noexcept {
  std::uint64_t letters = 0;
  constexpr auto step = sizeof letters;
  const auto lower_at = [&](char* at) {
    std::memcpy(&letters, at, step);
    letters = lowered(letters);
    std::memcpy(at, &letters, step);
  };
  if (size < step) {
    for (std::size_t i = 0; i < size; ++i) text[i] = lowered(text[i]);
    return;
  }
  for (std::size_t i = 0; i + step < size; i += step) lower_at(text + i);
  lower_at(text + size - step); // What was lowered already stays so.
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  c = lowered(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

} // namespace

bool takes_stream(const header_list& headers) noexcept {
  const auto accept = headers.get("accept");
  if (!accept) return true;
  return accept->find("text/event-stream") != std::string_view::npos ||
         accept->find("text/*") != std::string_view::npos ||
         accept->find("*/*") != std::string_view::npos;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (lowered(text[i]) != lower[i]) return false;
  return true;
}

/// A head's bytes are bounded, so that its fields fit into 16 bits.
void header_list::add(std::string_view name, std::string_view value) {
  const auto at = text_.size();
  text_ += name;
  lower(text_.data() + at, name.size());
  text_ += value;
  const auto key = header_name::key_of(std::string_view{text_}.substr(at, name.size()));
  const auto bit = header_name::bit_of(key);
  if ((seen_ >> bit & 1U) == 0) first_[bit] = static_cast<std::uint16_t>(entries_.size());
  seen_ |= std::uint64_t{1} << bit;
  entries_.push_back({key, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
}

void header_list::clear() noexcept {
  text_.clear();
  entries_.clear();
  seen_ = 0;
}

void header_list::replace(header_name name, std::string_view value) noexcept {
  const auto found = find(name);
  if (found == absent || entries_[found].value_length != value.size()) return;
  const auto& x = entries_[found];
  std::memcpy(text_.data() + x.name_at + x.name_length, value.data(), value.size());
}

std::size_t header_list::count(header_name wanted) const noexcept {
  std::size_t found = 0;
  for (std::size_t i = find(wanted); i < entries_.size(); ++i)
    found += entries_[i].key == wanted.key() && name(i) == wanted.text() ? 1 : 0;
  return found;
}

std::string_view inbound_request::query() const noexcept {
  std::string_view rest = std::string_view{target}.substr(path_length);
  if (!rest.empty()) rest.remove_prefix(1);
  return rest;
}

outbound_answer json_answer(int status, std::string text) {
  outbound_answer x;
  x.status = status;
  x.content_type = "application/json";
  x.body = std::make_shared<const std::string>(std::move(text));
  return x;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string{}
                                            : percent_decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

} // namespace toolscore
