#pragma once
#include "messages/call.hpp"
#include "store/database_io.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::test {

/// A directory of its own, gone with the fixture.
struct state_dir {
  state_dir();
  ~state_dir();
  state_dir(const state_dir&) = delete;
  state_dir& operator=(const state_dir&) = delete;
  std::string path;
};

/// Opens or fails the test.
database open_in(const std::string& path, const database_options& options = {});

/// A successful call of fs.read with these arguments and this result.
call_record record_of(std::string arguments = R"({"path":"/a"})",
                      std::string result = R"({"content":[]})");

/// The lines of an export.
std::vector<nlohmann::ordered_json> lines_of(const std::string& ndjson);

std::string file_text(const std::string& path);

} // namespace toolscore::test
