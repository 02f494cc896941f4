#pragma once
#include "node/http_message.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore::test {

/// A directory of its own, gone with it.
class temp_dir {
public:
  temp_dir();
  ~temp_dir();
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;
  const std::string& path() const { return path_; }
  /// Writes a file into it. @returns its path
  std::string write(const std::string& name, const std::string& text) const;

private:
  std::string path_;
};

struct served_request {
  std::string method;
  std::string target;
  std::string body;
  std::map<std::string, std::string> headers; ///< Names in lower case.
};

struct served_reply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::string session;
  std::string raw;     ///< Sent instead of all above, then the connection is closed.
  bool silent = false; ///< Nothing is sent, and the connection stays open.
};

enum class server_socket : bool { local, tcp };

/// A real HTTP server in a thread of its own, on a unix socket or on 127.0.0.1.
class real_server {
public:
  using handler = std::function<served_reply(const served_request&)>;
  real_server(const std::string& directory, handler answer,
              server_socket kind = server_socket::local);
  ~real_server();
  http_address address() const;
  /// What was asked so far, in order.
  std::vector<served_request> requests() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace toolscore::test
