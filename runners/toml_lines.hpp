#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// Without blanks at both ends.
std::string_view trimmed_toml(std::string_view text);

/// A string's text without its quotes.
std::string unquoted_toml(std::string_view text);

/// Walks TOML line by line and knows where it is inside a string or an array, so that a header or a
/// key that merely stands in a description is not taken for one. It reads what detection needs of
/// it and no more.
class toml_lines {
public:
  explicit toml_lines(std::string_view text) : rest_(text) {}

  /// The next line that begins outside every multi-line value; the rest of the value is appended.
  bool next(std::string& line);

private:
  void take(std::string_view raw, std::string& line);

  std::string_view rest_;
  std::string quote_; ///< The quotes that end the string we are in; empty outside.
  int depth_ = 0;     ///< Open brackets of an array or inline table.
};

/// Every `key = value` of a TOML text with the table it stands in, in the order of the file; "name"
/// of "[[bin]]" is in "[bin]", each such table opening with an empty key.
struct toml_entry {
  std::string table;
  std::string key;
  std::string value; ///< As written.
};
class toml_entries {
public:
  explicit toml_entries(std::string_view text) : lines_(text) {}
  bool next(toml_entry& entry);

private:
  toml_lines lines_;
  std::string table_;
};

} // namespace toolscore
