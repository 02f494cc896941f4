#include "runners/isolation_plan.hpp"

#include "runners/isolation_paths.hpp"
#include "runners/spawner/isolation_orders.hpp"

#include <algorithm>
#include <cstdio>

namespace toolscore {
namespace {

namespace order = spawner::order;
namespace right = spawner::right;

/// What nobody has asked for. To have `standard` for everybody is this one word.
constexpr isolation_level usual_level = isolation_level::none;

bool limits_reads(const isolation_policy& asked) {
  return level_of(asked) == isolation_level::strict || !asked.read.empty();
}
bool limits_writes(const isolation_policy& asked) {
  return level_of(asked) == isolation_level::strict || !asked.write.empty();
}

/// One start's orders as they come together.
class planner {
public:
  planner(const launch_plan& plan, const isolation_facts& facts)
      : plan_(plan), facts_(facts), asked_(plan.isolation.asked), level_(level_of(asked_)) {}

  result<isolation_plan> run() {
    if (auto fault = missing(); !fault.empty())
      return error{errc::spawn_failed, "cannot start '" + plan_.argv[0] + "': " + fault};
    plan_places();
    plan_network();
    plan_rules();
    plan_privileges();
    if (out_.orders.size() > spawner::orders_max || taken_ > spawner::taken_max)
      return error{errc::spawn_failed, "cannot start '" + plan_.argv[0] +
                                           "': " + std::to_string(out_.orders.size()) +
                                           " paths are too many to isolate it, name fewer"};
    return std::move(out_);
  }

private:
  bool strict() const { return level_ == isolation_level::strict; }
  bool in_namespace() const { return facts_.held != spawner::hold::sweep; }
  void add(char what, const std::string& text = {}) { out_.orders.push_back(what + text); }
  void say(const std::string& words) {
    out_.in_force += (out_.in_force.empty() ? "" : ", ") + words;
  }

  /// What was asked, cannot be had, and what to do.
  std::string missing() const {
    const auto network = network_of(asked_);
    if (strict() && !in_namespace())
      return "\"isolation\": \"strict\" takes a PID and mount namespace, and this host gives none; "
             "write \"default\" or run it in a container";
    if (has_own_tmp(asked_) && !in_namespace())
      return "\"private_tmp\" takes a mount namespace, and this host gives none; remove the key";
    if (network != network_access::full && (!in_namespace() || facts_.able.networks == 0))
      return std::string("\"network\": \"") + to_string(network) +
             "\" takes a network namespace, and this host gives none; write \"network\": \"full\"";
    if ((limits_reads(asked_) || limits_writes(asked_)) && facts_.able.landlock == 0)
      return (strict() ? std::string("\"isolation\": \"strict\"") : std::string("\"paths\"")) +
             " takes Landlock, which this kernel does not have or which is not switched on "
             "(lsm=); " +
             (strict() ? "write \"default\" or run it in a container" : "remove the key");
    if (strict() && facts_.able.filters == 0)
      return "\"isolation\": \"strict\" takes seccomp filters, which this host does not allow; "
             "write \"default\" or run it in a container";
    return {};
  }

  /// What it sees again of what is covered: its own, and what the user has named.
  std::vector<std::string> visible() const {
    std::vector<std::string> paths{plan_.isolation.own_dir};
    for (auto& path : own_reads(plan_)) paths.push_back(std::move(path));
    for (const char* name : {"HOME", "NOTIFY_SOCKET"})
      if (const auto found = plan_.env.find(name); found != plan_.env.end())
        paths.push_back(found->second);
    paths.insert(paths.end(), asked_.read.begin(), asked_.read.end());
    paths.insert(paths.end(), asked_.write.begin(), asked_.write.end());
    if (strict() && network_of(asked_) == network_access::full)
      paths.insert(paths.end(), resolver_paths().begin(), resolver_paths().end());
    return paths;
  }

  /// Directories of everybody that are replaced, but for those that the user has named.
  std::vector<std::string> shared_covers() const {
    std::vector<std::string> paths;
    if (has_own_tmp(asked_)) paths.push_back("/tmp");
    if (strict()) paths.insert(paths.end(), {"/dev/shm", "/run"});
    std::erase_if(paths, [&](const std::string& path) {
      return std::count(asked_.read.begin(), asked_.read.end(), path) +
                 std::count(asked_.write.begin(), asked_.write.end(), path) !=
             0;
    });
    return paths;
  }

