#include "config/expand.hpp"

#include "messages/late_value.hpp"

#include <cctype>
#include <nlohmann/json.hpp>

namespace toolscore {
namespace {

using piece_kind = late_piece::kind;

error bad(std::string what) {
  return error{errc::bad_config, std::move(what)};
}

bool legal_variable(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  return true;
}

late_piece plain(std::string text) {
  return {piece_kind::text, std::move(text), {}};
}

result<late_piece> variable(std::string_view name, std::string_view reference,
                            const environment& env) {
  std::optional<std::string> value = env.variable(name);
  if (value) return plain(std::move(*value));
  return bad("${" + std::string(reference) + "}: the variable " + std::string(name) +
             " is not set, set it or write ${" + std::string(name) + ":-default}");
}

result<late_piece> input(std::string_view id, const environment& env) {
  const auto name = input_variable(id);
  const auto noted = env.inputs.find(id);
  const bool secret = noted == env.inputs.end() || noted->second.secret;
  const bool set = env.variable(name).has_value() || env.variable(name + "_FILE").has_value();
  const auto value_default =
      noted != env.inputs.end() ? noted->second.value_default : std::optional<std::string>();
  if (!set && value_default) return plain(*value_default);
  if (!set)
    return bad("${input:" + std::string(id) + "}: nobody can be asked here, set the variable " +
               name + ", or " + name + "_FILE to a file of mode 0600 that holds it");
  if (secret) return late_piece{piece_kind::input, std::string(id), {}};
  if (auto value = env.variable(name)) return plain(std::move(*value));
  return late_piece{piece_kind::input, std::string(id), {}};
}

result<late_piece> file(std::string_view path) {
  if (path.starts_with('/')) return late_piece{piece_kind::file, std::string(path), {}};
  return bad("${file:" + std::string(path) + "}: write an absolute path");
}

/// A JSON array of words, or words with blanks between them.
result<late_piece> command(std::string_view text) {
  late_piece piece{piece_kind::command, {}, {}};
  const auto at = text.find_first_not_of(" \t");
  if (at == text.npos || text[at] != '[') {
    auto words = command_words(text);
    if (!words) return bad("${cmd:" + std::string(text) + "}: " + words.failure().detail);
    piece.argv = std::move(*words);
    return piece;
  }
  const auto list = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  bool good = list.is_array() && !list.empty();
  for (const auto& word : list) {
    good = good && word.is_string();
    if (good) piece.argv.push_back(word.get<std::string>());
  }
  if (good && !piece.argv[0].empty()) return piece;
  return bad("${cmd:" + std::string(text) + "}: write a JSON array of texts, the program first");
}

result<late_piece> resolve(std::string_view reference, const environment& env) {
  if (reference == "userHome") return variable("HOME", reference, env);
  if (reference == "pathSeparator" || reference == "/") return plain("/");
  if (reference == "workspaceFolder") {
    if (env.workspace.empty()) return bad("${workspaceFolder}: there is none here, write a path");
    return plain(env.workspace);
  }
  if (reference.starts_with("file:")) return file(reference.substr(5));
  if (reference.starts_with("cmd:")) return command(reference.substr(4));
  if (reference.starts_with("input:")) return input(reference.substr(6), env);
  std::string_view name = reference;
  if (name.starts_with("env:")) name.remove_prefix(4);
  const auto dash = name.find(":-");
  const std::string_view bare = name.substr(0, dash);
  if (!legal_variable(bare))
    return bad("${" + std::string(reference) +
               "} is no reference known here, write ${VAR}, ${VAR:-default}, ${env:VAR}, "
               "${file:/path} or ${cmd:PROGRAM}, or $${ for a plain ${");
  if (dash == name.npos) return variable(bare, reference, env);
  std::optional<std::string> value = env.variable(bare);
  return plain(value && !value->empty() ? std::move(*value) : std::string(name.substr(dash + 2)));
}

/// Where the reference ends whose "${" is at `begin`: a command may hold a } between quotes.
std::size_t end_of(std::string_view text, std::size_t begin) {
  if (!text.substr(begin).starts_with("${cmd:")) return text.find('}', begin);
  const auto first = text.find_first_not_of(" \t", begin + 6);
  const bool json = first != text.npos && text[first] == '[';
  char quote = 0;
  for (auto at = begin + 6; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0 && json && c == '\\')
      ++at;
    else if (quote != 0 && c == quote)
      quote = 0;
    else if (quote == 0 && (c == '"' || (c == '\'' && !json)))
      quote = c;
    else if (quote == 0 && c == '}')
      return at;
  }
  return text.npos;
}

void append(std::vector<late_piece>& pieces, late_piece more) {
  if (more.what == piece_kind::text && more.text.empty()) return;
  if (more.what == piece_kind::text && !pieces.empty() && pieces.back().what == piece_kind::text)
    pieces.back().text += more.text;
  else
    pieces.push_back(std::move(more));
}

result<std::vector<late_piece>> pieces_of(std::string_view text, const environment& env) {
  std::vector<late_piece> pieces;
  std::size_t at = 0;
  while (true) {
    const auto begin = text.find("${", at);
    if (begin == text.npos) {
      append(pieces, plain(std::string(text.substr(at))));
      return pieces;
    }
    if (begin > at && text[begin - 1] == '$') { // "$${": the first dollar quotes the second
      append(pieces, plain(std::string(text.substr(at, begin - 1 - at)) + "${"));
      at = begin + 2;
      continue;
    }
    const auto end = end_of(text, begin);
    if (end == text.npos)
      return bad("\"" + std::string(text.substr(begin, 40)) + "\": the ${ is never closed, add }");
    auto piece = resolve(text.substr(begin + 2, end - begin - 2), env);
    if (!piece) return piece.failure();
    append(pieces, plain(std::string(text.substr(at, begin - at))));
    append(pieces, std::move(*piece));
    at = end + 1;
  }
}

/// Of an input or a file, for who cannot wait.
result<std::string> read_now(const late_piece& piece, const environment& env) {
  if (piece.what == piece_kind::text) return piece.text;
  auto path = piece.text;
  if (piece.what == piece_kind::input) {
    const auto name = input_variable(piece.text);
    if (auto value = env.variable(name)) return std::move(*value);
    path = env.variable(name + "_FILE").value_or("");
  }
  const auto reference = reference_text(piece) + ": ";
  if (piece.what == piece_kind::command)
    return bad(reference + "no command is run for this, write it in \"env\" or \"headers\"");
  if (!env.file) return bad(reference + "files are not read here");
  auto text = env.file(path);
  if (!text) return bad(reference + text.failure().detail);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

std::string text_of(const std::vector<late_piece>& pieces) {
  return pieces.empty() ? std::string() : pieces[0].text;
}

bool has_late(const std::vector<late_piece>& pieces) {
  return pieces.size() > 1 || (!pieces.empty() && pieces[0].what != piece_kind::text);
}

} // namespace

result<std::string> expand(std::string_view text, const environment& env) {
  const auto pieces = pieces_of(text, env);
  if (!pieces) return pieces.failure();
  if (!has_late(*pieces)) return text_of(*pieces);
  for (const auto& piece : *pieces)
    if (piece.what != piece_kind::text)
      return bad(reference_text(piece) + " is a secret, and what stands here is seen by others: "
                                         "write it in \"env\" or \"headers\"");
  return text_of(*pieces);
}

result<std::string> expand_late(std::string_view text, const environment& env) {
  const auto pieces = pieces_of(text, env);
  if (!pieces) return pieces.failure();
  if (has_late(*pieces)) return late_value(*pieces);
  auto value = text_of(*pieces);
  if (is_late(value)) return bad("a value cannot begin with the character 0x1a");
  return value;
}

result<std::string> expand_now(std::string_view text, const environment& env) {
  const auto pieces = pieces_of(text, env);
  if (!pieces) return pieces.failure();
  std::string out;
  for (const auto& piece : *pieces) {
    const auto value = read_now(piece, env);
    if (!value) return value.failure();
    out += *value;
  }
  return out;
}

result<std::string> expand_home(std::string_view path, const environment& env) {
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  const std::optional<std::string> home = env.variable("HOME");
  if (!home || !home->starts_with('/'))
    return bad("\"" + std::string(path) + "\": HOME is not set, write an absolute path");
  return *home + std::string(path.substr(1));
}

std::string escape_references(std::string_view text) {
  if (is_late(text)) return late_reference(text);
  return reference_text({piece_kind::text, std::string(text), {}});
}

} // namespace toolscore
