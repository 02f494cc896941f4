#include "tests/virtual_host.hpp"

#include "mcp/members.hpp"

#include <csignal>
#include <stdexcept>

namespace toolscore::test {

namespace {

std::string response(std::string_view id, const std::string& rest) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + "," + rest + "}";
}

std::string discovered(const manner& how) {
  return R"("result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":)" +
         how.capabilities +
         R"(,"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"n","version":"1"}}})";
}

std::string initialized(const manner& how) {
  return R"("result":{"protocolVersion":"2025-11-25","capabilities":)" + how.capabilities +
         R"(,"serverInfo":{"name":"n","version":"1"}})";
}

} // namespace

class virtual_process final : public hosted_process {
public:
  virtual_process(virtual_host& host, life_ptr life) : host_(host), life_(std::move(life)) {
    if (life_->pid == 0) life_->pid = static_cast<std::int64_t>(host.next_pid++);
  }
  ~virtual_process() override {
    life_->on_exit = nullptr;
    kill();
  }
  std::int64_t pid() const override { return life_->pid; }
  std::int64_t init_pid() const override { return life_->pid + 1'000'000; }
  confinement held_by() const override { return confinement::pid_namespace; }
  std::string confined() const override { return "pid+mount namespace"; }
  std::string not_given() const override { return {}; }
  int take_stdin() override { return -1; }
  int take_stdout() override { return -1; }
  void signal(int number) override {
    if (number != SIGTERM) return;
    note("term");
    if (life_->how.heeds_term) host_.die_after(life_, life_->how.end_takes, {true, SIGTERM});
  }
  void kill() override {
    note("kill");
    host_.die_after(life_, life_->how.end_takes, {true, SIGKILL});
  }
  void on_exit(std::function<void(process_exit)> hook) override {
    life_->on_exit = std::move(hook);
  }
  std::string log_tail(std::size_t) const override { return {}; }
  std::uint64_t log_bytes() const override { return 0; }
  bool was_ready() const override { return life_->adopted; }
  bool adopted() const override { return life_->adopted; }

  void note(const std::string& what) {
    const auto age = std::chrono::duration_cast<milliseconds>(host_.time_.now() - life_->asked);
    life_->heard.push_back(what + " " + std::to_string(age.count()));
  }
  const life_ptr& life() const { return life_; }
  virtual_host& host() { return host_; }

private:
  virtual_host& host_;
  life_ptr life_;
};

class virtual_link final : public link {
public:
  virtual_link(virtual_host& host, life_ptr life) : host_(host), life_(std::move(life)) {}
  ~virtual_link() override { life_->wire = {}; }
  std::uint64_t send(bytes line) override {
    if (!life_->how.send_throws.empty()) throw std::runtime_error(life_->how.send_throws);
    const auto number = ++life_->sent;
    host_.time_.after(milliseconds{0}, [&host = host_, life = life_, line, number] {
      if (life->over) return;
      life->begun = number;
      host.hear(life, *line);
    });
    return number;
  }
  std::uint64_t lines_begun() const override { return life_->begun; }
  void close_input() override {
    const auto age = std::chrono::duration_cast<milliseconds>(host_.time_.now() - life_->asked);
    life_->heard.push_back("stdin " + std::to_string(age.count()));
    if (!life_->closed && !life_->over) {
      life_->closed = host_.time_.now();
      if (host_.on_close) host_.on_close(life_);
    }
    if (life_->how.heeds_stdin && !life_->hangs)
      host_.die_after(life_, life_->how.end_takes, {false, 0});
  }
  std::size_t queued_bytes() const override { return 0; }

private:
  virtual_host& host_;
  life_ptr life_;
};

/// Hears nothing before listen(), as the real one.
class virtual_channel final : public notify_channel {
public:
  using sockets = std::map<std::string, std::function<void(std::string)>>;
  virtual_channel(sockets& all, std::string name, std::function<void(std::string)> heard)
      : all_(all), name_(std::move(name)), heard_(std::move(heard)) {}
  ~virtual_channel() override { all_.erase(name_); }
  const std::string& address() const override { return name_; }
  void listen(std::int64_t, std::int64_t) override { all_[name_] = heard_; }

private:
  sockets& all_;
  std::string name_;
  std::function<void(std::string)> heard_;
};

virtual_host::virtual_host(actor_fixture& time) : time_(time) {
  outside.open_notify =
      [this](std::function<void(std::string)> heard) -> result<std::shared_ptr<notify_channel>> {
    if (!refuses_side.empty()) return error{errc::io_failed, refuses_side};
    return std::shared_ptr<notify_channel>(std::make_shared<virtual_channel>(
        sockets_, "virtual-" + std::to_string(++last_socket_), std::move(heard)));
  };
  outside.probe = [this](const probe_target& target, std::function<void(std::string)> then) {
    auto handle = std::make_shared<int>();
    time_.after(milliseconds{1}, [this, target, then, weak = std::weak_ptr<void>(handle)] {
      answer_probe(target, weak, then);
    });
    return std::shared_ptr<void>(handle);
  };
  outside.lease_port = [this]() -> result<std::shared_ptr<const std::uint16_t>> {
    if (!refuses_side.empty()) return error{errc::io_failed, refuses_side};
    return std::make_shared<const std::uint16_t>(++last_port_);
  };
}

