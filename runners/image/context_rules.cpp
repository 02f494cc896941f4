#include "runners/image/context_rules.hpp"

namespace toolscore {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// "/a/./b/" as "a/b"; what leaves the project names nothing in it and is empty.
std::string cleaned(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto slash = text.find('/');
    const auto part = text.substr(0, slash);
    text = slash == text.npos ? std::string_view() : text.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const auto last = out.rfind('/');
      if (out.empty()) return {};
      out.resize(last == out.npos ? 0 : last);
      continue;
    }
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

} // namespace

context_rules::context_rules(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  while (!text.empty() && patterns_.size() < patterns_max) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (line.starts_with('#')) continue;
    line = trimmed(line);
    pattern one;
    one.taken_back = line.starts_with('!');
    if (one.taken_back) line = trimmed(line.substr(1));
    const auto path = cleaned(line);
    if (path.empty() || path.size() > pattern_bytes_max) continue;
    one.tokens = tokens_of(path);
    takes_back_ |= one.taken_back;
    patterns_.push_back(std::move(one));
  }
}

std::vector<context_rules::token> context_rules::tokens_of(std::string_view text) {
  using kind = token::kind;
  std::vector<token> out;
  const auto add = [&out](kind what, char c = 0) { out.push_back({what, c, {}, false}); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '*' && text.substr(i).starts_with("**")) {
      while (i + 1 < text.size() && text[i + 1] == '*') ++i;
      const bool directories = i + 1 < text.size() && text[i + 1] == '/';
      if (directories) add(kind::maybe); // None, or some: what comes with their last '/'.
      add(kind::all);
      if (directories) add(kind::one, text[++i]);
    } else if (c == '*') {
      add(kind::part);
    } else if (c == '?') {
      add(kind::any);
    } else if (const auto end = text.find(']', i + 2); c == '[' && end != text.npos) {
      token one{kind::one_of, 0, std::string(text.substr(i + 1, end - i - 1)), false};
      one.negated = one.set.starts_with('^');
      if (one.negated) one.set.erase(0, 1);
      out.push_back(std::move(one));
      i = end;
    } else {
      if (c == '\\' && i + 1 < text.size()) ++i;
      add(kind::one, text[i]);
    }
  }
  return out;
}

bool context_rules::takes(const token& x, char c) {
  if (x.what == token::kind::one) return c == x.c;
  if (c == '/') return false;
  if (x.what == token::kind::any) return true;
  bool found = false;
  for (std::size_t i = 0; i < x.set.size(); ++i) {
    const bool range = i + 2 < x.set.size() && x.set[i + 1] == '-';
    found |= range ? c >= x.set[i] && c <= x.set[i + 2] : c == x.set[i];
    if (range) i += 2;
  }
  return found != x.negated;
}

/// All places in the pattern at once, so that no pattern costs more than its length for each byte.
bool context_rules::matches(const std::vector<token>& tokens, std::string_view path) {
  using kind = token::kind;
  std::vector<char> at(tokens.size() + 1);
  const auto spread = [&](std::vector<char>& places) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!places[i]) continue;
      if (tokens[i].what == kind::part || tokens[i].what == kind::all) places[i + 1] = 1;
      if (tokens[i].what == kind::maybe) places[i + 1] = places[i + 3] = 1;
    }
  };
  at[0] = 1;
  spread(at);
  for (const char c : path) {
    std::vector<char> then(tokens.size() + 1);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!at[i]) continue;
      const auto what = tokens[i].what;
      if (what == kind::all || (what == kind::part && c != '/')) then[i] = 1;
      const bool single = what == kind::one || what == kind::any || what == kind::one_of;
      if (single && takes(tokens[i], c)) then[i + 1] = 1;
    }
    spread(then);
    at = std::move(then);
  }
  return at.back() != 0;
}

bool context_rules::is_left_out(std::string_view path) const {
  bool out = false;
  for (const auto& one : patterns_) {
    if (one.taken_back != out) continue; // It could change nothing.
    // What holds for a directory holds for all that is in it.
    for (auto end = path.find('/');; end = path.find('/', end + 1)) {
      if (matches(one.tokens, path.substr(0, end))) {
        out = !one.taken_back;
        break;
      }
      if (end == path.npos) break;
    }
  }
  return out;
}

} // namespace toolscore
