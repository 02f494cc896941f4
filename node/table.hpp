#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

enum class alignment : bool { left, right };

struct table_column {
  std::string title;
  alignment side = alignment::left;
};

/// Aligned text for people: a line of titles and a line a row, columns two blanks apart, no blanks
/// at line ends. Cells are made printable. Missing cells are empty, surplus ones are left out.
/// @param width columns a line may take; what does not fit is cut off with "…". 0 = no limit
std::string table_text(const std::vector<table_column>& columns,
                       const std::vector<std::vector<std::string>>& rows, std::size_t width);

} // namespace toolscore
