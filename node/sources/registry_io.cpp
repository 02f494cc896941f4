#include "node/sources/registry_io.hpp"

#include "config/json_text.hpp"
#include "node/config_file_io.hpp"
#include "node/http_client_io.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

namespace toolscore {
namespace {

constexpr std::size_t pages_max = 20;
constexpr std::size_t page_entries = 100;
constexpr std::size_t files_max = 10'000;
constexpr std::size_t document_bytes_max = 1U << 20U;
constexpr std::size_t page_bytes_max = 8U << 20U;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool holds(const registry_entry& entry, const std::string& text) {
  for (const auto& where : {entry.name, entry.description, text_of(entry.document, "title")})
    if (lower(where).find(text) != std::string::npos) return true;
  return false;
}

/// The one the registry calls newest, else the last that it told.
class newest_entries {
public:
  void add(registry_entry entry) {
    auto& place = by_name_[entry.name];
    if (place.newest && !entry.newest) return;
    place = std::move(entry);
  }
  std::size_t size() const { return by_name_.size(); }
  std::vector<registry_entry> take() {
    std::vector<registry_entry> out;
    for (auto& [name, entry] : by_name_) out.push_back(std::move(entry));
    return out;
  }

private:
  std::map<std::string, registry_entry> by_name_;
};

result<std::vector<registry_entry>> search_directory(const std::string& directory,
                                                     const std::string& text) {
  namespace fs = std::filesystem;
  newest_entries found;
  std::error_code failed;
  std::size_t seen = 0;
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (++seen > files_max)
      return error{errc::too_large, directory + ": more than " + std::to_string(files_max) +
                                        " files, name a smaller directory"};
    if (at->path().extension() == ".json") files.push_back(at->path().string());
  }
  if (failed) return error{errc::io_failed, directory + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const auto content = read_text_file(file, document_bytes_max);
    const auto tree = content ? parse_reply(*content) : std::nullopt;
    auto entry = tree ? read_registry_entry(*tree) : std::nullopt;
    if (entry && holds(*entry, lower(text))) found.add(std::move(*entry));
  }
  return found.take();
}

/// "https://host:port/some/path", taken apart.
struct registry_place {
  http_address address;
  std::string path; ///< Without a slash behind it.
};

result<registry_place> read_place(const std::string& url, const std::string& authorities) {
  const auto scheme = url.find("://");
  const auto slash = url.find('/', scheme + 3);
  auto reading = read_url(url.substr(0, slash));
  if (!reading.failure.empty())
    return error{errc::bad_config, "the registry \"" + one_line(url.substr(0, 80)) +
                                       "\" is no http or https URL and no directory"};
  registry_place place{std::move(reading.address),
                       slash == url.npos ? std::string() : url.substr(slash)};
  while (place.path.ends_with('/')) place.path.pop_back();
  if (place.path.find_first_of("?# \r\n\t") != place.path.npos)
    return error{errc::bad_config, "the registry's URL ends with its path, without ? and #"};
  if (place.address.tls) place.address.authorities = authorities;
  return place;
}

result<registry_page> ask_page(const registry_place& place, const std::string& text,
                               const std::string& cursor) {
  http_request request;
  request.target = place.path + "/v0/servers?limit=" + std::to_string(page_entries);
  if (!text.empty()) request.target += "&search=" + percent_encoded(text);
  if (!cursor.empty()) request.target += "&cursor=" + percent_encoded(cursor);
  request.headers = {{"Accept", "application/json"}};
  http_limits limits;
  limits.body_bytes_max = page_bytes_max;
  const auto reply = send_http(place.address, request, limits);
  const auto where = "the registry at " + to_string(place.address);
  if (!reply) return error{reply.failure().code, where + ": " + reply.failure().detail};
  if (reply->status != 200)
    return error{errc::bad_answer,
                 where + " answered with status " + std::to_string(reply->status)};
  return read_registry_page(reply->body);
}

} // namespace

result<std::vector<registry_entry>> search_registry(const std::string& registry,
                                                    const std::string& text,
                                                    const std::string& authorities,
                                                    std::size_t entries_max) {
  if (registry.find("://") == registry.npos) return search_directory(registry, text);
  const auto place = read_place(registry, authorities);
  if (!place) return place.failure();
  newest_entries found;
  std::string cursor;
  for (std::size_t page = 0; page < pages_max && found.size() < entries_max; ++page) {
    auto answer = ask_page(*place, text, cursor);
    if (!answer) return answer.failure();
    for (auto& entry : answer->entries)
      if (holds(entry, lower(text))) found.add(std::move(entry));
    // One that never ends, or that repeats itself, is left.
    if (answer->next_cursor.empty() || answer->next_cursor == cursor) break;
    cursor = std::move(answer->next_cursor);
  }
  auto all = found.take();
  if (all.size() > entries_max) all.resize(entries_max);
  return all;
}

result<registry_entry> find_in_registry(const std::string& registry, const std::string& name,
                                        const std::string& authorities) {
  // Registries search by a part of the name.
  auto found = search_registry(registry, name, authorities, page_entries * pages_max);
  if (!found) return found.failure();
  for (auto& entry : *found)
    if (entry.name == name) return std::move(entry);
  return error{errc::unknown_server, "the registry has no server \"" +
                                         one_line(name.substr(0, 80)) +
                                         "\"; `toolscore search` lists what it has"};
}

} // namespace toolscore
