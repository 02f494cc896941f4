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

/// `name` is in lower case.
std::uint32_t key_of(std::string_view name) noexcept {
  const auto first = name.empty() ? '\0' : name.front();
  return static_cast<std::uint32_t>(name.size()) << 8 | static_cast<unsigned char>(first);
}

/// Which of 64 bits stands for a key.
std::uint64_t bit_of(std::uint32_t key) noexcept {
  return std::uint64_t{1} << ((key * 0x9e3779b1u) >> 26);
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

void header_list::add(std::string_view name, std::string_view value) {
  const auto at = text_.size();
  text_ += name;
  lower(text_.data() + at, name.size());
  text_ += value;
  const auto key = key_of(std::string_view{text_}.substr(at, name.size()));
  seen_ |= bit_of(key);
  entries_.push_back({key, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
}

void header_list::clear() noexcept {
  text_.clear();
  entries_.clear();
  seen_ = 0;
}

std::string_view header_list::name(std::size_t index) const noexcept {
  const auto& x = entries_[index];
  return std::string_view{text_}.substr(x.name_at, x.name_length);
}

std::string_view header_list::value(std::size_t index) const noexcept {
  const auto& x = entries_[index];
  return std::string_view{text_}.substr(x.name_at + x.name_length, x.value_length);
}

std::optional<std::string_view> header_list::get(std::string_view wanted) const noexcept {
  const auto key = key_of(wanted);
  if ((seen_ & bit_of(key)) == 0) return std::nullopt;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].key == key && name(i) == wanted) return value(i);
  return std::nullopt;
}

void header_list::replace(std::string_view name, std::string_view value) noexcept {
  const auto old = get(name);
  if (!old || old->size() != value.size()) return;
  std::memcpy(text_.data() + (old->data() - text_.data()), value.data(), value.size());
}

std::size_t header_list::count(std::string_view wanted) const noexcept {
  const auto key = key_of(wanted);
  if ((seen_ & bit_of(key)) == 0) return 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    found += entries_[i].key == key && name(i) == wanted ? 1 : 0;
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
