#include "config/expanded_fields.hpp"

#include "config/expand.hpp"

namespace toolscore {

namespace {

template <class Expand>
void read_with(fields& object, std::string_view key, std::string& out, const environment& env,
               Expand how) {
  if (object.find(key) == nullptr) return;
  std::string written;
  object.text(key, written);
  auto expanded = how(written, env);
  if (!expanded) return object.fail(key, expanded.failure().detail);
  out = std::move(*expanded);
}

} // namespace

void read_expanded(fields& object, std::string_view key, std::string& out, const environment& env) {
  read_with(object, key, out, env, expand);
}

void read_late(fields& object, std::string_view key, std::string& out, const environment& env) {
  read_with(object, key, out, env, expand_late);
}

void read_now(fields& object, std::string_view key, std::string& out, const environment& env) {
  read_with(object, key, out, env, expand_now);
}

void read_path(fields& object, std::string_view key, std::string& out, const environment& env) {
  read_expanded(object, key, out, env);
  auto path = expand_home(out, env);
  if (!path) return object.fail(key, path.failure().detail);
  out = std::move(*path);
}

void read_expanded_list(fields& object, std::string_view key, std::vector<std::string>& out,
                        std::size_t count_max, const environment& env) {
  object.texts(key, out, count_max);
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto expanded = expand(out[i], env);
    if (!expanded)
      return object.fail(std::string(key) + "[" + std::to_string(i) + "]",
                         expanded.failure().detail);
    out[i] = std::move(*expanded);
  }
}

} // namespace toolscore
