#pragma once
// The messages of the tree that never leave the process, and CAF's leave to send them unserialised.
#include "mcp/handshake.hpp"
#include "messages/backend.hpp"
#include "messages/call.hpp"
#include "messages/crash.hpp"
#include "messages/events.hpp"
#include "runners/link.hpp"
#include "runners/log_ring.hpp"
#include "store/specs_io.hpp"
#include "store/tool_pins_io.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

// An instance to its server.
/// Its process runs.
struct instance_started {
  std::uint64_t number = 0;
  caf::actor instance;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  std::string confinement; ///< What really holds and limits it.
  std::shared_ptr<const log_ring> log;
  std::uint16_t port = 0; ///< Where it is to listen; 0 = not known.
  bool adopted = false;   ///< A former node started it.
};
/// What it says of itself, and what its probes say of it; both empty where all is well.
struct instance_word {
  std::uint64_t number = 0;
  std::string said;      ///< Its STATUS=, one line without secrets.
  std::string unhealthy; ///< "2 probes in a row failed, ..."
};
/// It is ready; `wire` is where its calls are written. What speaks no MCP has neither.
struct instance_ready {
  std::uint64_t number = 0;
  std::shared_ptr<link> wire;
  std::optional<mcp::handshake_result> handshake;
};
/// Messages of an instance, in their order: all that one look at its pipe brought, for a message a
/// line would cost a call more than the scan of its answer.
struct lines_in {
  std::uint64_t number = 0;
  std::vector<bytes> lines;
};
/// Calls for a server that came together, for the same reason. Its handler takes them out.
struct calls_in {
  std::shared_ptr<std::vector<call_request>> calls;
};
struct garbage_in {
  std::uint64_t number = 0;
  std::string quoted;
};
/// It wrote a line over the limit, which was skipped; `start` is what is kept of it.
struct overlong_in {
  std::uint64_t number = 0;
  std::string start;
  std::size_t bytes_max = 0;
};
/// No answer to the request of that id, raw, will come.
struct unanswered_in {
  std::uint64_t number = 0;
  std::string id;
  error why;
};
/// The instance was asked to stop: write nothing more to it, and say when its calls are answered.
struct instance_draining {
  std::uint64_t number = 0;
  caf::actor instance;
};
/// Its tree is empty. Comes before the supervisor's report of the same end.
struct instance_gone {
  std::uint64_t number = 0;
  gone_reason reason;
  bool left = false; ///< No end at all: it outlives the node, which ends.
};

/// The instance's own timer: the handshake's deadlines and the rungs of its stop.
struct instance_due {
  std::uint64_t generation = 0;
};
struct start_timeout_due {};

// A server to its instance.
struct instance_drained {};
struct instance_hung {
  std::string detail;
};

// To a server.
struct server_order {
  server_verb verb = server_verb::start;
  std::function<void(result<done>)> then; ///< When it is carried out: ready, stopped, or gone.
};
/// Go over to a newer install, or back to the one before.
struct update_order {
  bool back = false;
  std::function<void(result<update_result>)> then; ///< When it serves from there, or goes on.
};
struct status_query {
  std::function<void(server_status)> then;
};
struct logs_query {
  log_request request;
  std::function<void(result<log_answer>)> then;
};
struct approve_request {
  std::string tool; ///< Empty: all.
  std::function<void(result<done>)> then;
};
struct login_request {
  login_verb verb = login_verb::look;
  std::function<void(result<login_answer>)> then;
};
/// A legacy client's session is over.
struct session_over {
  std::string session;
};
/// What has changed is to be told now, or our own stream opened again.
struct listen_due {
  std::uint64_t generation = 0;
  std::uint32_t replica = 0; ///< Its place.
};
/// The coordinator to an owner: a group restarts. Its instances that live end, and start again with
/// the group; server_cycled is the answer once they are gone, at once where none lives.
struct cycle_server {};
struct server_cycled {
  server_id server;
};
/// From an actor that has restarted, to an owner: say anew who you are and how you stand.
struct tell_standing {
  caf::actor coordinator; ///< Null unless it is the coordinator that asks.
};
/// An owner to the coordinator: it is idle and would sleep. The answer may take as long as one that
/// needs it runs.
struct sleep_wanted {
  server_id server;
};
/// The coordinator to an owner: nobody who runs needs it.
struct may_sleep {};
/// The coordinator to an owner: one that needs it wants to start.
struct wake_server {};
struct upkeep_due {
  std::uint64_t generation = 0;
};
struct sweep_due {
  std::uint64_t generation = 0;
};
/// Instances that were callers' own may have been unused for too long.
struct own_due {
  std::uint64_t generation = 0;
};
struct ping_due {
  std::uint64_t generation = 0;
  std::uint32_t replica = 0; ///< Its place.
};

