#include "node/records/verdict_text.hpp"

#include "node/reply_json.hpp"

namespace toolscore {
namespace {

std::string count_text(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

command_output verdict(const std::string& held, const std::vector<std::string>& problems) {
  command_output out;
  if (problems.empty()) {
    out.out = held + "\n";
    return out;
  }
  for (const auto& problem : problems) out.err += "error: " + problem + "\n";
  if (problems.size() == chain_report::problems_max) out.err += "error: there may be more\n";
  out.code = exit_code::failed;
  return out;
}

command_output json_verdict(reply_json told, const std::vector<std::string>& problems) {
  told["holds"] = problems.empty();
  told["problems"] = problems;
  return {compact(told) + "\n", {}, problems.empty() ? exit_code::ok : exit_code::failed};
}

} // namespace

command_output store_verdict(const chain_report& report, bool json) {
  const auto records =
      report.first == 0 ? 0 : static_cast<std::uint64_t>(report.last - report.first + 1);
  if (json)
    return json_verdict({{"records", records - report.gaps},
                         {"gaps", report.gaps},
                         {"first", report.first},
                         {"last", report.last},
                         {"digest", report.digest}},
                        report.problems);
  if (records == 0) return verdict("no records", report.problems);
  return verdict(count_text(records - report.gaps, "record") + " and " +
                     count_text(report.gaps, "gap") + ", numbers " + std::to_string(report.first) +
                     " to " + std::to_string(report.last) + ", are as they were written; digest " +
                     report.digest,
                 report.problems);
}

command_output file_verdict(std::uint64_t lines, const std::string& hash,
                            const std::vector<std::string>& problems, bool json) {
  if (json) return json_verdict({{"lines", lines}, {"hash", hash}}, problems);
  if (lines == 0) return verdict("no lines", problems);
  return verdict(count_text(lines, "line") + " as exported; the last hash is " + hash, problems);
}

command_output import_note(const imported_records& made, bool json) {
  if (json)
    return {compact({{"records", made.records},
                     {"gaps", made.gaps},
                     {"first", made.first},
                     {"last", made.last}}) +
                "\n",
            {}};
  return {count_text(made.records, "record") + " and " + count_text(made.gaps, "gap") +
              " imported, numbers " + std::to_string(made.first) + " to " +
              std::to_string(made.last) + "; --imported selects them\n",
          {}};
}

std::string export_note(std::uint64_t lines, const std::string& hash) {
  return count_text(lines, "record") + " exported" +
         (lines == 0 ? "" : "; the last hash is " + hash) + "\n";
}

} // namespace toolscore
