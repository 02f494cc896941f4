#include "runners/install_keys.hpp"

#include <cctype>
#include <cstdint>

namespace toolscore {
namespace {

constexpr std::size_t readable_max = 32;

__extension__ using wide = unsigned __int128;

/// FNV-1a with 128 bits. The configuration's owner chooses what is hashed, so there is no adversary
/// to resist, only accidents.
class hasher {
public:
  void add(std::string_view text) {
    for (const char c : text) {
      state_ ^= static_cast<unsigned char>(c);
      state_ *= prime;
    }
  }
  std::string hex() const {
    std::string out;
    for (int shift = 124; shift >= 0; shift -= 4)
      out += "0123456789abcdef"[static_cast<unsigned>(state_ >> shift) & 15u];
    return out;
  }

private:
  static constexpr wide prime = (wide{1} << 88) + 0x13b;
  wide state_ = (wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
};

} // namespace

std::string install_key(std::string_view name, const std::vector<std::string>& parts) {
  std::string readable;
  for (const char c : name.substr(0, readable_max)) {
    const auto byte = static_cast<unsigned char>(c);
    readable += byte < 128 && std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '-';
  }
  hasher hash;
  for (const auto& part : parts) {
    hash.add(std::to_string(part.size()) + ":");
    hash.add(part);
  }
  return (readable.empty() ? "x" : readable) + "-" + hash.hex();
}

std::string readable_name(std::string_view source) {
  while (source.ends_with('/')) source.remove_suffix(1);
  if (source.ends_with(".git")) source.remove_suffix(4);
  const auto cut = source.find_last_of("/:");
  return std::string(cut == std::string_view::npos ? source : source.substr(cut + 1));
}

std::string without_credentials(std::string_view text) {
  std::string out;
  while (true) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) return out.append(text);
    const auto begin = scheme + 3;
    out.append(text.substr(0, begin));
    text = text.substr(begin);
    const auto host = text.substr(0, text.find_first_of("/ \t\r\n'\""));
    if (const auto at = host.rfind('@'); at != std::string_view::npos) {
      out.append("***");
      text = text.substr(at);
    }
  }
}

} // namespace toolscore
