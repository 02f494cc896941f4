#include "node/records/record_commands_io.hpp"

#include "node/node_address_io.hpp"
#include "node/printable.hpp"
#include "node/records/import_line.hpp"
#include "node/records/line_chain.hpp"
#include "node/records/record_lines_io.hpp"
#include "node/records/statistics_text.hpp"
#include "node/records/verdict_text.hpp"
#include "node/terminal_io.hpp"
#include "store/record_import_io.hpp"
#include "store/record_reader_io.hpp"
#include "store/record_verify_io.hpp"
#include "store/sha256_io.hpp"
#include "store/state_lock_io.hpp"

namespace toolscore {
namespace {

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

command_output verify_file(const cli_request& request) {
  auto from = record_lines::open(request.file);
  if (!from) return refused(from.failure(), exit_code::usage);
  line_chain chain(sha256_hex);
  std::vector<std::string> problems;
  std::string line;
  while (problems.size() < chain_report::problems_max && from->next(line))
    if (auto wrong = chain.check(line); !wrong.empty())
      problems.push_back("line " + std::to_string(chain.lines()) + ": " + wrong);
  if (const auto& problem = from->problem(); !problem.empty())
    problems.push_back("line " + std::to_string(chain.lines() + 1) + ": " + problem);
  return file_verdict(chain.lines(), chain.hash(), problems, request.json);
}

/// Goes to stdout piece by piece: a store may hold more than memory does.
command_output export_all(const std::string& state_dir, const record_query& query, bool imported) {
  line_chain chain(sha256_hex);
  std::string text;
  std::string line;
  bool taken = true;
  const auto read = read_records(
      state_dir, query,
      [&](const record_row& row) {
        line.clear();
        append_line(line, row);
        line.pop_back();
        text += chain.add(line);
        if (text.size() < write_bytes) return true;
        taken = write_output(text);
        text.clear();
        return taken;
      },
      imported);
  taken = taken && write_output(text);
  if (!read) return refused(read.failure());
  if (!taken) return refused({errc::io_failed, "stdout did not take the records"});
  return {{}, export_note(chain.lines(), chain.hash())};
}

/// All lines or none, each as soon as it has been read: a file may hold more than memory does.
result<imported_records> import_lines_of(record_lines& from, record_import& into) {
  import_lines judged(sha256_hex);
  std::string line;
  const auto at = [](std::uint64_t number, const std::string& what) {
    return error{errc::bad_request,
                 "line " + std::to_string(number) + ": " + what + "; nothing was imported"};
  };
  while (from.next(line)) {
    if (const auto wrong = judged.read(line); !wrong.empty()) return at(judged.lines(), wrong);
    if (const auto kept = into.add(judged.row()); !kept) return kept.failure();
  }
  if (!from.problem().empty()) return at(judged.lines() + 1, from.problem());
  if (judged.lines() == 0) return error{errc::bad_request, "there are no records in it"};
  return into.commit();
}

command_output import_file(const std::string& state_dir, const cli_request& request) {
  auto from = record_lines::open(request.file);
  if (!from) return refused(from.failure(), exit_code::usage);
  const auto lock = state_lock::take(state_dir);
  if (!lock && lock.failure().code == errc::already_exists)
    return refused({errc::already_exists,
                    "a node runs on " + state_dir +
                        ", and only one program can write its records: stop it, import, and start "
                        "it again"});
  if (!lock) return refused(lock.failure());
  auto base = database::open(state_dir);
  if (!base) return refused(base.failure());
  auto into = record_import::begin(*base);
  if (!into) return refused(into.failure());
  const auto made = import_lines_of(*from, *into);
  return made ? import_note(*made, request.json) : refused(made.failure());
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
  if (request.action == "import") return import_file(*state_dir, request);
  const auto query = query_of(asked_by(request));
  if (!query) return refused(query.failure(), exit_code::usage);
  if (request.action == "export") return export_all(*state_dir, *query, request.imported);
  record_statistics counted;
  const auto read = read_records(
      *state_dir, *query,
      [&](const record_row& row) {
        counted.add(row);
        return true;
      },
      request.imported);
  if (!read) return refused(read.failure());
  return {request.json ? statistics_json(counted) : statistics_text(counted, terminal_width()), {}};
}

} // namespace toolscore
