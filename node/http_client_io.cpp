#include "node/http_client_io.hpp"

#include "gateway/tls_client_io.hpp"
#include "loop/asio.hpp"
#include "node/http_wire_io.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <sys/un.h>
#include <utility>

namespace toolscore {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using local = asio::local::stream_protocol;
using tcp = asio::ip::tcp;

/// Runs one asynchronous operation to its end, so that the stream's timer can cut it short.
template <class Start>
error_code run(asio::io_context& io, Start start) {
  error_code outcome;
  start([&outcome](error_code failure, auto&&...) { outcome = failure; });
  io.restart();
  io.run();
  return outcome;
}

error broken(const http_address& to, const error_code& failure, std::chrono::milliseconds timeout) {
  const std::string where = to_string(to) + ": ";
  if (failure == beast::error::timeout)
    return {errc::call_timed_out,
            where + "no answer within " + std::to_string(timeout.count()) + " ms"};
  if (failure == http::error::body_limit || failure == http::error::header_limit)
    return {errc::too_large, where + "the answer is over the client's limit"};
  if (failure == http::error::end_of_stream || failure == http::error::partial_message ||
      failure == asio::error::connection_reset || failure == asio::error::broken_pipe ||
      failure == asio::ssl::error::stream_truncated)
    return {errc::io_failed, where + "the node closed the connection before it had answered"};
  return {errc::io_failed, where + failure.message()};
}

error nobody(const http_address& to, const error_code& failure) {
  const std::string why =
      failure == beast::error::timeout ? "no connection in time" : failure.message();
  return {errc::server_gone, "no node answers at " + to_string(to) + " (" + why + ")"};
}

} // namespace

std::string no_tls_text(const http_address& to, const error_code& failure) {
  return to_string(to) + ": no TLS connection (" + failure.message() +
         "); name the authority of its certificate with --ca, or write http:// where it is plain";
}

http::request<http::string_body> to_wire(const http_address& to, const http_request& request) {
  http::request<http::string_body> out{http::string_to_verb(request.method), request.target, 11};
  out.set(http::field::host, host_field(to));
  out.set(http::field::user_agent, "toolscore");
  out.set(http::field::connection, "close");
  if (to.socket_path.empty() && !to.token.empty())
    out.set(http::field::authorization, "Bearer " + to.token);
  for (const auto& [name, value] : request.headers) out.set(name, value);
  out.body() = request.body;
  out.prepare_payload();
  return out;
}

namespace {

http_reply taken(http::response<http::string_body> message) {
  http_reply out;
  out.status = static_cast<int>(message.result_int());
  const auto type = message[http::field::content_type];
  out.content_type = std::string(type.data(), type.size());
  const auto session = message["Mcp-Session-Id"];
  out.session = std::string(session.data(), session.size());
  const auto next = message["Toolscore-Log-Next"];
  out.log_next = std::string(next.data(), next.size());
  out.log_gap = message.count("Toolscore-Log-Gap") != 0;
  out.body = std::move(message.body());
  return out;
}

template <class Stream>
result<http_reply> converse(asio::io_context& io, Stream& stream, const http_address& to,
                            const http_request& request, const http_limits& limits) {
  beast::get_lowest_layer(stream).expires_after(request.timeout);
  auto message = to_wire(to, request);
  // A node may answer and close before it has read a body that it refuses: read in any case.
  const error_code unsent =
      run(io, [&](auto then) { http::async_write(stream, message, std::move(then)); });
  if (unsent && unsent != asio::error::broken_pipe && unsent != asio::error::connection_reset)
    return broken(to, unsent, request.timeout);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(limits.body_bytes_max);
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  const error_code failure =
      run(io, [&](auto then) { http::async_read(stream, buffer, parser, std::move(then)); });
  if (failure) return broken(to, failure, request.timeout);
  return taken(parser.release());
}

result<http_reply> over_socket(asio::io_context& io, const http_address& to,
                               const http_request& request, const http_limits& limits) {
  if (to.socket_path.size() >= sizeof(sockaddr_un::sun_path))
    return error{errc::server_gone, to.socket_path + ": a socket's path has at most " +
                                        std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                                        " bytes, choose a shorter state directory"};
  beast::basic_stream<local> stream(io);
  stream.expires_after(limits.connect_timeout);
  const error_code failure = run(io, [&](auto then) {
    stream.async_connect(local::endpoint(to.socket_path), std::move(then));
  });
  if (failure) return nobody(to, failure);
  return converse(io, stream, to, request, limits);
}

result<http_reply> over_tcp(asio::io_context& io, const http_address& to,
                            const http_request& request, const http_limits& limits) {
  tcp::resolver resolver(io);
  error_code failure;
  // Names have the timeout of the system's resolver; addresses need none.
  const auto found = resolver.resolve(to.host, to.port, failure);
  if (failure) return nobody(to, failure);
  beast::basic_stream<tcp> stream(io);
  stream.expires_after(limits.connect_timeout);
  failure = run(io, [&](auto then) { stream.async_connect(found, std::move(then)); });
  if (failure) return nobody(to, failure);
  if (!to.tls) return converse(io, stream, to, request, limits);
  const auto trusted = trusting(to.authorities);
  if (!trusted) return trusted.failure();
  beast::ssl_stream<beast::basic_stream<tcp>&> secured(stream, **trusted);
  if (!expect_peer(secured.native_handle(), to.host))
    return error{errc::bad_config, to_string(to) + ": no such host name"};
  failure = run(io, [&](auto then) {
    secured.async_handshake(asio::ssl::stream_base::client, std::move(then));
  });
  if (failure) return error{errc::io_failed, no_tls_text(to, failure)};
  return converse(io, secured, to, request, limits);
}

} // namespace

result<http_reply> send_http(const http_address& to, const http_request& request,
                             const http_limits& limits) {
  try {
    asio::io_context io(1);
    return to.socket_path.empty() ? over_tcp(io, to, request, limits)
                                  : over_socket(io, to, request, limits);
  } catch (const std::exception& failure) {
    return error{errc::io_failed, to_string(to) + ": " + failure.what()};
  }
}

void pause_for(std::chrono::milliseconds time) {
  asio::io_context io(1);
  asio::steady_timer timer(io, time);
  timer.wait();
}

} // namespace toolscore
