#pragma once
#include <bitset>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolscore {

/// Values that must be told to nobody. Found in a text by their first two bytes and then by a hash
/// of the first four, so that a text costs little, and about the same however many there are.
class secret_set {
public:
  /// A shorter value is no secret to be found: its letters stand in every text.
  static constexpr std::size_t bytes_least = 6;

  /// The value, each of its longer lines, and both as JSON writes them in a string.
  void add(std::string_view value);
  bool empty() const noexcept { return count_ == 0; }
  bool holds(std::string_view value) const;
  std::size_t size() const noexcept { return count_; }
  /// The text with "[redacted]" in the place of each; nothing where it holds none.
  std::optional<std::string> scrub(std::string_view text) const;
  /// How many of the last bytes of `text` may be the beginning of one whose rest is still to come.
  std::size_t unfinished(std::string_view text) const;

private:
  void add_plain(std::string_view value);
  const std::string* at(std::string_view text) const;

  std::unordered_map<std::uint32_t, std::vector<std::string>> values_; ///< The longest first.
  std::bitset<0x10000> first_two_; ///< That some value begins with.
  std::size_t longest_ = 0;
  std::size_t count_ = 0;
};

/// The secrets that this process has put into its servers' environments and headers. There is one
/// for a process and not one for a node: whatever writes, the log too, must know them all, and to
/// hide one too many harms nobody. Any thread; a reader holds what stood when it asked.
class known_secrets {
public:
  /// So many texts are looked for. The next one forgets them all and begins anew: they are values
  /// that changed with each of very many starts.
  static constexpr std::size_t values_max = 100'000;

  static known_secrets& here();

  void add(std::string_view value);
  std::shared_ptr<const secret_set> all() const;
  /// Both of the set that stands now.
  std::optional<std::string> scrub(std::string_view text) const { return all()->scrub(text); }
  std::string scrubbed(std::string text) const;

private:
  mutable std::mutex guard_;
  std::shared_ptr<secret_set> set_ = std::make_shared<secret_set>(); ///< Copied where it is read.
};

/// Whether a key's value must not be kept: "githubToken" yes, "max_tokens" and "page_token" no.
bool names_a_secret(std::string_view key) noexcept;

} // namespace toolscore
