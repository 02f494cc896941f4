#include "node/node_address_io.hpp"

#include "config/node_config.hpp"
#include "node/check_text.hpp"
#include "node/config_file_io.hpp"

namespace toolscore {

std::string chosen_config_file(const cli_request& request) {
  if (!request.config_file.empty()) return request.config_file;
  return file_exists(config_file_default) ? config_file_default : std::string();
}

result<std::string> chosen_state_dir(const cli_request& request) {
  if (!request.state_dir.empty()) return absolute_path(request.state_dir);
  const auto file = chosen_config_file(request);
  const auto env = process_environment(file);
  if (file.empty()) return state_dir_of("{}", "defaults", env);
  const auto text = read_text_file(file, config_bytes_max);
  if (!text) return text.failure();
  return state_dir_of(*text, file, env);
}

result<http_address> chosen_address(const cli_request& request) {
  http_address address;
  if (!request.url.empty()) {
    auto reading = read_url(request.url);
    if (!reading.failure.empty()) return error{errc::bad_config, reading.failure};
    address = std::move(reading.address);
    address.token = request.token;
    if (address.tls) address.authorities = request.authorities;
    return address;
  }
  auto state_dir = chosen_state_dir(request);
  if (!state_dir) return state_dir.failure();
  address.socket_path = *state_dir + "/node.sock";
  return address;
}

} // namespace toolscore
