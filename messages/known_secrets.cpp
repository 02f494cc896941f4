#include "messages/known_secrets.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace toolscore {
namespace {

constexpr std::string_view mark = "[redacted]";
constexpr std::size_t line_bytes_least = 8; ///< Of a secret of several lines.
constexpr std::size_t head_bytes = 4;       ///< What a value is looked up by.
constexpr std::size_t key_bytes_max = 64;   ///< Longer keys are no names of secrets.

std::uint32_t head_of(std::string_view text) noexcept {
  std::uint32_t head = 0;
  for (std::size_t i = 0; i < head_bytes; ++i)
    head = head << 8U | static_cast<unsigned char>(text[i]);
  return head;
}

std::size_t first_two(std::string_view text) noexcept {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8U |
         static_cast<unsigned char>(text[1]);
}

/// As JSON writes it between quotes.
std::string in_json(std::string_view value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (byte < 0x20)
      out.append("\\u00").append({digits[byte >> 4U], digits[byte & 0xfU]});
    else
      out += c;
  }
  return out;
}

} // namespace

void secret_set::add_plain(std::string_view value) {
  if (value.size() < bytes_least) return;
  auto& same_head = values_[head_of(value)];
  if (std::find(same_head.begin(), same_head.end(), value) != same_head.end()) return;
  same_head.emplace_back(value);
  std::sort(same_head.begin(), same_head.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  first_two_.set(first_two(value));
  longest_ = std::max(longest_, value.size());
  ++count_;
}

bool secret_set::holds(std::string_view value) const {
  if (value.size() < bytes_least) return true; // Nothing to be found.
  const auto found = values_.find(head_of(value));
  return found != values_.end() &&
         std::find(found->second.begin(), found->second.end(), value) != found->second.end();
}

void secret_set::add(std::string_view value) {
  add_plain(value);
  add_plain(in_json(value));
  if (value.find('\n') == value.npos) return;
  while (!value.empty()) {
    const auto line = value.substr(0, value.find('\n'));
    if (line.size() >= line_bytes_least) {
      add_plain(line);
      add_plain(in_json(line));
    }
    value.remove_prefix(std::min(value.size(), line.size() + 1));
  }
}

const std::string* secret_set::at(std::string_view text) const {
  if (text.size() < bytes_least || !first_two_.test(first_two(text))) return nullptr;
  const auto found = values_.find(head_of(text));
  if (found == values_.end()) return nullptr;
  for (const auto& value : found->second)
    if (text.starts_with(value)) return &value;
  return nullptr;
}

std::optional<std::string> secret_set::scrub(std::string_view text) const {
  if (values_.empty()) return std::nullopt;
  std::optional<std::string> out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i + bytes_least <= text.size(); ++i) {
    const auto* const value = at(text.substr(i));
    if (value == nullptr) continue;
    if (!out) out.emplace();
    out->append(text.substr(copied, i - copied)).append(mark);
    copied = i + value->size();
    i = copied - 1;
  }
  if (out) out->append(text.substr(copied));
  return out;
}

std::size_t secret_set::unfinished(std::string_view text) const {
  if (values_.empty()) return 0;
  const auto look = std::min(text.size(), longest_ - 1);
  for (auto length = look; length > 0; --length) {
    const auto end = text.substr(text.size() - length);
    const auto begins = [end](const std::string& value) {
      return value.size() > end.size() && std::string_view(value).starts_with(end);
    };
    if (length >= head_bytes) {
      const auto found = values_.find(head_of(end));
      if (found != values_.end() && std::any_of(found->second.begin(), found->second.end(), begins))
        return length;
      continue;
    }
    for (const auto& [head, same_head] : values_)
      if (std::any_of(same_head.begin(), same_head.end(), begins)) return length;
  }
  return 0;
}

known_secrets& known_secrets::here() {
  static auto* const one = new known_secrets; // Never destroyed: threads may log until the end.
  return *one;
}

void known_secrets::add(std::string_view value) {
  const std::lock_guard hold(guard_);
  if (set_->holds(value)) return;
  if (set_->size() >= values_max)
    set_ = std::make_shared<secret_set>();
  else if (set_.use_count() > 1) // A reader has it. Without one nobody gets it but by this lock.
    set_ = std::make_shared<secret_set>(*set_);
  std::atomic_thread_fence(std::memory_order_acquire); // What the last reader read, it has read.
  set_->add(value);
}

std::shared_ptr<const secret_set> known_secrets::all() const {
  const std::lock_guard hold(guard_);
  return set_;
}

std::string known_secrets::scrubbed(std::string text) const {
  auto hidden = scrub(text);
  return hidden ? std::move(*hidden) : std::move(text);
}

bool names_a_secret(std::string_view key) noexcept {
  if (key.size() > key_bytes_max) return false;
  std::array<char, key_bytes_max> buffer{};
  std::size_t length = 0;
  for (const char c : key)
    if (c >= 'A' && c <= 'Z')
      buffer[length++] = static_cast<char>(c - 'A' + 'a');
    else if (c != '_' && c != '-' && c != '.' && c != ' ')
      buffer[length++] = c;
  const std::string_view plain(buffer.data(), length);
  for (const std::string_view harmless : {"pagetoken", "progresstoken", "continuationtoken"})
    if (plain.ends_with(harmless)) return false;
  for (const std::string_view name :
       {"token", "password", "passwd", "passphrase", "secret", "secretkey", "authorization",
        "apikey", "privatekey", "accesskey", "credential", "credentials", "cookie", "bearer"})
    if (plain.ends_with(name)) return true;
  return false;
}

} // namespace toolscore
