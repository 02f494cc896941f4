#include "gateway/tool_search.hpp"

#include "mcp/json_text.hpp"
#include "mcp/members.hpp"
#include "mcp/rewrite.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace toolscore {
namespace {

constexpr std::size_t words_max = 16;
constexpr std::size_t limit_default = 5;
constexpr std::size_t limit_max = 25;
constexpr unsigned name_weight = 4;

constexpr std::string_view listed_tools =
    R"("tools":[{"name":"call_tool","description":"Calls one of the tools that search_tools finds, )"
    R"(by its name and with the arguments that its inputSchema asks for.","inputSchema":{"type":)"
    R"("object","properties":{"name":{"type":"string"},"arguments":{"type":"object"}},)"
    R"("required":["name"]}},{"name":"search_tools","description":"Finds tools by what they do. )"
    R"(Answers with their names, descriptions and schemas, the best first; call them by call_tool.",)"
    R"("inputSchema":{"type":"object","properties":{"query":{"type":"string","description":)"
    R"("Words that say what is to be done."},"limit":{"type":"integer","minimum":1,"maximum":25,)"
    R"("description":"How many tools at most; 5 unless told."}},"required":["query"]},)"
    R"("annotations":{"readOnlyHint":true}}])";

bool is_word_character(char x) noexcept {
  return (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9') || static_cast<unsigned char>(x) >= 0x80;
}
char lower(char x) noexcept {
  return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x;
}

/// Words in lower case; "readFile" and "read_file" are two each.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool upper = text[i] >= 'A' && text[i] <= 'Z';
    const bool hump = upper && i != 0 && text[i - 1] >= 'a' && text[i - 1] <= 'z';
    const char x = lower(text[i]);
    if (hump || !is_word_character(x)) finish();
    if (is_word_character(x)) word += x;
  }
  finish();
  return words;
}

/// "files" and "file" are meant as one; without a dictionary a common beginning must do.
bool same_word(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto& [shorter, longer] = a.size() < b.size() ? std::pair(a, b) : std::pair(b, a);
  return shorter.size() >= 4 && longer.starts_with(shorter);
}

struct scored {
  const mcp::list_entry* tool = nullptr;
  std::vector<unsigned> hits; ///< By word of the query.
  std::uint64_t score = 0;
};

unsigned hits_of(const std::vector<std::string>& words, std::string_view wanted, unsigned weight) {
  unsigned best = 0;
  for (const auto& word : words)
    if (same_word(word, wanted)) best = std::max(best, word == wanted ? 2 * weight : weight);
  return best;
}

std::vector<std::string> query_words(std::string_view query) {
  auto words = words_of(query);
  std::unordered_set<std::string> seen;
  std::erase_if(words, [&](const std::string& x) { return !seen.insert(x).second; });
  if (words.size() > words_max) words.resize(words_max);
  return words;
}

/// A word that half of the tools have says little about one of them.
void weigh(std::vector<scored>& tools, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    const auto having = static_cast<std::uint64_t>(
        std::count_if(tools.begin(), tools.end(), [&](const scored& x) { return x.hits[i] != 0; }));
    if (having == 0) continue;
    const std::uint64_t rarity = 1 + 16 * (tools.size() - having) / tools.size();
    for (auto& x : tools) x.score += x.hits[i] * rarity;
  }
}

} // namespace

std::string_view search_tools_member() noexcept {
  return listed_tools;
}

std::vector<const mcp::list_entry*> search_tools(const mcp::list_index& tools,
                                                 std::string_view query, std::size_t limit,
                                                 const mcp::entry_filter& shown) {
  const auto wanted = query_words(query);
  std::vector<scored> all;
  all.reserve(tools.entries().size());
  for (const auto& tool : tools.entries()) {
    if (shown && !shown(tool)) continue;
    const auto named = words_of(tool.exposed);
    const auto told =
        words_of(tool.describe.empty() ? mcp::decode(tool.told_text()) : tool.describe);
    scored x{&tool, {}, 0};
    x.hits.reserve(wanted.size());
    for (const auto& word : wanted)
      x.hits.push_back(hits_of(named, word, name_weight) + hits_of(told, word, 1));
    all.push_back(std::move(x));
  }
  weigh(all, wanted.size());
  if (!wanted.empty()) std::erase_if(all, [](const scored& x) { return x.score == 0; });
  // Equal ones stay in the order of their names.
  std::stable_sort(all.begin(), all.end(),
                   [](const scored& a, const scored& b) { return a.score > b.score; });
  if (all.size() > limit) all.resize(limit);
  std::vector<const mcp::list_entry*> found;
  found.reserve(all.size());
  for (const auto& x : all) found.push_back(x.tool);
  return found;
}

std::string search_result(const mcp::list_index& tools, std::string_view arguments,
                          const mcp::entry_filter& shown) {
  std::size_t limit = limit_default;
  const auto asked = mcp::member_of(arguments, "limit");
  std::from_chars(asked.data(), asked.data() + asked.size(), limit);
  limit = std::clamp<std::size_t>(limit, 1, limit_max);
  std::string list = "{\"tools\":[";
  for (const auto* tool :
       search_tools(tools, mcp::decode(mcp::member_of(arguments, "query")), limit, shown)) {
    if (list.back() != '[') list += ',';
    mcp::append_entry(list, *tool);
  }
  list += "]}";
  mcp::make_one_line(list);
  return R"("content":[{"type":"text","text":)" + mcp::quote(list) + "}]";
}

std::optional<wrapped_call> unwrap_call(std::string_view arguments) {
  const auto name = mcp::member_of(arguments, "name");
  auto inner = mcp::member_of(arguments, "arguments");
  if (inner.empty()) inner = "{}";
  if (!mcp::is_string(name) || !mcp::is_object(inner)) return std::nullopt;
  return wrapped_call{mcp::decode(name), inner};
}

} // namespace toolscore
