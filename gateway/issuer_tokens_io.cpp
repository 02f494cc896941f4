#include "gateway/issuer_tokens_io.hpp"

#include "gateway/digest_io.hpp"
#include "loop/log_io.hpp"

#include <fstream>
#include <utility>

namespace toolscore {
namespace {

token_verdict bad(std::string why) {
  token_verdict x;
  x.why = std::move(why);
  return x;
}

std::string key_of(std::string_view token) {
  const auto digest = sha256(token);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

} // namespace

issuer_tokens::issuer_tokens(issuer_spec issuer, shell outside)
    : issuer_(std::move(issuer)), outside_(std::move(outside)) {}

token_verdict issuer_tokens::verify(std::string_view token) {
  if (token.size() > jwt_bytes_max) return bad("it is longer than 8 KiB");
  auto key = key_of(token);
  const auto now = outside_.wall_clock();
  if (const auto found = good_.find(key); found != good_.end()) {
    if (now < found->second.until) {
      if (outside_.steady_clock() - taken_ > fresh) refetch();
      return {token_verdict::kind::good, found->second.name, found->second.scopes, {}};
    }
    good_.erase(found);
  }
  const auto read = read_jwt(token);
  if (!read) return bad(read.failure().detail);
  if (auto why = check_claims(*read, issuer_, now); !why.empty()) return bad(std::move(why));
  const auto* described = find_key(described_, *read);
  if (described == nullptr) return unknown_key();
  if (outside_.steady_clock() - taken_ > fresh) refetch();
  const auto& usable = usable_[static_cast<std::size_t>(described - described_.data())];
  ++verified_;
  if (!is_signed_by(usable, read->algorithm, read->signed_text, read->signature))
    return bad("its signature is wrong");
  if (good_.size() >= remembered_max) good_.clear();
  remembered entry{"jwt:" + read->subject, read->scopes, read->expires + issuer_.leeway};
  const auto& kept = good_.emplace(std::move(key), std::move(entry)).first->second;
  return {token_verdict::kind::good, kept.name, kept.scopes, {}};
}

bool issuer_tokens::may_fetch() const {
  return !fetching_ && outside_.fetch &&
         (!ever_asked_ || outside_.steady_clock() - asked_ >= refetch_min);
}

token_verdict issuer_tokens::unknown_key() {
  refetch();
  if (!fetching_ && !described_.empty())
    return bad("it is signed with a key that its issuer does not list");
  token_verdict x;
  x.what = token_verdict::kind::later;
  x.why = fetching_ ? "the issuer's keys are being fetched, ask again"
                    : "the issuer's keys could not be fetched, ask again later";
  return x;
}

void issuer_tokens::refetch() {
  if (!may_fetch()) return;
  ever_asked_ = fetching_ = true;
  asked_ = outside_.steady_clock();
  ++fetches_;
  outside_.fetch([this, alive = std::weak_ptr(alive_)](const result<std::string>& text) {
    if (!alive.expired()) on_fetched(text);
  });
}

void issuer_tokens::on_fetched(const result<std::string>& text) {
  fetching_ = false;
  const auto taken = text ? take_keys(*text) : result<done>(text.failure());
  if (!taken)
    log::write(log::level::warn, "issuer.keys_failed",
               {log::kv("from", issuer_.jwks), log::kv("reason", taken.failure().detail)});
}

result<done> issuer_tokens::take_keys(std::string_view json) {
  auto set = read_key_set(json);
  if (!set) return set.failure();
  described_ = std::move(*set);
  usable_.clear();
  for (const auto& x : described_) usable_.push_back(make_public_key(x));
  good_.clear();
  taken_ = outside_.steady_clock();
  return done{};
}

result<std::string> read_key_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return error{errc::io_failed, path + ": cannot be read"};
  std::string text(key_set_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > key_set_bytes_max)
    return error{errc::too_large, path + ": is over 256 KiB and no key set"};
  return text;
}

} // namespace toolscore
