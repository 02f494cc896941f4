#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The rules of the house that a compiler does not know, as pure functions: path and text in,
/// violations out. Paths are relative to the source tree, with forward slashes.
namespace toolscore::house {

inline constexpr std::size_t file_lines_max = 400;

struct violation {
  std::string path;
  std::size_t line = 0; ///< From 1; 0 = the whole file.
  std::string rule;     ///< A short fixed name, e.g. "include-direction".
  std::string detail;
};
std::string to_string(const violation& x);

/// The folders the rules are about, in the order of the architecture.
const std::vector<std::string>& folders();
/// What code in `folder` may include or link besides itself.
bool may_use(std::string_view folder, std::string_view other);

/// What a file may do, told by its name.
enum class file_kind { pure, actor, shell, exempt };
file_kind kind_of(std::string_view path);

/// A source file (.hpp, .cpp, .h, .c).
std::vector<violation> check_source(std::string_view path, std::string_view text);
/// The types that a header defines at the outermost level, with their namespace:
/// "toolscore::error".
std::vector<std::string> types_defined(std::string_view header_text);
/// Where a program is linked of both, each would be made and ended as the other: no compiler sees
/// it. `bench` is a program of its own.
/// @param types  of each header, by its path
std::vector<violation>
check_types(const std::map<std::string, std::vector<std::string>, std::less<>>& types);
/// A CMakeLists.txt below one of the folders.
std::vector<violation> check_cmake(std::string_view path, std::string_view text);

} // namespace toolscore::house
