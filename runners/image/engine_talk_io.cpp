#include "runners/image/engine_talk_io.hpp"

#include <curl/curl.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace toolscore {
namespace {

constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr long connect_seconds_max = 10;
constexpr long look_seconds_max = 30;
constexpr long refusals_begin = 300;

struct end_curl {
  void operator()(CURL* x) const { curl_easy_cleanup(x); }
};
struct end_list {
  void operator()(curl_slist* x) const { curl_slist_free_all(x); }
};
struct end_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};
using curl_handle = std::unique_ptr<CURL, end_curl>;

struct taker {
  CURL* curl;
  engine_reply* reply;
  const std::function<void(std::string_view)>* on_text;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& out = *static_cast<taker*>(to);
  const std::string_view text(data, size * count);
  long status = 0;
  curl_easy_getinfo(out.curl, CURLINFO_RESPONSE_CODE, &status);
  if (out.on_text != nullptr && status < refusals_begin)
    (*out.on_text)(text);
  else if (out.reply->body.size() < body_bytes_max)
    out.reply->body.append(text.substr(0, body_bytes_max - out.reply->body.size()));
  return text.size();
}

engine_reply perform(CURL* curl, const std::string& socket, const std::string& target,
                     const std::function<void(std::string_view)>* on_text) {
  engine_reply reply;
  taker to{curl, &reply, on_text};
  char said[CURL_ERROR_SIZE] = "";
  const auto url = "http://engine" + target;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds_max);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &to);
  const auto code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  if (code != CURLE_OK) reply.error = *said != '\0' ? said : curl_easy_strerror(code);
  long number = 0;
  curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
  if (code == CURLE_COULDNT_CONNECT && number != 0)
    reply.error = std::generic_category().message(static_cast<int>(number));
  reply.connected = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST;
  return reply;
}

engine_reply without_curl() {
  return {0, {}, "libcurl does not start", true};
}

} // namespace

engine_reply engine_talk::get(const std::string& target) const {
  const curl_handle curl(curl_easy_init());
  if (!curl) return without_curl();
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, look_seconds_max);
  return perform(curl.get(), socket_, target, nullptr);
}

engine_reply engine_talk::post_file(const std::string& target, const std::string& file,
                                    const std::function<void(std::string_view)>& on_text) const {
  const curl_handle curl(curl_easy_init());
  if (!curl) return without_curl();
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(file, failed);
  const std::unique_ptr<std::FILE, end_file> opened(std::fopen(file.c_str(), "rbe"));
  if (failed || !opened) return {0, {}, "cannot read " + file, true};
  std::unique_ptr<curl_slist, end_list> heads(
      curl_slist_append(nullptr, "Content-Type: application/x-tar"));
  curl_slist_append(heads.get(), "Expect:");
  curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes));
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, opened.get());
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION,
                   static_cast<curl_read_callback>([](char* to, std::size_t size, std::size_t count,
                                                      void* from) -> std::size_t {
                     return std::fread(to, size, count, static_cast<std::FILE*>(from));
                   }));
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, heads.get());
  return perform(curl.get(), socket_, target, &on_text);
}

std::string engine_talk::escaped(const std::string& text) {
  const std::unique_ptr<char, decltype(&curl_free)> out(
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), &curl_free);
  return out ? out.get() : "";
}

} // namespace toolscore
