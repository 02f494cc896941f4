# Installing: what is decided (pure), what touches files, and the actor that runs the steps.
# May use: messages, loop; the actor also process_io of toolscore_runners.
add_library(toolscore_install STATIC
  detect.cpp
  detect_python.cpp
  install_environment.cpp
  install_keys.cpp
  install_machine.cpp
  npx_plan.cpp
  process_launch.cpp
  process_plan.cpp
  step_report.cpp)
target_link_libraries(toolscore_install PUBLIC toolscore_messages nlohmann_json::nlohmann_json)
add_subdirectory(clone)
