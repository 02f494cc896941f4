#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace toolscore::test {

state_dir::state_dir() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "toolscore_store.XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path = pattern;
}

state_dir::~state_dir() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

database open_in(const std::string& path, const database_options& options) {
  auto opened = database::open(path, options);
  BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : opened.failure().detail));
  return std::move(*opened);
}

call_record record_of(std::string arguments, std::string result) {
  call_record record;
  record.server.value = "fs";
  record.method = "tools/call";
  record.tool = "read";
  record.arguments = {0, static_cast<std::uint32_t>(arguments.size())};
  record.request = std::make_shared<const std::string>(std::move(arguments));
  record.result = {0, static_cast<std::uint32_t>(result.size())};
  record.response = std::make_shared<const std::string>(std::move(result));
  record.at = std::chrono::system_clock::time_point(std::chrono::seconds(1'750'000'000));
  record.admission = record.transport = record.rpc = record.tool_outcome = outcome::ok;
  return record;
}

std::vector<nlohmann::ordered_json> lines_of(const std::string& ndjson) {
  std::vector<nlohmann::ordered_json> out;
  std::istringstream stream(ndjson);
  for (std::string line; std::getline(stream, line);)
    out.push_back(nlohmann::ordered_json::parse(line));
  return out;
}

std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

} // namespace toolscore::test
