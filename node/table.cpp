#include "node/table.hpp"

#include "node/printable.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using cells = std::vector<std::string>;

void append_line(std::string& out, const std::vector<table_column>& columns, const cells& line,
                 const std::vector<std::size_t>& widths, std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) text += "  ";
    const std::string blanks(widths[i] - display_width(line[i]), ' ');
    text += columns[i].side == alignment::right ? blanks + line[i] : line[i] + blanks;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  out += cut_to_width(text, width) + '\n';
}

} // namespace

std::string table_text(const std::vector<table_column>& columns, const std::vector<cells>& rows,
                       std::size_t width) {
  std::vector<cells> lines(1);
  for (const auto& column : columns) lines[0].push_back(column.title);
  for (const auto& row : rows) {
    cells line;
    for (std::size_t i = 0; i < columns.size(); ++i)
      line.push_back(i < row.size() ? printable(row[i]) : std::string());
    lines.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  std::string out;
  for (const auto& line : lines) append_line(out, columns, line, widths, width);
  return out;
}

} // namespace toolscore