  static bool below(const std::string& path, const std::vector<std::string>& tops) {
    return std::any_of(tops.begin(), tops.end(),
                       [&](const std::string& top) { return is_within(path, top); });
  }

  /// The state comes first, so that what is shown of the others' places brings its cover along.
  void plan_places() {
    const auto& state = plan_.isolation.state_dir;
    const bool hides = level_ != isolation_level::none && !state.empty();
    if (!in_namespace()) {
      if (hides) out_.not_given = "hiding the node's state: it takes a mount namespace";
      return;
    }
    const auto all = visible();
    const auto shared = shared_covers();
    if (hides || !shared.empty()) make_own_directory();
    const bool shown_again = std::any_of(all.begin(), all.end(),
                                         [&](const std::string& x) { return is_within(state, x); });
    if (hides && std::find(all.begin(), all.end(), state) != all.end())
      out_.not_given = "hiding the node's state: the server is to see that very directory";
    else if (hides) {
      if (shown_again || !below(state, shared)) cover({state}, all);
      say("state hidden");
    }
    if (!shared.empty()) cover(shared, all);
    if (below("/tmp", shared)) say("own /tmp");
    if (below("/run", shared)) say("/run hidden");
  }

  void make_own_directory() {
    const auto& own = plan_.isolation.own_dir;
    if (!own.empty() && (strict() || plan_.cwd == own)) add(order::make, own);
  }

  void cover(const std::vector<std::string>& hidden, const std::vector<std::string>& all) {
    const auto is_scratch = [](const std::string& x) { return x == "/tmp" || x == "/dev/shm"; };
    show_within(hidden, all);
    for (const auto& path : hidden) add(is_scratch(path) ? order::scratch : order::cover, path);
    add(order::show);
    for (const auto& path : hidden)
      if (!is_scratch(path)) add(order::close, path);
  }

  /// Takes what lies in a cover, each once and none below another.
  void show_within(const std::vector<std::string>& hidden, std::vector<std::string> paths) {
    std::erase_if(paths, [&](const std::string& path) {
      return !below(path, hidden) || std::find(hidden.begin(), hidden.end(), path) != hidden.end();
    });
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> tops;
    for (const auto& path : paths) {
      const auto top = std::find_if(tops.rbegin(), tops.rend(),
                                    [&](const std::string& x) { return is_within(path, x); });
      // What is to be written to in the midst of what is not stands there by itself.
      if (top == tops.rend() || (is_written(path) && !is_written(*top))) tops.push_back(path);
    }
    taken_ = std::max(taken_, tops.size());
    for (const auto& path : tops) add(is_written(path) ? order::take : order::take_read, path);
  }

  /// In what it may write to Landlock cannot except what it may only read; a mount can.
  bool is_written(const std::string& path) const {
    return !limits_writes(asked_) || is_within(path, plan_.isolation.own_dir) ||
           below(path, asked_.write);
  }

  void plan_network() {
    switch (network_of(asked_)) {
    case network_access::none:
      add(order::network);
      return say("no network");
    case network_access::loopback:
      add(order::loopback);
      return say("own loopback");
    case network_access::full:
      break;
    }
  }

  void plan_rules() {
    const bool reads = limits_reads(asked_);
    const bool writes = limits_writes(asked_);
    if (!reads && !writes) return;
    add_rule_set(reads, writes);
    if (reads) add_reads();
    add_all(order::device, device_paths());
    if (!plan_.isolation.own_dir.empty()) add(order::write, plan_.isolation.own_dir);
    if (has_own_tmp(asked_) || !strict()) add(order::write, "/tmp");
    if (strict() || !reads) add(order::write, "/dev/shm");
    add_all(order::must_write, asked_.write);
    add(order::rule);
    say("landlock " + std::to_string(facts_.able.landlock) + " (" +
        (reads && writes ? "reads, writes"
         : reads         ? "reads"
                         : "writes") +
        ")");
  }

  void add_reads() {
    add_all(order::read, system_paths());
    add_all(order::read, own_reads(plan_));
    if (network_of(asked_) == network_access::full) add_all(order::read, resolver_paths());
    add_all(order::must_read, asked_.read);
  }

  void add_all(char what, const std::vector<std::string>& paths) {
    for (const auto& path : paths) add(what, path);
  }

