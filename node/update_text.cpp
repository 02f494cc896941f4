#include "node/update_text.hpp"

#include "node/printable.hpp"
#include "node/reply_json.hpp"

namespace toolscore {
namespace {

constexpr std::size_t digest_shown = 12;

/// A version as it is; of a commit or a digest what is enough to know it by.
std::string shown(const std::string& version) {
  const bool digest =
      version.size() >= 40 && version.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (version.empty()) return "an unknown version";
  return printable(digest ? version.substr(0, digest_shown) : version);
}

} // namespace

std::optional<std::string> update_text(std::string_view server, bool rollback,
                                       std::string_view body) {
  const auto reply = parse_reply(body);
  if (!reply || !member_of(*reply, "changed").is_boolean()) return std::nullopt;
  const auto from = shown(text_of(*reply, "from"));
  auto text = printable(server) + ": ";
  if (member_of(*reply, "changed") == false) return text + "nothing new, " + from + " stays\n";
  text += (rollback ? "back, " : "updated, ") + from + " -> " + shown(text_of(*reply, "to"));
  if (const auto note = text_of(*reply, "note"); !note.empty())
    text += " (" + printable(note) + ")";
  return text + "\n";
}

} // namespace toolscore
