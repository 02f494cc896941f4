#include "runners/image/dockerfile_lines.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t instructions_max = 10'000;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string word_of(const std::string& text) {
  auto word = text.substr(0, text.find(' '));
  for (char& c : word)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return word;
}

/// Lines one after the other, with their numbers.
class reader {
public:
  explicit reader(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const auto end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
    ++number_;
    return true;
  }
  std::size_t number() const { return number_; }

private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// What the directive "# escape=`" at the beginning says.
char escape_of(std::string_view text) {
  for (reader lines(text);;) {
    std::string_view line;
    if (!lines.next(line)) return '\\';
    line = trimmed(line);
    if (!line.starts_with('#')) return '\\';
    const auto directive = with_single_blanks(line.substr(1));
    const auto equals = directive.find('=');
    if (trimmed(std::string_view(directive).substr(0, equals)) != "escape") continue;
    const auto value = trimmed(std::string_view(directive).substr(equals + 1));
    return value.empty() ? '\\' : value.front();
  }
}

/// The words that end the texts which begin behind this instruction ("RUN <<EOF").
std::vector<std::string> ends_of_texts(const std::string& instruction) {
  std::vector<std::string> out;
  const auto word = word_of(instruction);
  if (word != "RUN" && word != "COPY" && word != "ADD") return out;
  for (auto at = instruction.find("<<"); at != std::string::npos;
       at = instruction.find("<<", at + 2)) {
    auto name = instruction.substr(at + 2, instruction.find(' ', at) - at - 2);
    if (name.starts_with('-')) name.erase(0, 1);
    name.erase(
        std::remove_if(name.begin(), name.end(), [](char c) { return c == '"' || c == '\''; }),
        name.end());
    const auto letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
    if (!name.empty() && (letter(name.front()) || name.front() == '_')) out.push_back(name);
  }
  return out;
}

} // namespace

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const bool blank = is_blank(c);
    if (blank && !out.empty() && out.back() == ' ') continue;
    out += blank ? ' ' : c;
  }
  return out;
}

std::vector<dockerfile_line> dockerfile_lines(std::string_view text) {
  std::vector<dockerfile_line> out;
  const char escape = escape_of(text);
  reader lines(text);
  std::string_view line;
  dockerfile_line one;
  while (out.size() < instructions_max && lines.next(line)) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) continue; // Between continued lines, too.
    if (one.line == 0) one.line = lines.number();
    const bool goes_on = line.back() == escape;
    if (goes_on) line.remove_suffix(1);
    one.text.append(line).append(" ");
    if (goes_on) continue;
    one.text = with_single_blanks(one.text);
    for (const auto& end : ends_of_texts(one.text))
      while (lines.next(line) && trimmed(line) != end) {
      }
    out.push_back(std::exchange(one, {}));
  }
  if (one.line != 0 && out.size() < instructions_max) {
    one.text = with_single_blanks(one.text);
    out.push_back(std::move(one));
  }
  return out;
}

const dockerfile_line* line_of(const std::vector<dockerfile_line>& all, const build_step& step) {
  std::vector<const dockerfile_line*> same;
  const dockerfile_line* in_place = nullptr;
  std::size_t stage = 0;
  std::size_t in_stage = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool begins = word_of(all[i].text) == "FROM";
    stage += begins;
    in_stage = begins ? 1 : in_stage + 1;
    if (all[i].text != step.text) continue;
    same.push_back(&all[i]);
    const auto number = step.stage != 0 ? in_stage : i + 1;
    if (number == step.number && (step.stage == 0 || stage == step.stage)) in_place = &all[i];
  }
  if (in_place != nullptr) return in_place;
  return same.empty() ? nullptr : same.front();
}

} // namespace toolscore