  void add_rule_set(bool reads, bool writes) {
    const auto version = facts_.able.landlock;
    auto all = right::first_version;
    if (version >= 2) all |= right::refer;
    if (version >= 3) all |= right::truncate;
    if (version >= 5) all |= right::device_io;
    std::uint64_t handled = 0;
    if (reads) handled |= all & right::reads;
    if (writes) handled |= all & ~right::reads;
    char text[48];
    std::snprintf(text, sizeof(text), "%llx %llx", static_cast<unsigned long long>(handled),
                  static_cast<unsigned long long>(strict() && version >= 6 ? right::scopes : 0));
    add(order::rules, text);
  }

  void plan_privileges() {
    if (!strict()) return;
    add(order::capabilities);
    say("no capabilities");
    add(order::calls);
    say("seccomp");
  }

  const launch_plan& plan_;
  const isolation_facts& facts_;
  const isolation_policy& asked_;
  const isolation_level level_;
  isolation_plan out_;
  std::size_t taken_ = 0; ///< At most, at once.
};

} // namespace

isolation_level level_of(const isolation_policy& asked) noexcept {
  return asked.level.value_or(usual_level);
}

bool has_own_tmp(const isolation_policy& asked) noexcept {
  return asked.own_tmp.value_or(level_of(asked) == isolation_level::strict);
}

network_access network_of(const isolation_policy& asked) noexcept {
  const bool strict = level_of(asked) == isolation_level::strict;
  return asked.network.value_or(strict ? network_access::none : network_access::full);
}

bool wants_isolation(const launch_isolation& x) noexcept {
  const bool hides = level_of(x.asked) == isolation_level::standard && !x.state_dir.empty();
  return hides || level_of(x.asked) == isolation_level::strict || has_own_tmp(x.asked) ||
         network_of(x.asked) != network_access::full || !x.asked.read.empty() ||
         !x.asked.write.empty();
}

result<isolation_plan> plan_isolation(const launch_plan& plan, const isolation_facts& facts) {
  if (!wants_isolation(plan.isolation)) return isolation_plan{};
  return planner(plan, facts).run();
}

std::string words_for_order(const std::string& text) {
  const auto path = text.substr(std::min<std::size_t>(1, text.size()));
  switch (text.empty() ? '\0' : text[0]) {
  case order::make:
    return "making " + path;
  case order::take:
  case order::take_read:
    return "keeping " + path + " in sight";
  case order::cover:
  case order::close:
    return "hiding " + path;
  case order::scratch:
    return "mounting a " + path + " of its own";
  case order::show:
    return "showing what is its own";
  case order::network:
  case order::loopback:
    return "making a network of its own";
  case order::read:
  case order::device:
  case order::must_read:
    return "letting it read " + path;
  case order::write:
  case order::must_write:
    return "letting it write to " + path;
  case order::rules:
  case order::rule:
    return "Landlock";
  case order::capabilities:
    return "taking its capabilities";
  case order::calls:
    return "seccomp";
  }
  return "its isolation";
}

std::vector<std::string> strict_gaps(const launch_plan& plan, bool has_port, bool downloads) {
  std::vector<std::string> gaps;
  const bool network = plan.isolation.asked.network == network_access::full;
  if (has_port && !network) gaps.push_back("the node reaches it by a port: \"network\": \"full\"");
  if (downloads && !network)
    gaps.push_back(
        "it downloads what it runs: \"network\": \"full\", or a source that is installed");
  std::vector<std::string> seen = system_paths();
  for (auto& path : own_reads(plan)) seen.push_back(std::move(path));
  seen.insert(seen.end(), plan.isolation.asked.read.begin(), plan.isolation.asked.read.end());
  seen.insert(seen.end(), plan.isolation.asked.write.begin(), plan.isolation.asked.write.end());
  seen.push_back(plan.isolation.own_dir);
  for (std::size_t at = 1; at < plan.argv.size(); ++at) {
    const auto& word = plan.argv[at];
    const bool seen_already = std::any_of(
        seen.begin(), seen.end(), [&](const std::string& top) { return is_within(word, top); });
    if (word.starts_with('/') && word.size() > 1 && !seen_already)
      gaps.push_back("its argument " + word + " is out of its sight: \"paths\": {\"read\": [\"" +
                     word + "\"]}, or \"write\"");
  }
  return gaps;
}

} // namespace toolscore
