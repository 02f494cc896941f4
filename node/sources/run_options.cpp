#include "node/sources/run_options.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using namespace std::string_view_literals;

struct known_option {
  std::string_view name;
  char letter; ///< 0 = none.
  run_meaning meaning;
  bool flag = false; ///< It takes no value.
};

constexpr std::array known_options{
    known_option{"interactive", 'i', run_meaning::implied, true},
    known_option{"rm", 0, run_meaning::implied, true},
    known_option{"init", 0, run_meaning::implied, true},
    known_option{"quiet", 'q', run_meaning::implied, true},
    known_option{"no-healthcheck", 0, run_meaning::implied, true},
    known_option{"name", 0, run_meaning::implied}, // It is given one of the node's own.
    known_option{"read-only", 0, run_meaning::read_only, true},
    known_option{"env", 'e', run_meaning::variable},
    known_option{"volume", 'v', run_meaning::volume},
    known_option{"mount", 0, run_meaning::mount},
    known_option{"network", 0, run_meaning::network},
    known_option{"net", 0, run_meaning::network},
    known_option{"user", 'u', run_meaning::user},
    known_option{"workdir", 'w', run_meaning::directory},
    known_option{"entrypoint", 0, run_meaning::entrypoint},
    known_option{"pull", 0, run_meaning::pull},
    known_option{"memory", 'm', run_meaning::memory},
    known_option{"cpus", 0, run_meaning::cpus},
    known_option{"pids-limit", 0, run_meaning::processes},
    known_option{"cap-drop", 0, run_meaning::security},
    known_option{"security-opt", 0, run_meaning::security},
    known_option{"detach", 'd', run_meaning::unsaid, true},
    known_option{"tty", 't', run_meaning::unsaid, true},
    known_option{"privileged", 0, run_meaning::unsaid, true},
    known_option{"publish-all", 'P', run_meaning::unsaid, true},
    known_option{"oom-kill-disable", 0, run_meaning::unsaid, true},
    known_option{"sig-proxy", 0, run_meaning::unsaid, true},
    known_option{"replace", 0, run_meaning::unsaid, true},
    known_option{"tls-verify", 0, run_meaning::unsaid, true},
};

/// Others that are known to take a value, none of which has a counterpart.
constexpr std::array valued{"add-host"sv,
                            "annotation"sv,
                            "arch"sv,
                            "attach"sv,
                            "cap-add"sv,
                            "cgroupns"sv,
                            "cidfile"sv,
                            "cpu-period"sv,
                            "cpu-quota"sv,
                            "cpu-shares"sv,
                            "cpuset-cpus"sv,
                            "cpuset-mems"sv,
                            "device"sv,
                            "dns"sv,
                            "dns-option"sv,
                            "dns-search"sv,
                            "domainname"sv,
                            "env-file"sv,
                            "expose"sv,
                            "gpus"sv,
                            "group-add"sv,
                            "hostname"sv,
                            "ip"sv,
                            "ip6"sv,
                            "ipc"sv,
                            "label"sv,
                            "label-file"sv,
                            "link"sv,
                            "log-driver"sv,
                            "log-opt"sv,
                            "mac-address"sv,
                            "memory-reservation"sv,
                            "memory-swap"sv,
                            "network-alias"sv,
                            "os"sv,
                            "pid"sv,
                            "platform"sv,
                            "publish"sv,
                            "restart"sv,
                            "runtime"sv,
                            "secret"sv,
                            "shm-size"sv,
                            "stop-signal"sv,
                            "stop-timeout"sv,
                            "storage-opt"sv,
                            "sysctl"sv,
                            "tmpfs"sv,
                            "ulimit"sv,
                            "userns"sv,
                            "uts"sv,
                            "volume-driver"sv,
                            "volumes-from"sv};

std::optional<known_option> option_named(std::string_view name) {
  for (const auto& x : known_options)
    if (x.name == name) return x;
  for (const auto x : valued)
    if (x == name) return known_option{x, 0, run_meaning::unsaid};
  return std::nullopt;
}

std::optional<known_option> option_of_letter(char letter) {
  static constexpr std::array others{std::pair{'a', "attach"sv}, std::pair{'c', "cpu-shares"sv},
                                     std::pair{'h', "hostname"sv}, std::pair{'l', "label"sv},
                                     std::pair{'p', "publish"sv}};
  for (const auto& x : known_options)
    if (x.letter == letter) return x;
  for (const auto& [own, name] : others)
    if (own == letter) return option_named(name);
  return std::nullopt;
}

class reader {
public:
  reader(const std::vector<std::string>& words, std::size_t at) : words_(words), at_(at) {}

  std::optional<run_options> read() {
    for (; at_ < words_.size(); ++at_) {
      const auto& word = words_[at_];
      if (word == "--") {
        ++at_;
        break;
      }
      if (word.size() < 2 || word[0] != '-') break;
      if (!(word[1] == '-' ? take_long(word.substr(2)) : take_letters(word.substr(1))))
        return std::nullopt;
    }
    out_.rest = at_;
    return std::move(out_);
  }

private:
  void add(const known_option& option, std::string value) {
    const bool off = option.flag && value != "true"; // "--init=false": what is implied is not so.
    out_.options.push_back({"--" + std::string(option.name),
                            off ? run_meaning::unsaid : option.meaning, std::move(value)});
  }

  /// The word behind it is its value. @returns false: there is none
  bool add_next(const known_option& option) {
    if (++at_ >= words_.size()) return false;
    add(option, words_[at_]);
    return true;
  }

  bool take_long(const std::string& word) {
    const auto equals = word.find('=');
    const auto option = option_named(word.substr(0, equals));
    if (!option) return false;
    if (equals != word.npos) {
      add(*option, word.substr(equals + 1));
      return true;
    }
    if (!option->flag) return add_next(*option);
    add(*option, "true");
    return true;
  }

  /// "-i", "-it", "-eNAME=VALUE", "-ie" with a word behind it.
  bool take_letters(const std::string& letters) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const auto option = option_of_letter(letters[i]);
      if (!option) return false;
      if (!option->flag) {
        if (i + 1 == letters.size()) return add_next(*option);
        add(*option, letters.substr(letters[i + 1] == '=' ? i + 2 : i + 1));
        return true;
      }
      add(*option, "true");
    }
    return true;
  }

  const std::vector<std::string>& words_;
  std::size_t at_;
  run_options out_;
};

} // namespace

std::optional<run_options> read_run_options(const std::vector<std::string>& words, std::size_t at) {
  return reader(words, at).read();
}

} // namespace toolscore