void virtual_host::answer_probe(const probe_target& target, const std::weak_ptr<void>& wanted,
                                const std::function<void(std::string)>& then) {
  if (wanted.expired()) return;
  const auto port = std::to_string(target.port);
  for (const auto& life : lives) {
    const auto at = life->plan.env.find("PORT");
    if (!life->runs || at == life->plan.env.end() || at->second != port) continue;
    ++life->probes;
    const auto& from = life->how.listens_after;
    if (!from || time_.now() < life->born + *from) break;
    if (!life->hangs) return then(life->probe_failure);
    return time_.after(target.timeout, [wanted, then] {
      if (!wanted.expired()) then("no answer in time");
    });
  }
  then("connection refused");
}

void virtual_host::notify(const life_ptr& life, const std::string& datagram) {
  const auto name = life->plan.env.find("NOTIFY_SOCKET");
  if (name == life->plan.env.end()) return;
  if (const auto socket = sockets_.find(name->second); socket != sockets_.end())
    socket->second(datagram);
}

life_ptr virtual_host::leave_over(const kept_as& what, manner how) {
  auto life = std::make_shared<process_life>();
  life->server = what.id.server.value;
  life->how = std::move(how);
  life->keep = what;
  life->pid = static_cast<std::int64_t>(next_pid++);
  life->asked = life->born = time_.now();
  life->ready = time_.now();
  life->runs = true;
  lives.push_back(life);
  offers_[life->server] = life;
  return life;
}

std::optional<kept_instance> virtual_host::kept(const server_id& server) const {
  const auto at = offers_.find(server.value);
  if (at == offers_.end() || at->second->over) return std::nullopt;
  const auto& keep = *at->second->keep;
  return kept_instance{keep.id.number, keep.digest, keep.port};
}

std::uint64_t virtual_host::last_kept(const server_id& server) const {
  const auto at = offers_.find(server.value);
  return at == offers_.end() ? 0 : at->second->keep->id.number;
}

bool virtual_host::end_kept(const server_id& server, milliseconds term,
                            std::function<void()> then) {
  const auto offer = offers_.extract(server.value);
  if (!offer) return false;
  const auto life = offer.mapped();
  life->on_exit = [then = std::move(then)](process_exit) {
    if (then) then();
  };
  if (life->how.heeds_term) die_after(life, life->how.end_takes, {true, SIGTERM});
  die_after(life, term + life->how.end_takes, {true, SIGKILL});
  return true;
}

/// As process_io does: the same goes on, and another ends before anything starts.
bool virtual_host::adopt_kept(const launch_plan& plan, const spawn_options& options,
                              const spawned& then) {
  if (const auto at = offers_.find(plan.name); at != offers_.end()) {
    const auto life = at->second;
    if (life->over && life->keep->id.number != options.keep->id.number) {
      offers_.erase(at);
      return false;
    }
    if (life->keep->digest == options.keep->digest) {
      offers_.erase(at);
      life->plan = plan;
      life->adopted = true;
      time_.after(milliseconds{1}, [this, life, then] {
        if (life->over) return then(error{errc::spawn_failed, "its init ended first"});
        then(std::unique_ptr<hosted_process>(std::make_unique<virtual_process>(*this, life)));
      });
      return true;
    }
    end_kept({plan.name}, options.keep->term, {});
  }
  if (alive(plan.name) == 0) return false;
  behind_kept_.push_back([this, plan, options, then] { spawn(plan, options, then); });
  return true;
}

void virtual_host::spawn(const launch_plan& plan, spawn_options options, spawned then) {
  if (options.keep && adopt_kept(plan, options, then)) return;
  auto life = std::make_shared<process_life>();
  life->plan = plan;
  life->keep = std::move(options.keep);
  life->server = plan.name;
  life->asked = time_.now();
  life->how = choose ? choose(life->server, starts(life->server) + 1) : manner{};
  lives.push_back(life);
  time_.after(life->how.spawn_takes, [this, life, then = std::move(then)] {
    if (!life->how.spawn_error.empty()) {
      life->over = true;
      life->ended = time_.now();
      return then(error{errc::spawn_failed, life->how.spawn_error});
    }
    life->runs = true;
    life->born = time_.now();
    if (life->how.exits_after) die_after(life, *life->how.exits_after, life->how.exit);
    if (life->how.hangs_after) time_.after(*life->how.hangs_after, [life] { life->hangs = true; });
    auto process = std::make_unique<virtual_process>(*this, life);
    if (on_change) on_change(life);
    then(std::unique_ptr<hosted_process>(std::move(process)));
  });
}

