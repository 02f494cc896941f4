#include "gateway/rest_api.hpp"

#include "gateway/crash_text.hpp"
#include "gateway/rest_text.hpp"
#include "mcp/joint_view.hpp"
#include "mcp/json_text.hpp"
#include "mcp/names.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace toolscore {

namespace {

constexpr std::uint32_t lines_max = 10'000;
constexpr std::uint32_t crashes_max = 200;

outbound_answer text_answer(std::string_view content_type, std::string text) {
  outbound_answer x;
  x.content_type = content_type;
  x.body = std::make_shared<const std::string>(std::move(text));
  return x;
}

/// The number in a query, `fallback` where there is none.
template <class Number>
result<Number> number_of(const inbound_request& request, std::string_view name, Number fallback,
                         Number least, Number most) {
  const auto text = query_value(request.query(), name);
  if (!text) return fallback;
  Number x{};
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), x);
  if (ec != std::errc{} || end != text->data() + text->size() || x < least || x > most)
    return error{errc::bad_request, std::string{name} + " must be a number from " +
                                        std::to_string(least) + " to " + std::to_string(most)};
  return x;
}

} // namespace

void rest_api::way_back::fail(errc code, std::string_view detail) const {
  answer(json_answer(status_of(code), error_text(to_string(code), detail)));
}

void rest_api::handle(const inbound_request& request,
                      const std::shared_ptr<client_connection>& connection, std::uint64_t turn) {
  const way_back back{connection, turn};
  switch (request.where.kind) {
  case route_kind::healthz:
    back.answer(json_answer(200, R"({"status":"ok"})"));
    return;
  case route_kind::readyz:
    readiness(back);
    return;
  case route_kind::metrics: {
    auto all = tree_.counters();
    for (auto& x : own_counters_()) all.push_back(std::move(x));
    back.answer(text_answer("text/plain; version=0.0.4", metrics_text(std::move(all))));
    return;
  }
  case route_kind::tools: {
    back.answer(json_answer(200, tools_text(tree_.view({})->list(mcp::served_list::tools))));
    return;
  }
  case route_kind::server_list:
    tree_.servers([back](std::vector<server_status> servers) {
      back.answer(json_answer(200, servers_text(std::move(servers))));
    });
    return;
  case route_kind::server_add:
    add(request, back);
    return;
  case route_kind::crashes:
    crashes(request, {}, back);
    return;
  case route_kind::trajectories:
    trajectories(request, back);
    return;
  default:
    on_server(request, back);
  }
}

void rest_api::on_server(const inbound_request& request, way_back back) {
  std::string name{request.where.parameter};
  if (!mcp::valid_server_id(name)) {
    back.fail(errc::unknown_server, "server names are [a-z][a-z0-9-]{0,23}");
    return;
  }
  switch (request.where.kind) {
  case route_kind::server_show:
    show(std::move(name), back);
    return;
  case route_kind::server_remove:
    act(std::move(name), server_verb::remove, back);
    return;
  case route_kind::server_start:
    act(std::move(name), server_verb::start, back);
    return;
  case route_kind::server_stop:
    act(std::move(name), server_verb::stop, back);
    return;
  case route_kind::server_restart:
    act(std::move(name), server_verb::restart, back);
    return;
  case route_kind::server_logs:
    logs(request, std::move(name), back);
    return;
  case route_kind::server_pins:
    pins(std::move(name), back);
    return;
  case route_kind::server_approve:
    approve(request, std::move(name), back);
    return;
  case route_kind::server_update:
    update(request, std::move(name), back);
    return;
  case route_kind::server_crashes:
    crashes(request, std::move(name), back);
    return;
  case route_kind::server_login:
    login(std::move(name), login_verb::begin, back);
    return;
  case route_kind::server_login_state:
    login(std::move(name), login_verb::look, back);
    return;
  case route_kind::server_logout:
    login(std::move(name), login_verb::end, back);
    return;
  default:
    back.fail(errc::not_supported, to_string(request.where.kind));
  }
}

void rest_api::readiness(way_back back) {
  const auto x = tree_.readiness();
  back.answer(json_answer(x.ready ? 200 : 503, std::string{R"({"ready":)"} +
                                                   (x.ready ? "true" : "false") + R"(,"detail":)" +
                                                   mcp::quote(x.detail) + "}"));
}

void rest_api::add(const inbound_request& request, way_back back) {
  const auto body = nlohmann::ordered_json::parse(*request.body, nullptr, false);
  const auto member = [&](const char* name) {
    return body.is_object() ? body.find(name) : body.end();
  };
  const auto name = member("name");
  const auto config = member("config");
  const auto wait = member("wait");
  const auto end = body.end();
  if (name == end || !name->is_string() || config == end || !config->is_object() ||
      (wait != end && !wait->is_boolean())) {
    back.fail(errc::bad_request,
              R"(the body must be {"name":"fs","config":{"command":...},"wait":true|false})");
    return;
  }
  if (!mcp::valid_server_id(name->get_ref<const std::string&>())) {
    back.fail(errc::bad_request, "name must be [a-z][a-z0-9-]{0,23}");
    return;
  }
  const bool waits = wait != end && wait->get<bool>();
  tree_.add(*name, config->dump(), waits, [back, waits](result<install_result> x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(json_answer(!x->success ? 422 : waits ? 201 : 202, install_text(*x)));
  });
}

void rest_api::show(std::string name, way_back back) {
  tree_.servers([back, name = std::move(name)](const std::vector<server_status>& servers) {
    const auto found = std::find_if(servers.begin(), servers.end(),
                                    [&](const auto& x) { return x.id.value == name; });
    if (found == servers.end())
      back.fail(errc::unknown_server, "no server is named \"" + name + "\"");
    else
      back.answer(json_answer(200, server_text(*found)));
  });
}

