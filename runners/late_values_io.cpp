#include "runners/late_values_io.hpp"

#include "messages/known_secrets.hpp"
#include "runners/command_run_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace toolscore {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;
using values = std::map<std::string, std::string>;

std::string without_end_of_line(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// Blocks: of the pool. @param closed  nobody but its owner may read it
result<std::string> read_secret(const std::string& path, bool closed) {
  const descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto failed = [&](const std::string& why) {
    return error{errc::spawn_failed, path + ": " + why};
  };
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return failed("is no file");
  if (closed && (about.st_mode & 0077U) != 0) return failed("others may read it, chmod 600 it");
  std::string text(file_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto more = ::read(fd.get(), text.data() + size, text.size() - size);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return failed(std::strerror(errno));
    if (more == 0) break;
    size += static_cast<std::size_t>(more);
  }
  if (size > file_bytes_max) return failed("is over " + std::to_string(file_bytes_max) + " bytes");
  text.resize(size);
  return without_end_of_line(std::move(text));
}

result<std::string> read_input(const std::string& id, const values& variables) {
  const auto name = input_variable(id);
  if (const auto set = variables.find(name); set != variables.end()) return set->second;
  const auto file = variables.find(name + "_FILE");
  if (file == variables.end())
    return error{errc::spawn_failed, "set the variable " + name + " or " + name + "_FILE"};
  return read_secret(file->second, true);
}

/// One filling under way.
struct filling {
  values all;
  std::map<std::string, std::vector<late_piece>> late; ///< Pieces become texts one by one.
  std::string place;
  std::function<void(result<values>)> then;
  std::size_t open = 1; ///< What is read and run now, and he who begins it.
  std::optional<error> failure;

  void take(const std::string& key, std::size_t at, result<std::string> value) {
    auto& piece = late[key][at];
    if (!value) {
      if (!failure)
        failure = error{errc::spawn_failed, place + "." + key + ": " + reference_text(piece) +
                                                ": " + value.failure().detail};
    } else {
      known_secrets::here().add(*value);
      piece = {late_piece::kind::text, std::move(*value), {}};
    }
    done();
  }

  void done() {
    if (--open != 0) return;
    if (failure) return then(std::move(*failure));
    for (const auto& [key, pieces] : late) {
      std::string whole;
      for (const auto& piece : pieces) whole += piece.text;
      if (whole.find('\0') != whole.npos)
        return then(error{errc::spawn_failed, place + "." + key + " holds a NUL character"});
      known_secrets::here().add(whole);
      all[key] = std::move(whole);
    }
    then(std::move(all));
  }
};

/// What stands in clear under the name of a secret is one, too.
void note_secrets(const values& all) {
  for (const auto& [key, value] : all) {
    if (is_late(value) || !names_a_secret(key)) continue;
    known_secrets::here().add(value);
    if (const auto blank = value.rfind(' '); blank != value.npos) // "Bearer TOKEN".
      known_secrets::here().add(std::string_view(value).substr(blank + 1));
  }
}

bool has_late(const values& all) {
  return std::any_of(all.begin(), all.end(), [](const auto& x) { return is_late(x.second); });
}

} // namespace

values late_host::own_variables() {
  values out;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    const auto equals = entry.find('=');
    if (equals != entry.npos) out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

void late_host::spawn(const launch_plan& plan, spawn_options options, spawned then) {
  note_secrets(plan.env);
  if (!has_late(plan.env)) return inner_.spawn(plan, std::move(options), std::move(then));
  fill(plan.env, "env",
       [this, held = std::make_shared<launch_plan>(plan), options = std::move(options),
        then = std::move(then)](result<values> known) mutable {
         if (!known) return then(known.failure());
         held->env = std::move(*known);
         inner_.spawn(*held, std::move(options), std::move(then));
       });
}

void late_host::fill(const values& of, const std::string& place,
                     std::function<void(result<values>)> then) {
  auto work = std::make_shared<filling>();
  work->all = of;
  work->place = place;
  work->then = std::move(then);
  for (const auto& [key, value] : of)
    if (is_late(value)) work->late[key] = late_pieces(value);
  for (const auto& [key, pieces] : work->late)
    for (std::size_t at = 0; at < pieces.size(); ++at) {
      const auto& piece = pieces[at];
      if (piece.what == late_piece::kind::text) continue;
      ++work->open;
      if (piece.what == late_piece::kind::command) {
        command_run::run(io_, inner_, piece.argv, variables_,
                         [work, key = key, at](result<std::string> printed) {
                           if (printed)
                             printed->resize(std::min(printed->find('\n'), printed->size()));
                           if (printed) *printed = without_end_of_line(std::move(*printed));
                           work->take(key, at, std::move(printed));
                         });
        continue;
      }
      auto read = std::make_shared<result<std::string>>(
          error{errc::spawn_failed, "it could not be read, too much waits for the disk"});
      pool_(
          [this, read, piece] {
            *read = piece.what == late_piece::kind::file ? read_secret(piece.text, false)
                                                         : read_input(piece.text, variables_);
          },
          [work, read, key = key, at] { work->take(key, at, std::move(*read)); });
    }
  boost::asio::post(io_, [work] { work->done(); });
}

void late_host::fill(std::shared_ptr<const http_endpoint> endpoint, filled then) {
  values credentials{{"client_id", endpoint->auth.client_id},
                     {"client_secret", endpoint->auth.client_secret}};
  note_secrets(credentials);
  fill(credentials, "auth", [this, endpoint, then = std::move(then)](result<values> known) mutable {
    if (!known) return then(known.failure());
    auto made = std::make_shared<http_endpoint>(*endpoint);
    made->auth.client_id = known->at("client_id");
    made->auth.client_secret = known->at("client_secret");
    fill_headers(std::move(made), std::move(then));
  });
}

void late_host::fill_headers(std::shared_ptr<const http_endpoint> endpoint, filled then) {
  values headers;
  for (const auto& [name, value] : endpoint->headers) headers[name] = value;
  note_secrets(headers);
  fill(headers, "headers", [endpoint, then = std::move(then)](result<values> known) {
    if (!known) return then(known.failure());
    auto made = std::make_shared<http_endpoint>(*endpoint);
    for (auto& [name, value] : made->headers) {
      value = known->at(name);
      const auto end = value.find_last_not_of(" \t\r\n");
      value.resize(end == value.npos ? 0 : end + 1);
      // It must never end a header, and is not shown.
      if (std::any_of(value.begin(), value.end(),
                      [](unsigned char x) { return x < ' ' || x == 0x7f; }))
        return then(
            error{errc::spawn_failed, "headers." + name + ": its value holds a control character"});
    }
    then(std::shared_ptr<const http_endpoint>(std::move(made)));
  });
}

} // namespace toolscore