std::shared_ptr<link> virtual_host::open_link(hosted_process& process, link_events events) {
  auto& ours = dynamic_cast<virtual_process&>(process);
  if (!ours.life()->how.open_throws.empty()) throw std::runtime_error(ours.life()->how.open_throws);
  ours.life()->wire = std::move(events);
  return std::make_shared<virtual_link>(*this, ours.life());
}

void virtual_host::die_after(const life_ptr& life, milliseconds delay, process_exit exit) {
  time_.after(delay, [this, life, exit] { crash(life, exit); });
}

void virtual_host::crash(const life_ptr& life, process_exit exit) {
  if (life->over || !life->runs) return;
  life->over = true;
  life->runs = false;
  life->ended = time_.now();
  if (const auto hook = std::exchange(life->on_exit, nullptr)) hook(exit);
  if (on_change) on_change(life);
  for (auto& start : std::exchange(behind_kept_, {})) time_.after(milliseconds{0}, start);
}

void virtual_host::say(const life_ptr& life, const std::string& line) {
  if (!life->over && !life->hangs && life->wire.on_lines)
    life->wire.on_lines({std::make_shared<const std::string>(line)});
}

void virtual_host::reply(const life_ptr& life, milliseconds delay, std::string line, bool opens) {
  time_.after(delay, [this, life, line = std::move(line), opens] {
    if (opens && !life->over && !life->hangs && !life->ready) life->ready = time_.now();
    say(life, line);
  });
}

void virtual_host::answer(const life_ptr& life, const std::string& result) {
  if (life->calls.empty()) return;
  const auto id = life->calls.front();
  life->calls.pop_front();
  say(life,
      response(id, R"("result":)" +
                       (result.empty() ? R"({"resultType":"complete","content":[]})" : result)));
}

void virtual_host::hear_legacy(const life_ptr& life, std::string_view method, std::string_view id) {
  if (method == "\"server/discover\"")
    reply(life, milliseconds{1}, response(id, R"("error":{"code":-32601,"message":"no"})"));
  else if (method == "\"initialize\"")
    reply(life, life->how.handshake_takes, response(id, initialized(life->how)), true);
  else if (method == "\"" + life->how.refuses + "\"")
    reply(life, milliseconds{1}, response(id, R"("error":{"code":-32002,"message":"no"})"));
  else
    reply(life, milliseconds{1}, response(id, R"("result":{})"));
}

bool virtual_host::hear_list(const life_ptr& life, const std::string& line, const envelope& spans) {
  auto asked = mcp::decode(spans.method.of(line));
  if (const auto cursor = mcp::member_of(spans.params.of(line), "cursor"); !cursor.empty())
    asked += " " + mcp::decode(cursor);
  const auto at = life->how.lists.find(asked);
  if (at == life->how.lists.end()) return false;
  if (!at->second.empty()) reply(life, milliseconds{1}, response(spans.id.of(line), at->second));
  return true;
}

void virtual_host::hear(const life_ptr& life, const std::string& line) {
  life->lines.push_back(line);
  if (life->hangs) return;
  const auto spans = scanner_.scan(line);
  if (!spans || spans->kind != message_kind::request) return;
  const auto method = spans->method.of(line);
  const auto id = spans->id.of(line);
  if (method == "\"tools/call\"") {
    life->calls.emplace_back(id);
    if (life->how.answers_after)
      time_.after(*life->how.answers_after, [this, life] { answer(life); });
  } else if (hear_list(life, line, *spans)) {
    return;
  } else if (method == "\"tools/list\"") {
    reply(life, milliseconds{1}, response(id, R"("result":{"resultType":"complete","tools":[]})"));
  } else if (method == "\"subscriptions/listen\"") {
    // It is acknowledged by hand, and has no end.
  } else if (life->how.says == speech::modern) {
    const bool opening = id.front() == '"';
    reply(life, opening ? life->how.handshake_takes : milliseconds{1},
          response(id, discovered(life->how)), opening);
  } else if (life->how.says == speech::legacy) {
    hear_legacy(life, method, id);
  } else if (life->how.says == speech::refuses) {
    reply(life, life->how.handshake_takes,
          response(id, R"("error":{"code":-32603,"message":"no"})"));
  } else if (life->how.says == speech::garbage && life->wire.on_garbage) {
    life->wire.on_garbage("not JSON");
  }
}

life_ptr virtual_host::last(const std::string& server) const {
  for (auto at = lives.rbegin(); at != lives.rend(); ++at)
    if ((*at)->server == server) return *at;
  return nullptr;
}

std::size_t virtual_host::starts(const std::string& server) const {
  std::size_t count = 0;
  for (const auto& life : lives) count += life->server == server;
  return count;
}

std::size_t virtual_host::alive(const std::string& server) const {
  std::size_t count = 0;
  for (const auto& life : lives) count += life->runs && life->server == server;
  return count;
}

std::size_t virtual_host::alive() const {
  std::size_t count = 0;
  for (const auto& life : lives) count += life->runs;
  return count;
}

} // namespace toolscore::test
