#include "node/records/record_lines_io.hpp"

#include <iostream>

namespace toolscore {

result<record_lines> record_lines::open(const std::string& file) {
  record_lines out;
  out.is_stdin_ = file == "-";
  if (!out.is_stdin_) out.file_.open(file);
  if (!out.from()) return error{errc::io_failed, "cannot open " + file};
  return out;
}

std::istream& record_lines::from() {
  return is_stdin_ ? std::cin : file_;
}

bool record_lines::next(std::string& line) {
  line.clear();
  auto& in = from();
  for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
    if (c == '\n') return true;
    if (line.size() == line_bytes_max) {
      problem_ = "it is longer than a record can be";
      return false;
    }
    line += static_cast<char>(c);
  }
  // A directory can be opened, and not be read.
  if (in.bad()) problem_ = "it cannot be read";
  return !line.empty() && problem_.empty();
}

} // namespace toolscore