// A server to the manager.
struct server_up {
  server_id server;
  caf::actor address;
};

// To the manager.
struct add_request {
  std::string name;
  std::string config_json;
  bool wait = false;
  std::function<void(result<install_result>)> then;
};
struct act_request {
  server_id server;
  server_verb verb = server_verb::start;
  std::function<void(result<done>)> then;
};
struct servers_query {
  std::function<void(std::vector<server_status>)> then;
};
/// Stop every server, then say so.
struct stop_everything {
  std::function<void()> then;
};

// To the bridge: immutable snapshots of what calls are routed by.
struct directory_changed {
  std::shared_ptr<const std::map<std::string, caf::actor>> servers;
};
struct readiness_changed {
  node_readiness readiness;
};

// To the store.
struct put_definition {
  server_id server;
  std::string origin_json;
  desired_state desired = desired_state::running;
  std::function<void(result<done>)> then;
};
struct put_desired {
  server_id server;
  desired_state desired = desired_state::running;
  std::function<void(result<done>)> then;
};
/// Which of its installs a server starts from.
struct put_install {
  server_id server;
  install_choice install;
  std::function<void(result<done>)> then;
};
struct drop_definition {
  server_id server;
  std::function<void(result<done>)> then;
};
/// Every definition, as the store has it.
struct definitions_query {
  std::function<void(result<std::vector<stored_spec>>)> then;
};
struct records_query {
  trajectory_query query;
  std::function<void(result<std::string>)> then;
};
struct put_instance {
  instance_id instance;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
};
struct drop_instance {
  instance_id instance;
};
/// Something waits in the inbox of records.
struct records_waiting {};
/// Crash reports wait there.
struct crashes_waiting {};
struct crashes_query {
  crash_query query;
  std::function<void(result<std::vector<crash_report>>)> then;
};
/// A server's list of tools, to be compared with what was approved.
struct see_tools {
  server_id server;
  bytes tools_array;
  std::function<void(result<tools_seen>)> then;
};
/// Approves a tool as it was seen last, or all; answered with what differs still.
struct approve_tools {
  server_id server;
  std::string tool;
  std::function<void(result<std::vector<std::string>>)> then;
};
/// What is approved of a server's tools, as JSON.
struct pins_query {
  server_id server;
  std::function<void(result<std::string>)> then;
};
struct flush_due {};
/// Beginnings and ends of instances have waited for others long enough.
struct live_due {};
/// Work that an actor has asked to be handed back to itself: an answer of the pool's thread, of
/// another actor, or of a timer. It runs in a handler of that actor, or not at all once it is gone.
struct resume {
  std::function<void()> work;
};
/// Write what is pending, then say so.
struct flush_records {
  std::function<void()> then;
};

// To the events actor.
struct new_event {
  event content; ///< Its number is given on arrival.
};
struct subscribe_events {
  std::uint64_t subscription = 0;
  std::uint64_t after = 0;
  std::function<void(event_ptr)> sink;
};
struct unsubscribe_events {
  std::uint64_t subscription = 0;
};

/// A function that runs `work` with its argument inside `self`, whoever calls it and from where.
template <class Argument, class Self, class Work>
std::function<void(Argument)> back_to(Self* self, Work work) {
  return [me = caf::actor_cast<caf::actor>(self), work](Argument argument) {
    caf::anon_send(me, resume{[work, argument = std::move(argument)]() mutable {
                     work(std::move(argument));
                   }});
  };
}

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::calls_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::call_cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::records_waiting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::crashes_waiting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::crashes_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_word)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::lines_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::garbage_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::overlong_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::unanswered_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_draining)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::start_timeout_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::resume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::instance_hung)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::server_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::update_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::put_install)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::status_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::logs_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::session_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::session_listen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::session_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::listen_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::cycle_server)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::server_cycled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::tell_standing)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::sleep_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::may_sleep)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::wake_server)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::upkeep_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::sweep_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::own_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::ping_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::server_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::add_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::act_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::servers_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::stop_everything)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::directory_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::readiness_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::put_definition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::put_desired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::drop_definition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::definitions_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::records_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::put_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::drop_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::flush_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::live_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::flush_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::new_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::subscribe_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::unsubscribe_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::see_tools)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::approve_tools)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::pins_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::approve_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::login_request)
