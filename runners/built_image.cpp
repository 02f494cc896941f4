#include "runners/built_image.hpp"

#include "messages/in_container.hpp"
#include "runners/install_keys.hpp"

namespace toolscore {

std::string dockerfile_of(const server_spec& spec) {
  return is_built(spec) ? normalise_relative(spec.container.image.substr(dockerfile_begin.size()))
                        : std::string();
}

std::string built_image_name(const std::string& owner) {
  return "localhost/toolscore-" + owner;
}

std::string built_image(const server_spec& spec, const std::string& version,
                        const std::string& owner) {
  if (version.empty()) return built_image_name(owner) + ":of-what-is-fetched"; // A plan's alone.
  return built_image_name(owner) + ":" +
         install_key("i", {version, normalise_relative(spec.subdir), dockerfile_of(spec)});
}

result<maybe_step> image_step(const server_spec& spec, const host_facts& host,
                              const install_plan& plan, const install_facts& facts) {
  if (completed(facts, image_step_name)) return maybe_step();
  if (host.engines.empty()) return error{errc::not_supported, host.no_engine};
  std::vector<std::string> argv{host.libexec_dir + "/toolscore-image",
                                "--file",
                                dockerfile_of(spec),
                                "--tag",
                                built_image(spec, facts.version, host.image_owner),
                                "--dir",
                                checkout_dir(plan)};
  const auto inside = normalise_relative(spec.subdir);
  if (!inside.empty()) argv.insert(argv.end(), {"--subdir", inside});
  argv.insert(argv.end(), {"--owner", host.image_owner, "--scratch", plan.dir + "/context.tar",
                           "--note", built_images_note(host.state_dir)});
  if (spec.container.pull == pull_policy::always) argv.emplace_back("--pull");
  for (const auto& engine : host.engines) argv.insert(argv.end(), {"--engine", engine});
  auto step = make_step(image_step_name, std::move(argv), clone_environment(host.variables),
                        plan.dir, spec);
  step.timeout = image_timeout;
  return maybe_step(std::move(step));
}

std::string built_images_note(const std::string& state_dir) {
  return state_dir + "/built-images";
}

} // namespace toolscore
