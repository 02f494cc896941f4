#pragma once
#include "gateway/auth.hpp"
#include "gateway/jwt.hpp"
#include "gateway/signature_io.hpp"
#include "messages/access.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolscore {

/// Verifies the issuer's tokens. A token that was good is remembered by its hash until it expires,
/// so that a call costs no signature. Keys are asked for in the background, at most once in
/// `refetch_min`: where a token names one that is not known, and where they are older than `fresh`.
/// On the loop's thread.
class issuer_tokens final : public token_verifier {
public:
  static constexpr std::size_t remembered_max = 4'096;
  static constexpr std::chrono::seconds refetch_min{10};
  static constexpr std::chrono::minutes fresh{5};

  struct shell {
    /// Brings the text of the key set; its answer comes later, on the loop.
    std::function<void(std::function<void(result<std::string>)>)> fetch;
    std::function<std::chrono::system_clock::time_point()> wall_clock;
    std::function<std::chrono::steady_clock::time_point()> steady_clock;
  };
  issuer_tokens(issuer_spec issuer, shell outside);

  token_verdict verify(std::string_view token) override;
  /// From now on these keys count, and nothing that was verified with others.
  /// @error bad_request  it is no key set; those in force stay
  result<done> take_keys(std::string_view json);
  /// Asks for them if nobody does yet.
  void refetch();

  std::uint64_t verified() const noexcept { return verified_; }
  std::uint64_t fetches() const noexcept { return fetches_; }

private:
  struct remembered {
    std::string name;
    scope_set scopes;
    std::chrono::system_clock::time_point until;
  };
  bool may_fetch() const;
  token_verdict unknown_key();
  void on_fetched(const result<std::string>& text);

  issuer_spec issuer_;
  shell outside_;
  std::vector<json_web_key> described_;
  std::vector<public_key> usable_; ///< Of each of those.
  std::unordered_map<std::string, remembered> good_;
  std::chrono::steady_clock::time_point asked_{};
  std::chrono::steady_clock::time_point taken_{};
  bool ever_asked_ = false;
  bool fetching_ = false;
  std::uint64_t verified_ = 0; ///< Signatures that were looked at.
  std::uint64_t fetches_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< Fetches hold it weakly.
};

/// The text of a key set's file. Blocks. @error io_failed @error too_large
result<std::string> read_key_file(const std::string& path);

} // namespace toolscore
