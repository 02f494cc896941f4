#include "tests/house/tidy.hpp"

#include "tests/house/code_text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <regex>

namespace toolscore::house {
namespace {

using names = std::initializer_list<std::string_view>;

struct direction {
  std::string_view folder;
  std::vector<std::string_view> may;
};

const std::vector<direction>& directions() {
  static const std::vector<direction> table{
      {"messages", {}},
      {"loop", {"messages"}},
      {"mcp", {"messages"}},
      {"config", {"messages"}},
      {"supervisor", {"messages"}},
      {"store", {"messages"}},
      {"runners", {"messages", "loop", "mcp"}},
      {"actors", {"messages", "loop", "supervisor", "runners", "mcp", "store", "config"}},
      {"gateway", {"messages", "loop", "mcp"}},
      {"node",
       {"messages", "loop", "mcp", "config", "supervisor", "store", "runners", "actors",
        "gateway"}},
      {"reason", {"messages", "loop", "mcp", "config", "runners", "node"}},
      {"bench", {"messages"}},
      {"tests",
       {"messages", "loop", "mcp", "config", "supervisor", "store", "runners", "actors", "gateway",
        "node", "reason", "bench"}},
  };
  return table;
}

bool starts(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}
bool ends(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && text.substr(text.size() - with.size()) == with;
}
bool starts_with_any(std::string_view text, const names& all) {
  return std::any_of(all.begin(), all.end(), [&](auto x) { return starts(text, x); });
}
bool is_any(std::string_view text, const names& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}
std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.find('/'));
}
bool is_folder(std::string_view name) {
  const auto& all = directions();
  return std::any_of(all.begin(), all.end(), [&](const auto& x) { return x.folder == name; });
}
/// "runners/stdio_link.hpp" -> "stdio_link".
std::string_view stem_of(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.find('.'));
}

bool is_asio(std::string_view name) {
  return name == "boost/asio.hpp" || starts(name, "boost/asio/");
}
bool is_spdlog(std::string_view name) {
  return starts_with_any(name, {"spdlog/", "fmt/"});
}
bool is_caf(std::string_view name) {
  return starts(name, "caf/");
}
/// The OS and the libraries that do I/O. <csignal> and <cerrno> are only numbers and names.
bool is_outside_world(std::string_view name) {
  return starts_with_any(name, {"sys/", "netinet/", "arpa/", "net/", "linux/", "boost/beast",
                                "boost/asio", "boost/process", "SQLiteCpp/", "openssl/", "git2",
                                "CLI/", "spdlog/"}) ||
         is_any(name,
                {"unistd.h", "fcntl.h", "poll.h", "sched.h", "spawn.h", "signal.h", "dirent.h",
                 "netdb.h", "pwd.h", "grp.h", "termios.h", "pthread.h", "sqlite3.h", "fstream",
                 "iostream", "filesystem", "thread", "future", "condition_variable"});
}

/// Collects the violations of one file.
class report {
public:
  explicit report(std::string_view path) : path_(path) {}
  void add(std::size_t line, std::string_view rule, std::string detail) {
    found_.push_back({path_, line, std::string(rule), std::move(detail)});
  }
  std::vector<violation> take() { return std::move(found_); }

private:
  std::string path_;
  std::vector<violation> found_;
};

void check_direction(std::string_view path, const include_line& x, report& out) {
  const auto from = folder_of(path);
  const auto to = folder_of(x.name);
  if (!x.ours || from == "tests") return;
  if (!is_folder(to) || x.name.find('/') == std::string::npos)
    return out.add(x.line, "include-path", "\"" + x.name + "\" is not \"folder/file.hpp\"");
  if (from == "bench" && x.name == "actors/runtime.hpp") return; // The embedded library.
  if (from == "bench" && x.name == "loop/asio.hpp") return; // Asio's door; no code of the node.
  if (!may_use(from, to))
    out.add(x.line, "include-direction", std::string(from) + " may not use " + x.name);
}

