#include "mcp/envelope.hpp"

#include "mcp/json_walk.hpp"
#include "mcp/tool_error.hpp"

#include <array>
#include <cstring>
#include <simdjson.h>
#include <utility>

// The walk is our own: it checks the grammar of the whole text. simdjson's On-Demand does not check
// the values that it skips, so that a server could read another message than was checked here, and
// is no faster where it matters (docs/decisions/0001-own-scanner.md has figures).
// simdjson's UTF-8 check picks the best kernel at run time and is used.

namespace toolscore::mcp {
namespace {

constexpr std::size_t absent = std::size_t(-1);

char lower(char x) noexcept {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x;
}

/// Equal but for case, as lenient parsers compare member names: U+017F counts as s, U+212A as k.
bool same_but_for_case(std::string_view key, std::string_view name) noexcept {
  for (const char expected : name) {
    if (key.empty()) return false;
    std::size_t taken = 1;
    char found = lower(key.front());
    if (key.substr(0, 2) == "\xc5\xbf") {
      found = 's';
      taken = 2;
    } else if (key.substr(0, 3) == "\xe2\x84\xaa") {
      found = 'k';
      taken = 3;
    }
    if (found != lower(expected)) return false;
    key.remove_prefix(taken);
  }
  return key.empty();
}

struct match {
  std::size_t index = absent; ///< Which of the names the key is.
  bool doubtful = false;      ///< It is none, but some parsers would take it for one.
};

enum top { jsonrpc, id, method, params, outcome, failure, top_count };
constexpr std::array<std::string_view, top_count> top_names{"jsonrpc", "id",     "method",
                                                            "params",  "result", "error"};
enum param { name, uri, arguments, meta, token, param_count };
constexpr std::array<std::string_view, param_count> param_names{"name", "uri", "arguments", "_meta",
                                                                "progressToken"};

/// Which of the names it is, letter by letter. The names are known when this is compiled, so that
/// each is compared by a load or two.
template <const auto& Names>
std::size_t index_of(std::string_view key) noexcept {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::size_t found = absent;
    static_cast<void>(
        ((key.size() == Names[I].size() &&
          std::memcmp(key.data(), Names[I].data(), std::size_t{Names[I].size()}) == 0 &&
          (found = I, true)) ||
         ...));
    return found;
  }
  (std::make_index_sequence<Names.size()>{});
}

template <const auto& Names>
match find_unusual(std::string_view raw_key) {
  const auto key = decode(raw_key);
  if (const auto index = index_of<Names>(key); index != absent) return {index, false};
  for (const auto name : Names)
    if (key.size() >= name.size() && key.size() <= name.size() + 4 && same_but_for_case(key, name))
      return {absent, true};
  return {};
}

template <const auto& Names>
match find_name(std::string_view raw_key) {
  const auto index = index_of<Names>(raw_key.substr(1, raw_key.size() - 2));
  return index != absent ? match{index, false} : find_unusual<Names>(raw_key);
}

bool is_token(char first) noexcept {
  return first == '"' || first == '-' || (first >= '0' && first <= '9');
}

/// Of a number; the search functions of the library cost more than such a short text is worth.
bool has_fraction(std::string_view number) noexcept {
  for (const char x : number)
    if (x == '.' || x == 'e' || x == 'E') return true;
  return false;
}

/// One walk over one message. Faults of shape are kept until the end, so that those of syntax come
/// first and the id is read whatever comes before it.
class reading {
public:
  reading(std::string_view text, meta_view& meta) noexcept
      : text_(text), walk_(text), meta_view_(meta) {}

