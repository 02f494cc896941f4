#include "runners/kept_trees_io.hpp"

#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"
#include "runners/spawner/protocol.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace toolscore {
namespace {

constexpr const char* note_suffix = ".note";
constexpr const char* door_suffix = ".sock";
constexpr const char* away_suffix = ".log";

std::string name_of(const instance_id& id) {
  return id.server.value + "." + std::to_string(id.number);
}

error failed(const std::string& what) {
  return {errc::io_failed, what + ": " + std::strerror(errno)};
}

/// A path of any length has room in a socket's address only by way of a descriptor.
bool address_of(const std::string& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

bool is_init_of(const descriptor& connection, const kept_note& note) {
  ucred who{};
  socklen_t size = sizeof(who);
  return getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         who.pid == note.init.pid;
}

bool is_it(const kept_note& note) {
  return fate_of(note.init, facts_of(note.init.pid), boot_id()) == leftover_fate::reap;
}

} // namespace

result<kept_trees> kept_trees::open(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("cannot make '" + directory + "'");
  descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return failed("cannot open '" + directory + "'");
  return kept_trees(directory, std::move(opened));
}

std::string kept_trees::near_path(const std::string& name) const {
  return "/proc/self/fd/" + std::to_string(directory_.get()) + "/" + name;
}

result<kept_trees::belongings> kept_trees::prepare(const instance_id& id) const {
  belongings made;
  forget(id); // Of a former life with this number.
  const auto door = name_of(id) + door_suffix;
  sockaddr_un address{};
  if (!address_of(near_path(door), address)) {
    errno = ENAMETOOLONG;
    return failed("cannot name a socket '" + door + "'");
  }
  made.door.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.door ||
      ::bind(made.door.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return failed("cannot make the socket '" + path_ + "/" + door + "'");
  const auto away = name_of(id) + away_suffix;
  made.away.reset(
      ::openat(directory_.get(), away.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!made.away) return failed("cannot make '" + path_ + "/" + away + "'");
  return made;
}

result<done> kept_trees::note(const kept_note& note) const {
  const auto name = name_of(note.id) + note_suffix;
  const auto draft = name + ".new";
  const auto text = kept_text(note);
  descriptor file(
      ::openat(directory_.get(), draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::renameat(directory_.get(), draft.c_str(), directory_.get(), name.c_str()) != 0)
    return failed("cannot write '" + path_ + "/" + name +
                  "', by which the next node would find it");
  return done{};
}

void kept_trees::forget(const instance_id& id) const {
  for (const char* suffix : {note_suffix, door_suffix, away_suffix})
    ::unlinkat(directory_.get(), (name_of(id) + suffix).c_str(), 0);
}

descriptor kept_trees::connect(const kept_note& note) const {
  sockaddr_un address{};
  descriptor ours(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  // Before the connection: what is said on it first names the server by its pid.
  if (!ours || setsockopt(ours.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0 ||
      !address_of(near_path(name_of(note.id) + door_suffix), address) ||
      ::connect(ours.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      !is_init_of(ours, note))
    return {};
  return ours;
}

std::string kept_trees::take_away_log(const instance_id& id) const {
  using namespace spawner;
  const descriptor file(
      ::openat(directory_.get(), (name_of(id) + away_suffix).c_str(), O_RDWR | O_CLOEXEC));
  away_head head;
  if (!file || ::pread(file.get(), &head, sizeof(head), 0) != sizeof(head) || head.written == 0)
    return {};
  std::string ring(away_bytes_max, '\0');
  const auto size = ::pread(file.get(), ring.data(), ring.size(), away_ring_at);
  static_cast<void>(::ftruncate(file.get(), 0));
  if (size <= 0) return {};
  ring.resize(static_cast<std::size_t>(size));
  if (head.written <= ring.size()) return ring.substr(0, static_cast<std::size_t>(head.written));
  const auto oldest = static_cast<std::size_t>(head.written % ring.size());
  auto text = "toolscore: " + std::to_string(head.written - ring.size()) +
              " bytes that were written while no node was there are lost\n";
  text.append(ring, oldest).append(ring, 0, oldest);
  return text;
}

std::vector<kept_note> kept_trees::all() const {
  std::vector<kept_note> notes;
  std::set<std::string> known;
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(path_, failed), end; !failed && at != end;
       at.increment(failed)) {
    files.push_back(at->path());
    if (at->path().extension() != note_suffix) continue;
    std::ostringstream text;
    text << std::ifstream(at->path()).rdbuf();
    if (auto note = parse_kept(text.str())) {
      known.insert(name_of(note->id));
      notes.push_back(std::move(*note));
    }
  }
  for (const auto& file : files)
    if (known.count(file.stem().string()) == 0) std::filesystem::remove(file, failed);
  return notes;
}

std::map<std::string, std::uint64_t> kept_survivors::last_numbers() const {
  std::map<std::string, std::uint64_t> last;
  const auto take = [&](const kept_note& note) {
    auto& number = last[note.id.server.value];
    number = std::max(number, note.id.number);
  };
  for (const auto& note : ended) take(note);
  for (const auto& [note, claim] : condemned) take(note);
  return last;
}

kept_survivors find_kept(const kept_trees& trees,
                         const std::function<kept_claim(const instance_id&)>& claim_of) {
  kept_survivors found;
  for (auto& note : trees.all()) {
    const auto claim = claim_of(note.id);
    descriptor pidfd;
    // From here on the pidfd names one process for ever: if it is the noted one now, it stays so.
    if (is_it(note)) pidfd.reset(pidfd_open(static_cast<pid_t>(note.init.pid), 0));
    switch (fate_of(is_it(note), claim)) {
    case kept_fate::adopt:
      if (pidfd)
        found.offers.push_back({std::move(note), std::move(pidfd)});
      else
        found.condemned.emplace_back(std::move(note), claim);
      break;
    case kept_fate::reap:
      found.condemned.emplace_back(std::move(note), claim);
      break;
    case kept_fate::forget:
      found.ended.push_back(std::move(note));
      break;
    }
  }
  return found;
}

} // namespace toolscore
