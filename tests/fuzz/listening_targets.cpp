#include "gateway/batch.hpp"
#include "gateway/event_stream.hpp"
#include "mcp/envelope.hpp"
#include "mcp/listening.hpp"
#include "mcp/mirrored_arguments.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace toolscore::test {
namespace {

using nlohmann::json;

bool is_sorted_once(const std::vector<std::string>& all) {
  for (std::size_t i = 1; i < all.size(); ++i)
    if (!(all[i - 1] < all[i])) return false;
  return true;
}

/// Whatever is honoured is what was asked for, and what is written of it is read again as the same.
void check_filter(std::string_view text) {
  const auto read = mcp::read_listen(text);
  if (!read) {
    expect(read.failure().detail.find('\n') == std::string::npos, "a reason of one line");
    return;
  }
  expect(read->uris.size() <= mcp::listen_uris_max, "as many URIs as there may be");
  expect(is_sorted_once(read->uris), "each once, in order");
  const auto line = mcp::listen_request_line(1, *read, "2026-07-28");
  mcp::scanner scanner;
  const auto spans = scanner.scan(line);
  expect(static_cast<bool>(spans), "the request to a server is a message");
  const auto again = mcp::read_listen(spans->params.of(line));
  expect(again && *again == *read, "that says the same");
  const auto less = mcp::honoured(*read, mcp::listenable_of(text));
  expect(less.uris.empty() || less.uris == read->uris, "nothing but what was asked for");
  const auto told = mcp::acknowledged_line("\"x\"", less);
  expect(static_cast<bool>(scanner.scan(told)), "what is honoured is a message");
}

/// The parts of a batch are those that a tree of the same text has.
void check_batch(std::string_view text) {
  const auto parts = split_batch(text, 16);
  const auto tree = json::parse(text, nullptr, false);
  if (!parts) return;
  if (tree.is_discarded()) return; // Not UTF-8: the scanner of each part refuses it.
  expect(tree.is_array() && tree.size() == parts->size(), "as many as a tree has");
  for (std::size_t i = 0; i < parts->size(); ++i)
    expect(json::parse((*parts)[i], nullptr, false) == tree[i], "each byte for byte");
}

void check_listening(std::string_view text) {
  check_filter(text);
  check_batch(text);
  mcp::subscription_of(text);
  const auto uri = mcp::uri_of(text);
  expect(static_cast<bool>(mcp::scanner{}.scan(mcp::resource_updated_line(uri))),
         "an update of any URI is a message");
  if (read_event_id(text))
    expect(text.find_first_not_of("0123456789-") == std::string_view::npos, "digits and a dash");
  for (const auto& [name, marked] : mcp::mirrored_in(text)) {
    expect(!marked.empty(), "a tool that is kept has an argument that is marked");
    const auto fault =
        mcp::mirror_fault(marked, text, {{marked.front().header, std::string(text)}});
    expect(fault.find('\n') == std::string::npos, "a fault of one line");
  }
}

} // namespace

std::vector<fuzz_target> listening_targets() {
  return {{"listening",
           {R"({"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a://1","b"]}})",
            R"({"tools":{"listChanged":true},"resources":{"subscribe":true}})",
            R"({"_meta":{"io.modelcontextprotocol/subscriptionId":7},"uri":"a://\u0031"})",
            R"([{"jsonrpc":"2.0","id":1,"method":"ping"},[],"x",{}])", "3-17", "[1,]",
            R"([{"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"},)"
            R"("b":{"properties":{"c":{"type":"integer","x-mcp-header":"C"}}}}}}])",
            "=?base64?SGVsbG8=?="},
           check_listening}};
}

} // namespace toolscore::test
