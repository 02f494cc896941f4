#include "node/records/record_commands_io.hpp"

#include "node/node_address_io.hpp"
#include "node/printable.hpp"
#include "node/records/line_chain.hpp"
#include "node/records/statistics_text.hpp"
#include "node/records/verdict_text.hpp"
#include "node/terminal_io.hpp"
#include "store/record_reader_io.hpp"
#include "store/record_verify_io.hpp"
#include "store/sha256_io.hpp"

#include <fstream>
#include <iostream>

namespace toolscore {
namespace {

constexpr std::size_t line_bytes_max = 1u << 20; ///< Two texts of 64 KiB as JSON, and the rest.
constexpr std::size_t write_bytes = 256u << 10;

command_output refused(const error& failure, exit_code code = exit_code::failed) {
  return {{}, "error: " + failure.detail + "\n", code};
}

trajectory_query asked_by(const cli_request& request) {
  trajectory_query asked;
  asked.server = request.server;
  asked.tool = request.tool;
  asked.trajectory = request.trajectory;
  asked.outcome = request.outcome;
  asked.since_us = request.since_us;
  asked.before_us = request.before_us;
  asked.after = request.after;
  return asked;
}

/// A line without its end. @returns false at the end of the file
bool next_line(std::istream& from, std::string& line, std::string& problem) {
  line.clear();
  for (int c = from.get(); c != std::istream::traits_type::eof(); c = from.get()) {
    if (c == '\n') return true;
    if (line.size() == line_bytes_max) {
      problem = "it is longer than a record can be";
      return false;
    }
    line += static_cast<char>(c);
  }
  return !line.empty();
}

command_output verify_file(const cli_request& request) {
  std::ifstream file;
  if (request.file != "-") file.open(request.file);
  auto& from = request.file == "-" ? std::cin : file;
  if (!from) return refused({errc::io_failed, "cannot open " + request.file}, exit_code::usage);
  line_chain chain(sha256_hex);
  std::vector<std::string> problems;
  std::string line;
  std::string problem;
  while (problems.size() < chain_report::problems_max && next_line(from, line, problem))
    if (auto wrong = chain.check(line); !wrong.empty())
      problems.push_back("line " + std::to_string(chain.lines()) + ": " + wrong);
  if (!problem.empty())
    problems.push_back("line " + std::to_string(chain.lines() + 1) + ": " + problem);
  return file_verdict(chain.lines(), chain.hash(), problems, request.json);
}

/// Goes to stdout piece by piece: a store may hold more than memory does.
command_output export_all(const std::string& state_dir, const record_query& query) {
  line_chain chain(sha256_hex);
  std::string text;
  std::string line;
  bool taken = true;
  const auto read = read_records(state_dir, query, [&](const record_row& row) {
    line.clear();
    append_line(line, row);
    line.pop_back();
    text += chain.add(line);
    if (text.size() < write_bytes) return true;
    taken = write_output(text);
    text.clear();
    return taken;
  });
  taken = taken && write_output(text);
  if (!read) return refused(read.failure());
  if (!taken) return refused({errc::io_failed, "stdout did not take the records"});
  return {{}, export_note(chain.lines(), chain.hash())};
}

} // namespace

command_output records_command(const cli_request& request) {
  if (request.action == "verify" && !request.file.empty()) return verify_file(request);
  const auto state_dir = chosen_state_dir(request);
  if (!state_dir) return refused(state_dir.failure(), exit_code::usage);
  if (request.action == "verify") {
    const auto report = verify_records(*state_dir);
    return report ? store_verdict(*report, request.json) : refused(report.failure());
  }
  const auto query = query_of(asked_by(request));
  if (!query) return refused(query.failure(), exit_code::usage);
  if (request.action == "export") return export_all(*state_dir, *query);
  record_statistics counted;
  const auto read = read_records(*state_dir, *query, [&](const record_row& row) {
    counted.add(row);
    return true;
  });
  if (!read) return refused(read.failure());
  return {request.json ? statistics_json(counted) : statistics_text(counted, terminal_width()), {}};
}

} // namespace toolscore
