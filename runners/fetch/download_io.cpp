#include "runners/fetch/download_io.hpp"

#include "runners/install_keys.hpp"

#include <cstdio>
#include <cstdlib>
#include <curl/curl.h>
#include <memory>

namespace toolscore {
namespace {

constexpr long redirects_max = 5;
constexpr long connect_seconds_max = 30;
constexpr long stalled_seconds_max = 60;
constexpr long stalled_bytes = 100;

struct end_curl {
  void operator()(CURL* x) const { curl_easy_cleanup(x); }
};
struct end_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};

struct target {
  std::FILE* file;
  long bytes = 0;
  bool too_large = false;
  bool full = false;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& out = *static_cast<target*>(to);
  const auto bytes = size * count;
  out.bytes += static_cast<long>(bytes);
  out.too_large = out.bytes > archive_bytes_max;
  if (out.too_large) return 0;
  out.full = std::fwrite(data, 1, bytes, out.file) != bytes;
  return out.full ? 0 : bytes;
}

const char* certificates() {
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return nullptr;
}

void set_up(CURL* curl, const std::string& url, target& out, char* said) {
  const bool secure = url.starts_with("https:");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, redirects_max);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds_max);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stalled_seconds_max);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, stalled_bytes);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "toolscore");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out);
  if (const char* ca = certificates()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
}

} // namespace

std::optional<fetch_failure> download(const std::string& url, const std::string& file) {
  const auto shown = without_credentials(url);
  const std::unique_ptr<std::FILE, end_file> opened(std::fopen(file.c_str(), "wbex"));
  if (!opened) return fetch_failure{fetch_exit::io, "cannot write " + file};
  const std::unique_ptr<CURL, end_curl> curl(curl_easy_init());
  if (!curl) return fetch_failure{fetch_exit::io, "libcurl does not start"};
  char said[CURL_ERROR_SIZE] = "";
  target out{opened.get()};
  set_up(curl.get(), url, out, said);
  const auto code = curl_easy_perform(curl.get());
  if (out.too_large)
    return fetch_failure{fetch_exit::refused, shown + " is larger than " +
                                                  std::to_string(archive_bytes_max >> 20) + " MiB"};
  if (out.full || std::fflush(opened.get()) != 0)
    return fetch_failure{fetch_exit::io, "cannot write " + file + ": is the disk full?"};
  if (code == CURLE_OK) return std::nullopt;
  const std::string why = *said != '\0' ? said : curl_easy_strerror(code);
  return fetch_failure{fetch_exit::not_found,
                       "cannot download " + shown + ": " + without_credentials(why)};
}

} // namespace toolscore
