#include "tests/house/code_text.hpp"

#include <cctype>

namespace toolscore::house {
namespace {

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Walks the text once; each take_ function consumes one thing that is not plain code.
class blanker {
public:
  explicit blanker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_until("\n", false);
      } else if (starts("/*")) {
        blank_until("*/", true);
      } else if (at_line_start() && is_include()) {
        keep_line();
      } else if (starts("R\"") && !word_before()) {
        take_raw_string();
      } else if (text_[at_] == '"') {
        take_literal('"');
      } else if (text_[at_] == '\'' && !word_before()) { // 1'000 is a number.
        take_literal('\'');
      } else {
        out_ += text_[at_++];
      }
    }
    return std::move(out_);
  }

private:
  bool starts(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
  bool word_before() const { return at_ > 0 && in_word(text_[at_ - 1]); }
  bool at_line_start() const { return at_ == 0 || text_[at_ - 1] == '\n'; }
  bool is_include() const {
    auto line = text_.substr(at_, text_.find('\n', at_) - at_);
    const auto skip = [&] {
      while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    };
    skip();
    if (line.empty() || line.front() != '#') return false;
    line.remove_prefix(1);
    skip();
    return line.substr(0, 7) == "include";
  }
  void keep_line() {
    while (at_ < text_.size() && text_[at_] != '\n') out_ += text_[at_++];
  }
  void blank(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count, ++at_) out_ += text_[at_] == '\n' ? '\n' : ' ';
  }
  void blank_until(std::string_view end, bool with_end) {
    const auto found = text_.find(end, at_ + (with_end ? 2 : 0));
    if (found == std::string_view::npos) return blank(text_.size() - at_);
    blank(found - at_ + (with_end ? end.size() : 0));
  }
  void take_raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return blank(text_.size() - at_);
    const auto end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    const auto close = text_.find(end, open);
    const auto length =
        close == std::string_view::npos ? text_.size() - at_ : close + end.size() - at_;
    blank(length);
  }
  void take_literal(char quote) {
    out_ += text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      blank(text_[at_] == '\\' ? 2 : 1);
    if (at_ < text_.size()) out_ += text_[at_++];
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

} // namespace

std::string code_of(std::string_view text) {
  return blanker(text).run();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<include_line> includes_of(std::string_view code) {
  std::vector<include_line> found;
  const auto lines = lines_of(code);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto hash = lines[i].find_first_not_of(" \t");
    if (hash == std::string_view::npos || lines[i][hash] != '#') continue;
    const auto word = lines[i].find_first_not_of(" \t", hash + 1);
    if (word == std::string_view::npos || lines[i].substr(word, 7) != "include") continue;
    const auto open = lines[i].find_first_of("<\"", word);
    if (open == std::string_view::npos) continue;
    const bool ours = lines[i][open] == '"';
    const auto close = lines[i].find(ours ? '"' : '>', open + 1);
    if (close == std::string_view::npos) continue;
    found.push_back({i + 1, std::string(lines[i].substr(open + 1, close - open - 1)), ours});
  }
  return found;
}

} // namespace toolscore::house
