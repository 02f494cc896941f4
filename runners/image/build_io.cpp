#include "runners/image/build_io.hpp"

#include "runners/image/build_news.hpp"
#include "runners/image/context_io.hpp"
#include "runners/image/engine_talk_io.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace toolscore {
namespace {

constexpr const char* api = "/v1.41";
constexpr long good_end = 300;
constexpr long not_found = 404;

/// A refusal in the engine's own words.
std::string words_of(const engine_reply& reply) {
  if (!reply.error.empty()) return reply.error;
  const auto tree = nlohmann::json::parse(reply.body, nullptr, false);
  const auto said = tree.is_object() ? tree.find("message") : tree.end();
  const bool is_text = tree.is_object() && said != tree.end() && said->is_string();
  return "HTTP " + std::to_string(reply.status) + ": " +
         with_single_blanks(is_text ? said->get<std::string>() : reply.body);
}

image_failure nobody(const std::string& tried) {
  return {image_exit::no_engine,
          "no container engine answers (" + tried +
              "); start one, as with `systemctl start podman.socket`, or say in node.engine where "
              "it listens"};
}

std::string build_target(const image_request& request) {
  const auto query = [](const char* name, const std::string& value) {
    return std::string("&") + name + "=" + engine_talk::escaped(value);
  };
  const nlohmann::json labels{{"toolscore.image", request.owner}};
  return std::string(api) + "/build?rm=1&forcerm=1" + query("t", request.tag) +
         query("dockerfile", request.dockerfile) + query("labels", labels.dump()) +
         (request.pull ? "&pull=1" : "");
}

/// "step 3 of 5", "step 3 of 5 of stage 2".
std::string place_of(const build_step& step) {
  return "step " + std::to_string(step.number) + " of " + std::to_string(step.count) +
         (step.stage == 0 ? "" : " of stage " + std::to_string(step.stage));
}

/// "step 3 of 5 failed: Dockerfile line 7: RUN make: exit status 2".
std::string told(const image_request& request, const std::string& text, const build_news& news,
                 const std::string& why) {
  const auto& step = news.step();
  if (!step) return request.dockerfile + ": " + why;
  const auto all = dockerfile_lines(text);
  const auto* const line = line_of(all, *step);
  return place_of(*step) + " failed: " + request.dockerfile +
         (line == nullptr ? "" : " line " + std::to_string(line->line)) + ": " + step->text + ": " +
         why;
}

std::optional<image_failure> build_at(const engine_talk& engine, const image_request& request,
                                      const std::string& text) {
  build_news news(
      [](std::string_view line) {
        std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
      },
      [](const build_step& step) {
        std::printf("progress %s: %s\n", place_of(step).c_str(), step.text.c_str());
        std::fflush(stdout);
      });
  const auto reply = engine.post_file(build_target(request), request.scratch,
                                      [&](std::string_view piece) { news.feed(piece); });
  news.finish();
  std::fflush(stdout);
  if (news.failure())
    return image_failure{image_exit::failed, told(request, text, news, *news.failure())};
  if (!reply.error.empty() || reply.status >= good_end)
    return image_failure{image_exit::failed, told(request, text, news, words_of(reply))};
  const auto there = engine.get(std::string(api) + "/images/" + request.tag + "/json");
  if (there.status == 200) return std::nullopt;
  return image_failure{image_exit::failed, told(request, text, news, "the engine made no image")};
}

} // namespace

std::optional<image_failure> build_image(const image_request& request) {
  std::string tried;
  for (const auto& socket : request.engines) {
    const engine_talk engine(socket);
    const auto there = engine.get(std::string(api) + "/images/" + request.tag + "/json");
    if (!there.connected) {
      tried += (tried.empty() ? "" : ", ") + socket + ": " + there.error;
      continue;
    }
    if (there.status == 200) {
      std::printf("progress the image is there already\n");
      return std::nullopt;
    }
    if (there.status != not_found)
      return image_failure{image_exit::failed, "the engine at " + socket + ": " + words_of(there)};
    std::optional<image_failure> failure;
    const auto directory = context_directory(request.root, request.subdir, failure);
    if (failure) return failure;
    const auto text = project_text(directory, request.dockerfile);
    if (!text)
      return image_failure{image_exit::refused, "it has no file \"" + request.dockerfile +
                                                    "\"; name its Dockerfile in \"image\", as "
                                                    "\"./docker/Dockerfile\""};
    if (!request.note.empty()) std::ofstream(request.note, std::ios::app);
    failure = write_context(directory, request.dockerfile, request.scratch, {});
    if (!failure) failure = build_at(engine, request, *text);
    std::error_code ignored;
    std::filesystem::remove(request.scratch, ignored);
    return failure;
  }
  return nobody(tried);
}

} // namespace toolscore
