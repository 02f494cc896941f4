#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace toolscore {

/// What `toolscore doctor` found of the host, in words, and of each configured server.
struct doctor_report {
  struct fact {
    std::string name;   ///< One word.
    std::string found;  ///< What there is: "pid+mount namespace", "version 7", "none".
    std::string effect; ///< What that means where something is missing; empty = all is well.
  };
  struct server {
    std::string name;
    std::string isolation;         ///< "default", "strict" ... or where it runs instead.
    std::vector<std::string> gaps; ///< What strict isolation would take from it.
    bool known = true;             ///< False: what it runs is known once it is installed.
    bool here = true;              ///< It is a process of this host.
  };
  std::vector<fact> host;
  std::string strict_fault; ///< Why nothing can be isolated strictly here; empty = it can.
  std::vector<server> servers;
};

/// For people.
std::string doctor_text(const doctor_report& report);
/// One JSON object and a line's end.
std::string doctor_json(const doctor_report& report);

} // namespace toolscore
