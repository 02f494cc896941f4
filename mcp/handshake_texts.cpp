#include "mcp/handshake_texts.hpp"

#include "mcp/translate.hpp"
#include "mcp/versions.hpp"

#include <nlohmann/json.hpp>

namespace toolscore::mcp {
namespace {

using nlohmann::ordered_json;

/// Older servers speak it over stdio as they do the later ones.
constexpr std::string_view oldest_upstream_version = "2024-11-05";
constexpr std::size_t quoted_max = 200;

std::string dump(const ordered_json& x) {
  return x.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json parse_object(std::string_view text) {
  auto read = ordered_json::parse(text, nullptr, false);
  return read.is_object() ? read : ordered_json::object();
}

/// The member if it is there and of that kind, else null.
const ordered_json* member(const ordered_json& object, const char* name,
                           ordered_json::value_t kind) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found != object.end() && found->type() == kind ? &*found : nullptr;
}

std::string text_of(const ordered_json& object, const char* name) {
  const auto* found = member(object, name, ordered_json::value_t::string);
  return found ? found->get<std::string>() : std::string{};
}

void keep_common(handshake_result& out, const ordered_json& told, const ordered_json* info) {
  if (const auto* found = member(told, "capabilities", ordered_json::value_t::object))
    out.capabilities_json = dump(*found);
  if (const auto* found = member(told, "instructions", ordered_json::value_t::string))
    out.instructions_json = dump(*found);
  if (info == nullptr) return;
  out.server_info_json = dump(*info);
  out.server_name = text_of(*info, "name");
  out.server_version = text_of(*info, "version");
}

/// @returns the best modern version of ours among them, empty if none
std::string read_versions(discovered& out, const ordered_json* versions) {
  std::string best;
  if (versions == nullptr) return best;
  for (const auto& item : *versions) {
    if (!item.is_string()) continue;
    const auto version = item.get<std::string>();
    if (is_modern_version(version) && version > best) best = version;
    if (is_legacy_version(version) || version == oldest_upstream_version) out.names_legacy = true;
  }
  out.names_ours = !best.empty();
  return best;
}

std::string shortened(std::string text) {
  for (char& x : text)
    if (static_cast<unsigned char>(x) < 0x20) x = ' ';
  if (text.size() > quoted_max) text.resize(quoted_max), text += "...";
  return text;
}

} // namespace

std::string discover_line(std::string_view id_raw) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.append(id_raw).append(R"(,"method":"server/discover","params":{"_meta":)");
  return line.append(request_meta_json(modern_versions.front())).append("}}");
}

std::string initialize_line(std::string_view id_raw, std::string_view capabilities_json) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.append(id_raw).append(R"(,"method":"initialize","params":{"protocolVersion":")");
  line.append(legacy_versions.front()).append(R"(","capabilities":)");
  line.append(capabilities_json).append(R"(,"clientInfo":)");
  return line.append(product_json()).append("}}");
}

discovered read_discover(std::string_view result_object) {
  discovered out;
  const auto told = parse_object(result_object);
  const auto* versions = member(told, "supportedVersions", ordered_json::value_t::array);
  if (versions == nullptr) return out; // Some legacy servers answer anything with a result.
  const std::string best = read_versions(out, versions);
  if (best.empty()) {
    out.modern_only = !out.names_legacy;
    out.why = "supports none of our protocol versions, only " + shortened(dump(*versions));
    return out;
  }
  handshake_result read;
  read.server = era::modern;
  read.protocol_version = best;
  read.raw = result_object;
  const auto* meta = member(told, "_meta", ordered_json::value_t::object);
  keep_common(
      read, told,
      meta ? member(*meta, "io.modelcontextprotocol/serverInfo", ordered_json::value_t::object)
           : nullptr);
  out.modern = std::move(read);
  return out;
}

discovered read_supported(std::string_view failure_object) {
  discovered out;
  const auto failure = parse_object(failure_object);
  const auto* data = member(failure, "data", ordered_json::value_t::object);
  read_versions(out, data ? member(*data, "supported", ordered_json::value_t::array) : nullptr);
  return out;
}

result<handshake_result> read_initialize(std::string_view result_object) {
  const auto told = parse_object(result_object);
  handshake_result read;
  read.server = era::legacy;
  read.protocol_version = text_of(told, "protocolVersion");
  if (read.protocol_version.empty())
    return error{errc::handshake_failed, "answered initialize without a protocolVersion"};
  if (!is_legacy_version(read.protocol_version) && read.protocol_version != oldest_upstream_version)
    return error{errc::handshake_failed, "answered initialize with protocol version \"" +
                                             shortened(read.protocol_version) +
                                             "\", which we do not speak"};
  read.raw = result_object;
  keep_common(read, told, member(told, "serverInfo", ordered_json::value_t::object));
  return read;
}

std::string describe_error(std::string_view failure_object) {
  const auto number = error_code(failure_object);
  const auto failure = parse_object(failure_object);
  return "error " + (number ? std::to_string(*number) : std::string("without a code")) + " \"" +
         shortened(text_of(failure, "message")) + "\"";
}

} // namespace toolscore::mcp