void check_libraries(std::string_view path, const include_line& x, report& out) {
  if (is_asio(x.name) && path != "loop/asio.hpp")
    out.add(x.line, "asio", "Asio is included through loop/asio.hpp alone");
  if (is_spdlog(x.name) && path != "loop/log_io.cpp")
    out.add(x.line, "spdlog", "spdlog is included in loop/log_io.cpp alone");
}

void check_suffix(std::string_view path, const include_line& x, report& out) {
  const auto kind = kind_of(path);
  if (kind == file_kind::exempt) return;
  const bool may_caf = kind == file_kind::actor;
  const bool may_io = kind == file_kind::shell;
  const auto target = x.ours ? kind_of(x.name) : file_kind::pure;
  // The spawner's protocol is data; only its name could make a header of ours a shell.
  const bool shell = ends(stem_of(x.name), "_io") || ends(stem_of(x.name), "_link");
  const bool hands_asio = x.name == "loop/asio.hpp";
  if (!may_caf && (is_caf(x.name) || (x.ours && target == file_kind::actor)))
    out.add(x.line, "suffix-caf", x.name + ": only *_actor files know CAF");
  if (!may_io && ((!x.ours && is_outside_world(x.name)) || hands_asio))
    out.add(x.line, "suffix-io", x.name + ": only *_io and *_link files do I/O");
  if (kind == file_kind::pure && x.ours && !hands_asio && (shell || folder_of(x.name) == "loop"))
    out.add(x.line, "pure", x.name + ": a pure file does no I/O, no logging and no threads");
}

struct banned_call {
  const char* rule;
  const char* pattern;
  const char* detail;
};

/// Of code without tests. A method or a variable of such a name is none of these.
const std::array<banned_call, 3> banned_calls{{
    {"fork", R"((^|[^\w.>])v?fork\s*\()", "only the spawner forks: fork copies page tables"},
    {"shell", R"(((^|[;{}(=!&|,]|\breturn)\s*|\bstd::|(^|[^\w>])::)(system|popen)\s*\(\s*[^)\s])",
     "there is no shell: argv only"},
    {"sleep", R"((^|[^\w.>])(sleep|usleep|nanosleep|clock_nanosleep|sleep_for|sleep_until)\s*\()",
     "nothing sleeps: arm a timer"},
}};

void check_calls(std::string_view path, std::string_view line, std::size_t number, report& out) {
  static const std::array<std::regex, banned_calls.size()> patterns{
      std::regex(banned_calls[0].pattern), std::regex(banned_calls[1].pattern),
      std::regex(banned_calls[2].pattern)};
  if (folder_of(path) == "tests") return;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (banned_calls[i].rule == std::string_view("fork") && starts(path, "runners/spawner/"))
      continue;
    if (std::regex_search(line.begin(), line.end(), patterns[i]))
      out.add(number, banned_calls[i].rule, banned_calls[i].detail);
  }
}

void check_code(std::string_view path, std::string_view code, report& out) {
  static const std::regex endless(R"((^|[^\w.>])infinite\b)");
  static const std::regex clock(R"(_clock::now\s*\()");
  const auto lines = lines_of(code);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = lines[i];
    check_calls(path, line, i + 1, out);
    if (std::regex_search(line.begin(), line.end(), endless))
      out.add(i + 1, "infinite", "every request has a timeout");
    if (kind_of(path) == file_kind::pure && std::regex_search(line.begin(), line.end(), clock))
      out.add(i + 1, "clock", "time is an argument of pure code");
  }
}

void check_text(std::string_view path, std::string_view text, report& out) {
  // In two pieces, so that this file obeys its own rule.
  static const std::regex open_end(R"(\b(TO)"
                                   R"(DO|FIX)"
                                   R"(ME)\b)");
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (std::regex_search(lines[i].begin(), lines[i].end(), open_end))
      out.add(i + 1, "open-end", "what is left out is said in the docs");
  if (lines.size() > file_lines_max)
    out.add(0, "length",
            std::to_string(lines.size()) + " lines; " + std::to_string(file_lines_max) +
                " is the end: take decisions out of it");
  if (ends(path, ".hpp") && text.find("#pragma once") == std::string_view::npos)
    out.add(1, "pragma-once", "a header begins with #pragma once");
}

} // namespace

