# Installing. May use: messages, loop. The pure part is a library of its own, so that
# toolscore-clone and the tests of the plans link no CAF.
add_library(toolscore_install_plans STATIC
  built_image.cpp
  bundle_plan.cpp
  detect.cpp
  detect_python.cpp
  install_cache.cpp
  install_environment.cpp
  install_keys.cpp
  install_machine.cpp
  npx_plan.cpp
  plan_outline.cpp
  process_launch.cpp
  process_plan.cpp
  project_steps.cpp
  pypi_plan.cpp
  step_hint.cpp
  step_report.cpp
  toml_lines.cpp)
target_link_libraries(toolscore_install_plans PUBLIC toolscore_messages toolscore_isolation toolscore_container_plans nlohmann_json::nlohmann_json)

add_library(toolscore_install STATIC
  install_cache_io.cpp
  install_io.cpp
  process_runner_actor.cpp
  process_runner_steps_actor.cpp)
target_link_libraries(toolscore_install PUBLIC
  toolscore_install_plans toolscore_runners toolscore_loop CAF::core)

add_subdirectory(clone)
add_subdirectory(fetch)
add_subdirectory(image)
add_dependencies(toolscore_install toolscore-clone toolscore-fetch toolscore-image)
