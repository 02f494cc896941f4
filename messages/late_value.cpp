#include "messages/late_value.hpp"

namespace toolscore {
namespace {

constexpr char piece_marks[] = {'t', 'f', 'c', 'i'};

void append_text(std::string& to, std::string_view text) {
  to.append(std::to_string(text.size())).append(":").append(text);
}

/// Reads what append_text wrote; texts of ours alone are read here.
std::string take_text(std::string_view& from) {
  std::size_t size = 0;
  while (!from.empty() && from[0] >= '0' && from[0] <= '9') {
    size = size * 10 + static_cast<std::size_t>(from[0] - '0');
    from.remove_prefix(1);
  }
  if (!from.empty()) from.remove_prefix(1);
  std::string text(from.substr(0, size));
  from.remove_prefix(text.size());
  return text;
}

/// "pass show 'a b'", or what is written of a word that holds a quote: ["pass", "it's"].
std::string words_text(const std::vector<std::string>& argv) {
  std::string plain;
  std::string json;
  bool quotes = false;
  for (const auto& word : argv) {
    const bool bare = !word.empty() && word.find_first_of(" \t\r\n\"}[") == word.npos;
    quotes = quotes || word.find('\'') != word.npos;
    plain += (plain.empty() ? "" : " ") + (bare ? word : "'" + word + "'");
    json += json.empty() ? "[\"" : "\", \"";
    for (const char c : word) {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  return quotes ? json + "\"]" : plain;
}

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

bool is_late(std::string_view value) noexcept {
  return !value.empty() && value[0] == late_mark;
}

std::string late_value(std::span<const late_piece> pieces) {
  std::string out(1, late_mark);
  for (const auto& piece : pieces) {
    out += piece_marks[static_cast<std::size_t>(piece.what)];
    if (piece.what != late_piece::kind::command) {
      append_text(out, piece.text);
      continue;
    }
    out += std::to_string(piece.argv.size()) + ",";
    for (const auto& word : piece.argv) append_text(out, word);
  }
  return out;
}

std::vector<late_piece> late_pieces(std::string_view value) {
  std::vector<late_piece> pieces;
  if (!is_late(value)) return {{late_piece::kind::text, std::string(value), {}}};
  value.remove_prefix(1);
  while (!value.empty()) {
    auto& piece = pieces.emplace_back();
    for (std::size_t i = 0; i < std::size(piece_marks); ++i)
      if (piece_marks[i] == value[0]) piece.what = static_cast<late_piece::kind>(i);
    value.remove_prefix(1);
    if (piece.what != late_piece::kind::command) {
      piece.text = take_text(value);
      continue;
    }
    std::size_t words = 0;
    while (!value.empty() && value[0] != ',') {
      words = words * 10 + static_cast<std::size_t>(value[0] - '0');
      value.remove_prefix(1);
    }
    if (!value.empty()) value.remove_prefix(1);
    while (words-- > 0 && !value.empty()) piece.argv.push_back(take_text(value));
  }
  return pieces;
}

std::string reference_text(const late_piece& piece) {
  switch (piece.what) {
  case late_piece::kind::text: {
    std::string out;
    for (std::size_t i = 0; i < piece.text.size(); ++i) {
      if (std::string_view(piece.text).substr(i).starts_with("${")) out += '$';
      out += piece.text[i];
    }
    return out;
  }
  case late_piece::kind::file:
    return "${file:" + piece.text + "}";
  case late_piece::kind::input:
    return "${input:" + piece.text + "}";
  case late_piece::kind::command:
    break;
  }
  return "${cmd:" + words_text(piece.argv) + "}";
}

std::string late_reference(std::string_view value) {
  std::string out;
  for (const auto& piece : late_pieces(value)) out += reference_text(piece);
  return out;
}

result<std::vector<std::string>> command_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && blank(text[at])) ++at;
    if (at == text.size()) break;
    std::string word;
    while (at < text.size() && !blank(text[at])) {
      const char c = text[at++];
      if (c != '\'' && c != '"') {
        word += c;
        continue;
      }
      const auto end = text.find(c, at);
      if (end == text.npos)
        return error{errc::bad_config, std::string("a ") + c + " is never closed"};
      word += text.substr(at, end - at);
      at = end + 1;
    }
    words.push_back(std::move(word));
  }
  if (words.empty() || words[0].empty())
    return error{errc::bad_config, "names no command, write ${cmd:PROGRAM ARGUMENT...}"};
  return words;
}

std::string input_variable(std::string_view id) {
  std::string name = "TOOLSCORE_INPUT_";
  for (const char c : id) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : letter || digit ? c : '_';
  }
  return name;
}

} // namespace toolscore