std::string to_string(const violation& x) {
  return x.path + ":" + std::to_string(x.line) + ": " + x.rule + ": " + x.detail;
}

const std::vector<std::string>& folders() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> found;
    for (const auto& x : directions()) found.emplace_back(x.folder);
    return found;
  }();
  return all;
}

bool may_use(std::string_view folder, std::string_view other) {
  if (folder == other) return true;
  for (const auto& x : directions())
    if (x.folder == folder) return std::find(x.may.begin(), x.may.end(), other) != x.may.end();
  return false;
}

file_kind kind_of(std::string_view path) {
  if (starts_with_any(path, {"loop/", "bench/", "tests/"}) ||
      is_any(path, {"messages/caf_bridge.hpp", "actors/runtime.cpp", "node/main.cpp",
                    "reason/main.cpp", "runners/fetch/main.cpp", "runners/image/main.cpp"})) {
    // What others may do with loop/'s headers is told by the headers' own names.
    if (path == "loop/asio.hpp" || path == "loop/log_io.hpp") return file_kind::shell;
    return file_kind::exempt;
  }
  if (starts_with_any(path, {"runners/spawner/", "runners/clone/"})) return file_kind::shell;
  const auto stem = stem_of(path);
  if (ends(stem, "_actor")) return file_kind::actor;
  if (ends(stem, "_io") || ends(stem, "_link")) return file_kind::shell;
  return file_kind::pure;
}

std::vector<violation> check_source(std::string_view path, std::string_view text) {
  report out(path);
  const auto code = code_of(text);
  for (const auto& x : includes_of(code)) {
    check_direction(path, x, out);
    check_libraries(path, x, out);
    check_suffix(path, x, out);
  }
  check_code(path, code, out);
  check_text(path, text, out);
  return out.take();
}

std::vector<violation> check_cmake(std::string_view path, std::string_view text) {
  static const std::regex library(R"(\btoolscore_([a-z]+)\w*)");
  report out(path);
  const auto from = folder_of(path);
  const auto lines = lines_of(text);
  const bool folders_own = std::count(path.begin(), path.end(), '/') == 1;
  if (folders_own && from != "tests" && (lines.empty() || !starts(lines[0], "# May use:")))
    out.add(1, "may-use", "the first line says what the folder may use: # May use: ...");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto code = std::string(lines[i].substr(0, lines[i].find('#')));
    for (auto at = std::sregex_iterator(code.begin(), code.end(), library);
         at != std::sregex_iterator(); ++at) {
      const auto to = (*at)[1].str();
      if (is_folder(to) && !may_use(from, to))
        out.add(i + 1, "link-direction", std::string(from) + " may not link " + at->str());
    }
  }
  return out.take();
}

std::vector<std::string> types_defined(std::string_view header_text) {
  static const std::regex space(R"(^namespace ([a-z_:]+) \{.*)");
  static const std::regex type(
      R"(^(?:struct|class|enum class) ([a-z_0-9]+)(?: final)?(?: :[^;]*)?(?: \{.*)?$)");
  std::string inside;
  std::vector<std::string> out;
  const auto code = code_of(header_text);
  for (const auto line : lines_of(code)) {
    const std::string text(line);
    std::smatch found;
    if (std::regex_match(text, found, space))
      inside = found[1];
    else if (std::regex_match(text, found, type))
      out.push_back(inside + "::" + found[1].str());
  }
  return out;
}

std::vector<violation>
check_types(const std::map<std::string, std::vector<std::string>, std::less<>>& types) {
  std::map<std::string, std::string> first;
  std::vector<violation> out;
  for (const auto& [path, names] : types) {
    if (path.starts_with("bench/") || path.starts_with("tests/")) continue; // Other programs.
    for (const auto& name : names)
      if (const auto [at, is_new] = first.emplace(name, path); !is_new)
        out.push_back({path, 0, "type-twice", name + " is defined in " + at->second + ", too"});
  }
  return out;
}

} // namespace toolscore::house