void rest_api::act(std::string name, server_verb verb, way_back back) {
  const server_id server{name};
  tree_.act(server, verb, [back, name = std::move(name), verb](const result<done>& x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(
          json_answer(200, R"({"name":")" + name + R"(","done":")" + to_string(verb) + "\"}"));
  });
}

void rest_api::logs(const inbound_request& request, std::string name, way_back back) {
  const auto lines = number_of<std::uint32_t>(request, "lines", 100, 1, lines_max);
  if (!lines) {
    back.fail(lines.failure().code, lines.failure().detail);
    return;
  }
  log_request asked{*lines, std::nullopt, {}};
  if (const auto from = query_value(request.query(), "from")) {
    auto places = read_log_positions(*from, replicas_max);
    if (!places) {
      back.fail(errc::bad_request, "from must be what Toolscore-Log-Next of an answer gave");
      return;
    }
    asked.from = places->front();
    asked.others.assign(places->begin() + 1, places->end());
  }
  tree_.logs(server_id{std::move(name)}, asked, [back](result<log_answer> x) {
    if (!x) {
      back.fail(x.failure().code, x.failure().detail);
      return;
    }
    auto answer = text_answer("text/plain; charset=utf-8", std::move(x->text));
    answer.headers = "Toolscore-Log-Next: " + next_text(*x) + "\r\n";
    if (x->gap) answer.headers += "Toolscore-Log-Gap: 1\r\n";
    back.answer(std::move(answer));
  });
}

void rest_api::pins(std::string name, way_back back) {
  if (!tree_.has_server(server_id{name})) {
    back.fail(errc::unknown_server, "no server is named \"" + name + "\"");
    return;
  }
  tree_.pins(server_id{std::move(name)}, [back](const result<std::string>& x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(json_answer(200, *x));
  });
}

void rest_api::approve(const inbound_request& request, std::string name, way_back back) {
  const auto body = nlohmann::json::parse(*request.body, nullptr, false);
  const auto all = body.is_object() && body.value("all", nlohmann::json()) == true;
  const auto tool = body.is_object() ? body.value("tool", nlohmann::json()) : nlohmann::json();
  if (all == tool.is_string() || (tool.is_string() && tool == "")) {
    back.fail(errc::bad_request, R"(the body must be {"tool":"name"} or {"all":true})");
    return;
  }
  tree_.approve(server_id{name}, all ? std::string() : tool.get<std::string>(),
                [back, name](const result<done>& x) {
                  if (!x)
                    back.fail(x.failure().code, x.failure().detail);
                  else
                    back.answer(json_answer(200, R"({"name":")" + name + R"(","done":"approve"})"));
                });
}

void rest_api::login(std::string name, login_verb verb, way_back back) {
  const server_id server{name};
  tree_.login(server, verb, [back, name = std::move(name)](const result<login_answer>& x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(json_answer(200, login_text(name, *x)));
  });
}

void rest_api::update(const inbound_request& request, std::string name, way_back back) {
  const auto body = request.body->empty() ? nlohmann::json::object()
                                          : nlohmann::json::parse(*request.body, nullptr, false);
  const auto rollback = body.is_object() ? body.value("rollback", nlohmann::json(false)) : body;
  if (!rollback.is_boolean()) {
    back.fail(errc::bad_request, R"(the body must be empty, {} or {"rollback":true})");
    return;
  }
  tree_.update(server_id{name}, rollback.get<bool>(), [back, name](const result<update_result>& x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(json_answer(200, update_text(name, *x)));
  });
}

void rest_api::crashes(const inbound_request& request, std::string name, way_back back) {
  const auto before = number_of<std::int64_t>(request, "before", 0, 1, INT64_MAX);
  const auto limit = number_of<std::uint32_t>(request, "limit", 20, 1, crashes_max);
  if (!before || !limit) {
    const auto& why = !before ? before.failure() : limit.failure();
    back.fail(why.code, why.detail);
    return;
  }
  tree_.crashes({server_id{std::move(name)}, *before, *limit},
                [back](const result<std::vector<crash_report>>& x) {
                  if (!x)
                    back.fail(x.failure().code, x.failure().detail);
                  else
                    back.answer(json_answer(200, crashes_text(*x)));
                });
}

void rest_api::trajectories(const inbound_request& request, way_back back) {
  const auto after = number_of<std::int64_t>(request, "after", 0, 0, INT64_MAX);
  const auto limit = number_of<std::uint32_t>(request, "limit", 100, 1, lines_max);
  if (!after || !limit) {
    const auto& why = !after ? after.failure() : limit.failure();
    back.fail(why.code, why.detail);
    return;
  }
  trajectory_query query;
  for (const auto& [name, field] : {std::pair{"server", &query.server},
                                    {"tool", &query.tool},
                                    {"trajectory", &query.trajectory},
                                    {"outcome", &query.outcome}})
    *field = query_value(request.query(), name).value_or("");
  for (const auto& [name, field] :
       {std::pair{"since_us", &query.since_us}, {"before_us", &query.before_us}}) {
    if (!query_value(request.query(), name)) continue;
    const auto at = number_of<std::int64_t>(request, name, 0, 0, INT64_MAX);
    if (!at) return back.fail(at.failure().code, at.failure().detail);
    *field = *at;
  }
  query.after = *after;
  query.limit = *limit;
  tree_.trajectories(std::move(query), [back](result<std::string> x) {
    if (!x)
      back.fail(x.failure().code, x.failure().detail);
    else
      back.answer(text_answer("application/x-ndjson", std::move(*x)));
  });
}

} // namespace toolscore
