#include "mcp/splice.hpp"

#include "mcp/rewrite.hpp"
#include "mcp/versions.hpp"

#include <array>
#include <charconv>

namespace toolscore::mcp {
namespace {

/// An integer's digits, without an allocation.
class digits {
public:
  explicit digits(std::int64_t value)
      : end_(std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr) {}
  std::string_view view() const {
    return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
  }

private:
  std::array<char, 24> text_{};
  char* end_;
};

/// Room for what a modern server must be told and for the digits of two ids.
constexpr std::size_t room = 512;

class upstream_writer {
public:
  upstream_writer(std::string_view body, const envelope& spans, const upstream_call& call)
      : body_(body), spans_(spans), call_(call), id_(call.id) {}

  std::string write() {
    if (call_.name && !keeps_name()) name_ = quote(*call_.name);
    plan();
    out_.reserve(body_.size() + name_.size() + call_.client_capabilities.size() +
                 call_.more_params.size() + call_.protocol_version.size() + room);
    std::size_t from = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      const edit& next = edits_[i];
      out_ += body_.substr(from, next.at - from);
      perform(next.what);
      from = next.at + next.length;
    }
    out_ += body_.substr(from);
    make_one_line(out_);
    return std::move(out_);
  }

private:
  enum class place : std::uint8_t { id, name, meta, params_begin, no_params };
  struct edit {
    std::size_t at = 0;
    std::size_t length = 0;
    place what = place::id;
  };

  /// At a server's own endpoint it is called as it calls itself.
  bool keeps_name() const { return says(spans_.name.of(body_), *call_.name); }

  /// Keeps the edits in the order of the text.
  void add(text_span span, place what) {
    std::size_t slot = count_++;
    for (; slot > 0 && edits_[slot - 1].at > span.at; --slot) edits_[slot] = edits_[slot - 1];
    edits_[slot] = {span.at, span.length, what};
  }

  void plan() {
    if (spans_.id) add(spans_.id, place::id);
    if (!name_.empty() && spans_.name) add(spans_.name, place::name);
    if (spans_.meta) {
      add(spans_.meta, place::meta);
    } else if (call_.server == era::modern && spans_.params) {
      needs_meta_ = true;
    } else if (call_.server == era::modern && spans_.method) {
      add({spans_.method.at + spans_.method.length, 0}, place::no_params);
    }
    if (spans_.params && (needs_meta_ || !call_.more_params.empty()))
      add({spans_.params.at + 1, 0}, place::params_begin);
  }

  void perform(place what) {
    switch (what) {
    case place::id:
      out_ += id_.view();
      break;
    case place::name:
      out_ += name_;
      break;
    case place::meta:
      write_meta(spans_.meta.of(body_));
      break;
    case place::params_begin:
      out_ += call_.more_params;
      if (needs_meta_) {
        if (!call_.more_params.empty()) out_ += ',';
        out_ += "\"_meta\":";
        write_meta("{}");
      }
      if (json_walk inside(spans_.params.of(body_).substr(1)); inside.peek() != '}') out_ += ',';
      break;
    case place::no_params:
      out_ += ",\"params\":{\"_meta\":";
      write_meta("{}");
      out_ += '}';
      break;
    }
  }

  void write_meta(std::string_view meta) {
    bool comma = call_.server == era::modern;
    out_ += '{';
    if (call_.server == era::modern) write_own_meta();
    const char* const token = spans_.progress_token.of(body_).data();
    append_members(out_, meta, comma, [&](std::string_view key, std::string_view value) {
      if (is_hop_key(key)) return std::string_view{};
      const bool is_token =
          call_.replace_progress_token && spans_.progress_token && value.data() == token;
      return is_token ? id_.view() : value;
    });
    out_ += '}';
  }

  /// What a modern server must be told with each call.
  void write_own_meta() {
    static const std::string usual = request_meta_json(modern_versions.front());
    if (call_.protocol_version == modern_versions.front() && call_.client_capabilities == "{}") {
      out_ += std::string_view(usual).substr(1, usual.size() - 2);
    } else {
      out_ += R"("io.modelcontextprotocol/protocolVersion":")";
      out_ += call_.protocol_version;
      out_ += R"(","io.modelcontextprotocol/clientCapabilities":)";
      out_ += call_.client_capabilities;
      out_ += R"(,"io.modelcontextprotocol/clientInfo":)";
      out_ += product_json();
    }
    if (call_.log_level.empty()) return;
    out_ += R"(,"io.modelcontextprotocol/logLevel":)";
    out_ += quote(call_.log_level);
  }

  std::string_view body_;
  const envelope& spans_;
  const upstream_call& call_;
  digits id_;
  std::string name_;
  std::array<edit, 4> edits_;
  bool needs_meta_ = false;
  std::size_t count_ = 0;
  std::string out_;
};

} // namespace

std::string to_upstream(std::string_view body, const envelope& spans, const upstream_call& call) {
  return upstream_writer(body, spans, call).write();
}

std::string notification_to_upstream(std::string_view body, const envelope& spans,
                                     const upstream_call& call) {
  return upstream_writer(body, spans, call).write();
}

std::string progress_to_client(std::string_view line, const envelope& spans,
                               std::string_view token_raw) {
  std::string out;
  out.reserve(line.size() + token_raw.size());
  const auto token = spans.progress_token;
  out += line.substr(0, token.at);
  out += token_raw;
  out += line.substr(token.at + token.length);
  make_one_line(out);
  return out;
}

std::string cancelled_line(std::int64_t id, std::string_view reason) {
  std::string line =
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)";
  line += digits(id).view();
  if (!reason.empty()) line += ",\"reason\":" + quote(reason);
  return line += "}}";
}

} // namespace toolscore::mcp
