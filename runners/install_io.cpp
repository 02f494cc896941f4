#include "runners/install_io.hpp"

#include "runners/container/engine_places.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/process_host.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 1U << 20U;
constexpr std::size_t line_bytes_max = 256;
constexpr std::size_t scripts_max = 1000;

/// The text of a file, at most `bytes_max` of it; empty where it cannot be read.
std::string text_of(const std::string& path, std::size_t bytes_max = file_bytes_max) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return {}; // A pipe would never end.
  std::ifstream file(path, std::ios::binary);
  std::string text(bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(bytes_max));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

std::string first_line(const std::string& path) {
  const auto text = text_of(path, line_bytes_max);
  return text.substr(0, text.find('\n'));
}

error io_error(const std::string& what, const std::string& path, const std::string& why) {
  return {errc::io_failed,
          "cannot " + what + " " + path + ": " + why + "; check its rights and space"};
}

std::string find_program(const variable_map& variables, const std::string& name) {
  const auto path = variables.find("PATH");
  if (path == variables.end()) return {};
  for (std::size_t at = 0; at <= path->second.size();) {
    const auto end = std::min(path->second.find(':', at), path->second.size());
    const auto file = path->second.substr(at, end - at) + "/" + name;
    std::error_code failed;
    if (file.front() == '/' && ::access(file.c_str(), X_OK) == 0 &&
        fs::is_regular_file(file, failed))
      return file;
    at = end + 1;
  }
  return {};
}

/// What an upgrade of a program changes: where it really is, its size and its date.
std::string identity_of(const std::string& program) {
  if (program.empty()) return {};
  std::error_code failed;
  const auto real = fs::canonical(program, failed);
  struct stat found {};
  if (failed || ::stat(real.c_str(), &found) != 0) return program;
  return real.string() + ":" + std::to_string(found.st_size) + ":" +
         std::to_string(found.st_mtim.tv_sec);
}

void read_project(const std::string& directory, const install_plan& plan, project_facts& facts) {
  facts.pyproject = text_of(directory + "/pyproject.toml");
  facts.setup_py = text_of(directory + "/setup.py");
  facts.setup_cfg = text_of(directory + "/setup.cfg");
  facts.package_json = text_of(directory + "/package.json");
  facts.cargo_toml = text_of(directory + "/Cargo.toml");
  facts.manifest_json = text_of(directory + "/manifest.json");
  std::error_code failed;
  for (const auto& file : candidate_files(facts))
    if (fs::is_regular_file(directory + "/" + file, failed)) facts.files.insert(file);
  for (fs::directory_iterator at(venv_dir(plan) + "/bin", failed), end;
       !failed && at != end && facts.venv_scripts.size() < scripts_max; at.increment(failed))
    facts.venv_scripts.insert(at->path().filename().string());
}

/// The version of the package in its virtual environment, and those of its scripts that are there.
void read_package(const install_plan& plan, install_facts& facts) {
  facts.scripts.clear();
  const auto wanted = normalised_name(plan.pypi.name);
  std::error_code failed;
  for (fs::directory_iterator lib(venv_dir(plan) + "/lib", failed), end; !failed && lib != end;
       lib.increment(failed)) {
    std::error_code unread;
    for (fs::directory_iterator at(lib->path() / "site-packages", unread); !unread && at != end;
         at.increment(unread)) {
      const auto found = parse_dist_info(at->path().filename().string());
      if (!found || found->name != wanted) continue;
      facts.version = found->version;
      for (auto& name : read_entry_points(text_of(at->path() / "entry_points.txt")))
        if (::access((venv_dir(plan) + "/bin/" + name).c_str(), X_OK) == 0)
          facts.scripts.push_back(std::move(name));
    }
  }
}

/// A file that closes itself; writing goes on where the kernel stopped.
class output_file {
public:
  explicit output_file(const std::string& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}
  ~output_file() {
    if (fd_ >= 0) ::close(fd_);
  }
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  bool write_and_sync(std::string_view text) {
    while (fd_ >= 0 && !text.empty()) {
      const auto written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fd_ >= 0 && ::fsync(fd_) == 0;
  }

private:
  int fd_;
};

/// @param whole_system  every file of the file system, else the directory's own entries
bool sync_directory(const std::string& path, bool whole_system) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = (whole_system ? ::syncfs(fd) : ::fsync(fd)) == 0;
  ::close(fd);
  return synced;
}

} // namespace

variable_map own_environment() {
  variable_map out;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry(*at);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos && equals != 0)
      out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

