#include "actors/packed_plan.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace toolscore {
namespace {

/// Each value by its bytes, each text behind its length, each list behind its count.
class writer {
public:
  template <class T>
  std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>> put(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text_.append(bytes, sizeof value);
  }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    text_ += text;
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void put(const std::vector<std::string>& texts) {
    put(static_cast<std::uint32_t>(texts.size()));
    for (const auto& text : texts) put(text);
  }
  void put(const std::map<std::string, std::string>& texts) {
    put(static_cast<std::uint32_t>(texts.size()));
    for (const auto& [name, value] : texts) {
      put(name);
      put(value);
    }
  }
  std::string take() {
    text_.shrink_to_fit();
    return std::move(text_);
  }

private:
  std::string text_;
};

/// The same values in the same order.
class reader {
public:
  explicit reader(std::string_view text) : text_(text) {}

  template <class T>
  std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>> put(T& value) {
    std::memcpy(&value, text_.data(), sizeof value);
    text_.remove_prefix(sizeof value);
  }
  void put(std::string& text) {
    const auto size = count();
    text.assign(text_.substr(0, size));
    text_.remove_prefix(size);
  }
  template <class T>
  void put(std::optional<T>& value) {
    bool given = false;
    put(given);
    if (given) put(value.emplace());
  }
  void put(std::vector<std::string>& texts) {
    texts.resize(count());
    for (auto& text : texts) put(text);
  }
  void put(std::map<std::string, std::string>& texts) {
    for (auto left = count(); left > 0; --left) {
      std::string name;
      put(name);
      put(texts[std::move(name)]);
    }
  }

private:
  std::uint32_t count() {
    std::uint32_t found = 0;
    put(found);
    return found;
  }

  std::string_view text_;
};

/// All but what only plans have that are kept whole. A member that is added to one of these structs
/// stops the build here.
template <class Visitor, class Plan>
void visit(Visitor& each, Plan& plan) {
  auto& [argv, env, cwd, own_cwd, stderr_log, name, limits, isolation, container, endpoint] = plan;
  static_cast<void>(container);
  static_cast<void>(endpoint);
  each.put(argv);
  each.put(env);
  each.put(cwd);
  each.put(own_cwd);
  each.put(stderr_log);
  each.put(name);
  auto& [memory_bytes, cpu, pids, pids_required, files] = limits;
  each.put(memory_bytes);
  each.put(cpu);
  each.put(pids);
  each.put(pids_required);
  each.put(files);
  auto& [asked, state_dir, own_dir, install_dir] = isolation;
  each.put(state_dir);
  each.put(own_dir);
  each.put(install_dir);
  auto& [level, network, own_tmp, no_new_privs, read, write] = asked;
  each.put(level);
  each.put(network);
  each.put(own_tmp);
  each.put(no_new_privs);
  each.put(read);
  each.put(write);
}

} // namespace

packed_plan::packed_plan(std::shared_ptr<const launch_plan> plan) {
  if (!plan) return;
  if (plan->container || plan->endpoint) {
    whole_ = std::move(plan);
    return;
  }
  writer out;
  visit(out, *plan);
  text_ = std::make_shared<const std::string>(out.take());
}

std::shared_ptr<const launch_plan> packed_plan::unpacked() const {
  if (!text_) return whole_;
  auto plan = std::make_shared<launch_plan>();
  reader in(*text_);
  visit(in, *plan);
  return plan;
}

} // namespace toolscore