  bool walk() {
    text_span whole;
    return walk_.object(whole, [this](std::string_view key) { return top_member(key); }) && ends();
  }
  bool any_value() {
    text_span whole;
    return walk_.value(whole) && ends();
  }
  char first() noexcept { return walk_.peek(); }
  std::string where() const {
    return std::string(walk_.fault()) + " at byte " + std::to_string(walk_.offset());
  }
  /// After a good walk: fills `out`. @returns what is wrong with the shape, null if nothing
  const char* judge(envelope& out);
  /// After a walk whose message is no good: what of it is beyond doubt.
  envelope readable() const;

private:
  bool ends() { return walk_.at_end() || walk_.fail("something stands after the message"); }
  bool top_member(std::string_view key);
  bool param_member(std::string_view key);
  bool meta_member(std::string_view key);
  bool result_member(std::string_view key);
  bool id_is_good() const noexcept;
  const char* judge_kind(envelope& out) const;
  void judge_params(envelope& out);
  void wrong(const char* why) noexcept {
    if (wrong_ == nullptr) wrong_ = why;
  }
  char first_of(text_span span) const noexcept { return span ? text_[span.at] : '\0'; }
  text_span once(top which) const noexcept {
    return (top_twice_ >> which & 1U) != 0 ? text_span{} : top_[which];
  }
  text_span once(param which) const noexcept {
    return (param_twice_ >> which & 1U) != 0 ? text_span{} : param_[which];
  }

  std::string_view text_;
  json_walk walk_;
  std::array<text_span, top_count> top_;
  std::array<text_span, param_count> param_;
  text_span meta_token_;
  meta_view& meta_view_;
  const char* wrong_ = nullptr;
  unsigned top_twice_ = 0; ///< Bits of top, and of param.
  unsigned param_twice_ = 0;
  bool good_id_ = false; ///< Once it is judged.
  bool doubtful_param_ = false;
  bool tool_error_ = false;
};

bool reading::top_member(std::string_view key) {
  const auto found = find_name<top_names>(key);
  if (found.doubtful) wrong("a member of the message is misspelled in its case");
  text_span ignored;
  text_span& span = found.index == absent ? ignored : top_[found.index];
  if (span) {
    wrong("a member of the message stands there twice");
    top_twice_ |= 1U << found.index;
  }
  if (found.index == params && walk_.peek() == '{' && !span)
    return walk_.object(span, [this](std::string_view inner) { return param_member(inner); });
  if (found.index == outcome && walk_.peek() == '{' && !span)
    return walk_.object(span, [this](std::string_view inner) { return result_member(inner); });
  return walk_.value(span);
}

/// Which of several the client's parser takes is not known: one that fails makes it a failure.
bool reading::result_member(std::string_view key) {
  text_span value;
  if (!walk_.value(value)) return false;
  tool_error_ = tool_error_ || (says(key, "isError") && says_tool_error(value.of(text_)));
  return true;
}

bool reading::param_member(std::string_view key) {
  const auto found = find_name<param_names>(key);
  doubtful_param_ = doubtful_param_ || found.doubtful;
  text_span ignored;
  text_span& span = found.index == absent ? ignored : param_[found.index];
  if (span) {
    wrong("a member of params stands there twice");
    param_twice_ |= 1U << found.index;
  }
  if (found.index == meta && walk_.peek() == '{' && !span)
    return walk_.object(span, [this](std::string_view inner) { return meta_member(inner); });
  return walk_.value(span);
}

bool reading::meta_member(std::string_view key) {
  text_span ignored;
  const bool is_progress = says(key, "progressToken");
  if (is_progress && meta_token_) wrong("progressToken stands there twice");
  text_span& span = is_progress ? meta_token_ : ignored;
  if (!walk_.value(span)) return false;
  if (!is_progress) meta_view_.take(key, span.of(text_));
  return true;
}

bool reading::id_is_good() const noexcept {
  const auto text = top_[id].of(text_);
  if (text.empty()) return false;
  return text.front() == '"' || (is_token(text.front()) && !has_fraction(text));
}

const char* reading::judge_kind(envelope& out) const {
  if (!says(top_[jsonrpc].of(text_), "2.0")) return "jsonrpc must be \"2.0\"";
  const bool null_id = first_of(top_[id]) == 'n';
  if (top_[id] && !null_id && !good_id_) return "id must be a string or an integer";
  if (top_[method]) {
    if (top_[outcome] || top_[failure]) return "a message with a method has no result and no error";
    if (first_of(top_[method]) != '"') return "method must be a string";
    if (null_id) return "the id of a request must not be null";
    if (top_[params] && first_of(top_[params]) != '{') return "params must be an object";
    out.kind = top_[id] ? message_kind::request : message_kind::notification;
  } else if (top_[outcome]) {
    if (top_[failure]) return "a response has a result or an error, not both";
    if (!good_id_) return "a response must have an id";
    if (first_of(top_[outcome]) != '{') return "result must be an object";
    out.kind = message_kind::response;
  } else if (top_[failure]) {
    if (first_of(top_[failure]) != '{') return "error must be an object";
    out.kind = message_kind::error_response;
  } else {
    return "method, result or error is missing";
  }
  return nullptr;
}

void reading::judge_params(envelope& out) {
  out.params = top_[params];
  if (param_[meta] && first_of(param_[meta]) != '{') wrong("params._meta must be an object");
  out.meta = param_[meta];
  out.arguments = param_[arguments];
  if (is_token(first_of(meta_token_))) out.progress_token = meta_token_;
  const auto called = out.method.of(text_);
  text_span named;
  if (says(called, "tools/call") || says(called, "prompts/get")) {
    named = param_[name];
  } else if (says(called, "resources/read")) {
    named = param_[uri];
  } else {
    if (says(called, "notifications/progress"))
      out.progress_token = is_token(first_of(param_[token])) ? param_[token] : text_span{};
    return;
  }
  // A server with a lenient parser would call another tool than the one that was checked.
  if (doubtful_param_) wrong("a member of params is misspelled in its case");
  if (first_of(named) == '"') out.name = named;
}

const char* reading::judge(envelope& out) {
  good_id_ = id_is_good();
  if (const char* why = judge_kind(out)) wrong(why);
  if (good_id_) out.id = top_[id];
  out.method = top_[method];
  out.result = top_[outcome];
  out.failure = top_[failure];
  out.tool_error = tool_error_;
  if (top_[method] && wrong_ == nullptr) judge_params(out);
  return wrong_;
}

envelope reading::readable() const {
  envelope out;
  if (good_id_) out.id = once(id);
  const auto called = once(method);
  const bool answers = top_[outcome] || top_[failure];
  if (!top_[id] || answers || first_of(called) != '"') return out;
  out.method = called;
  if (!says(called.of(text_), "tools/call") || !once(params)) return out;
  if (first_of(once(name)) == '"') out.name = once(name);
  out.arguments = once(arguments);
  return out;
}

} // namespace

