#include "node/doctor_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

namespace toolscore {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string word_for(const doctor_report& report, const doctor_report::server& x) {
  if (!x.here) return "not started by this host's processes";
  if (!report.strict_fault.empty()) return "strict cannot be had here";
  if (!x.gaps.empty()) return "strict would take from it:";
  if (!x.known) return "what strict would take is known once it is installed";
  return "strict would do, as far as its command line tells";
}

} // namespace

std::string doctor_text(const doctor_report& report) {
  std::string out = "host\n";
  for (const auto& x : report.host) {
    out += "  " + padded(x.name, 12) + x.found + "\n";
    if (!x.effect.empty()) out += "  " + padded("", 12) + x.effect + "\n";
  }
  out += "  " + padded("strict", 12) +
         (report.strict_fault.empty() ? "can be had" : report.strict_fault) + "\n";
  if (!report.servers.empty()) out += "servers\n";
  for (const auto& x : report.servers) {
    out +=
        "  " + padded(printable(x.name), 12) + padded(x.isolation, 10) + word_for(report, x) + "\n";
    if (!report.strict_fault.empty()) continue;
    for (const auto& gap : x.gaps) out += "  " + padded("", 12) + printable(gap) + "\n";
  }
  return out;
}

std::string doctor_json(const doctor_report& report) {
  reply_json out{{"host", reply_json::array()}, {"strict", report.strict_fault.empty()}};
  for (const auto& x : report.host)
    out["host"].push_back({{"name", x.name}, {"found", x.found}, {"effect", x.effect}});
  if (!report.strict_fault.empty()) out["strict_fault"] = report.strict_fault;
  out["servers"] = reply_json::array();
  for (const auto& x : report.servers)
    out["servers"].push_back({{"name", x.name},
                              {"isolation", x.isolation},
                              {"here", x.here},
                              {"known", x.known},
                              {"gaps", x.gaps}});
  return compact(out) + "\n";
}

} // namespace toolscore