host_facts find_host_facts(std::string state_dir, std::string libexec_dir, variable_map variables,
                           const std::string& engine) {
  host_facts host;
  host.state_dir = std::move(state_dir);
  host.libexec_dir = std::move(libexec_dir);
  host.variables = std::move(variables);
  const auto searched = minimal_environment(host.variables);
  host.node = find_program(searched, "node");
  host.npm = find_program(searched, "npm");
  host.python = find_program(searched, "python3");
  host.cargo = find_program(searched, "cargo");
  host.go = find_program(searched, "go");
  host.uv = find_program(searched, "uv");
  host.pnpm = find_program(searched, "pnpm");
  host.yarn = find_program(searched, "yarn");
  host.node_identity = identity_of(host.node);
  host.python_identity = identity_of(host.python);
  auto engines = engine_places(engine, host.variables, ::geteuid());
  if (engines)
    host.engines = std::move(*engines);
  else
    host.no_engine = engines.failure().detail;
  host.image_owner = cgroup_id_of(host.state_dir);
  if (host.image_owner.empty()) host.image_owner = "0"; // Nothing was ever built for it.
  return host;
}

std::optional<install_facts> find_install(const server_spec& spec, const install_plan& plan) {
  const auto text = text_of(plan.dir + "/" + marker_name);
  const auto marker = nlohmann::json::parse(text, nullptr, false);
  if (!marker.is_object() || marker.value("key", nlohmann::json()) != plan.key) return std::nullopt;
  install_facts known;
  const auto version = marker.find("version");
  if (version != marker.end() && version->is_string()) known.version = version->get<std::string>();
  auto facts = read_facts(spec, plan, std::move(known));
  std::error_code failed;
  if (plan.kind == install_kind::npm) {
    const auto bin = npm_bin(plan, facts);
    if (!bin || !fs::is_regular_file(package_dir(plan) + "/" + *bin, failed)) return std::nullopt;
  } else {
    if (plan.kind == install_kind::project && !fs::is_directory(project_dir(spec, plan), failed))
      return std::nullopt;
    // An environment whose interpreter was uninstalled is a directory of dead links.
    const auto venv = venv_dir(plan);
    if ((plan.kind == install_kind::pypi || fs::exists(venv, failed)) &&
        ::access((venv + "/bin/python").c_str(), X_OK) != 0)
      return std::nullopt;
  }
  return facts;
}

result<done> prepare_install(const install_plan& plan) {
  if (auto removed = remove_install(plan); !removed) return removed;
  return ensure_directory(plan.dir);
}

install_facts read_facts(const server_spec& spec, const install_plan& plan, install_facts known) {
  known.project = {};
  if (plan.kind == install_kind::project) {
    read_project(project_dir(spec, plan), plan, known.project);
  } else if (plan.kind == install_kind::pypi) {
    read_package(plan, known);
  } else {
    known.package_json = text_of(package_dir(plan) + "/package.json");
    known.version = read_package_json(known.package_json).version;
    if (const auto bin = npm_bin(plan, known))
      known.bin_first_line = first_line(package_dir(plan) + "/" + *bin);
  }
  return known;
}

install_facts read_source(const std::string& directory) {
  install_facts facts;
  read_project(directory, {}, facts.project);
  return facts;
}

result<done> seal_install(const install_plan& plan, const install_facts& facts) {
  const nlohmann::json marker{{"key", plan.key}, {"from", plan.from}, {"version", facts.version}};
  const auto path = plan.dir + "/" + marker_name;
  // What the marker vouches for must reach the disk before it does.
  if (!sync_directory(plan.dir, true)) return io_error("sync", plan.dir, std::strerror(errno));
  if (!output_file(path + ".partial").write_and_sync(marker.dump(2) + "\n"))
    return io_error("write", path, std::strerror(errno));
  if (::rename((path + ".partial").c_str(), path.c_str()) != 0 || !sync_directory(plan.dir, false))
    return io_error("write", path, std::strerror(errno));
  return done{};
}

result<done> remove_install(const install_plan& plan) {
  std::error_code failed;
  fs::remove_all(plan.dir, failed);
  if (failed) return io_error("remove", plan.dir, failed.message());
  return done{};
}

void note_use(const install_plan& plan) {
  ::utimensat(AT_FDCWD, (plan.dir + "/" + marker_name).c_str(), nullptr, 0);
}

result<done> ensure_directory(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return done{};
  const auto parent = fs::path(path).parent_path();
  fs::create_directories(parent, failed);
  if (!failed && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return io_error("make", path, std::strerror(errno));
  if (failed) return io_error("make", path, failed.message());
  return done{};
}

void close_input(hosted_process& child) {
  if (const int fd = child.take_stdin(); fd >= 0) ::close(fd);
}

} // namespace toolscore