result<envelope> scanner::scan(std::string_view text) {
  readable_ = {};
  meta_ = {};
  const auto refuse = [this](scan_fault fault, errc code, std::string why) {
    fault_ = fault;
    return error{code, std::move(why)};
  };
  if (text.size() > message_bytes_max)
    return refuse(scan_fault::too_large, errc::too_large,
                  "a message of " + std::to_string(text.size()) + " bytes is over the limit of " +
                      std::to_string(message_bytes_max));
  if (!simdjson::validate_utf8(text.data(), text.size()))
    return refuse(scan_fault::syntax, errc::bad_request, "not JSON: the text is not UTF-8");
  reading read(text, meta_);
  if (const char first = read.first(); first != '{' && read.any_value())
    return first == '['
               ? refuse(scan_fault::batch, errc::bad_request, "batches are not accepted")
               : refuse(scan_fault::shape, errc::bad_request, "a message must be an object");
  if (!read.walk())
    return refuse(scan_fault::syntax, errc::bad_request, "not a JSON object: " + read.where());
  envelope out;
  if (const char* why = read.judge(out)) {
    readable_ = read.readable();
    return refuse(scan_fault::shape, errc::bad_request,
                  std::string("not a JSON-RPC message: ") + why);
  }
  fault_ = scan_fault::none;
  return out;
}

} // namespace toolscore::mcp
