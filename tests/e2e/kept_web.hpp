#pragma once
#include "node_fixture.hpp"

#include <string>

namespace toolscore::test {

/// A web server that is to outlive its node: it and the grandchild that has left its session ignore
/// SIGTERM. Its name and its port are its own; `more` are further keys of its definition.
reply_json kept_web(const reply_json& more = reply_json::object());
/// A port of loopback that nobody listens on.
int free_port();

/// The word that one copy of it chose at its start, asked at its port; empty where nobody answers.
std::string who_answers(int port);
/// It writes the word as a line to its stderr.
bool let_it_say(int port, const std::string& word);

/// How many copies of it live: by their programs, not by what a node believes.
long web_servers(const node_fixture& node);
/// Its fork looks like it until its exec.
bool settles_at_one(const node_fixture& node);
/// The port in its row.
int port_of(const node_fixture& node, const std::string& server);
/// SIGKILL to the node, and its end.
void kill_node(node_fixture& node);
/// `toolscore stop NAME`; then nothing of the node but itself and its helpers is left.
void stop_by_command(node_fixture& node, const std::string& server);

} // namespace toolscore::test
