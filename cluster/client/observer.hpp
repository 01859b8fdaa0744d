#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

enum class Resource : std::uint8_t { kPods, kNodes, kNamespaces };
enum class Write : std::uint8_t { kBinding, kStatus, kEvent, kNode };

// "pods", "nodes", "namespaces"; "binding", "status", "event", "node".
[[nodiscard]] std::string_view to_string(Resource resource);
[[nodiscard]] std::string_view to_string(Write write);

// What the client does and what goes wrong with it, for metrics and logs. Called from the event
// loop; must not call back. Messages name object, field and reason, and hold no credentials.
class Observer {
 public:
  virtual ~Observer() = default;

  // One request to the API server ended, or a stream's header came (observed_http.hpp reports it).
  // method: GET, POST ...; code: the HTTP status in decimal, or "<error>" where there was no
  // answer; as rest_client_requests_total has them.
  virtual void request_finished(std::string_view method, std::string_view code,
                                std::string_view host, std::chrono::nanoseconds duration) = 0;

  // A list begins; reason is empty for the first one.
  virtual void list_started(Resource resource, std::string_view reason) = 0;
  // A list is in and applied: how many objects it had, and how many known ones it no longer had.
  virtual void list_finished(Resource resource, std::size_t objects, std::size_t swept) = 0;
  virtual void watch_started(Resource resource, std::string_view resource_version) = 0;
  // Something went wrong with list or watch; the next try comes after `wait`. With 401 and 403 the
  // message names the right that is missing.
  virtual void watch_failed(Resource resource, std::string_view message,
                            std::chrono::milliseconds wait) = 0;
  // A watch event was applied, or a bookmark came, at this time.
  virtual void watch_event(Resource resource, model::SteadyTime at) = 0;

  // An object cannot be used; its last good state is kept. object: namespace/name or name.
  virtual void decode_error(Resource resource, std::string_view object,
                            std::string_view message) = 0;

  // A write was given up: dropped from a full queue, or refused. Only status patches, events and
  // annotations of nodes; binds are never lost.
  virtual void write_dropped(Write write, std::string_view object, std::string_view message) = 0;

  // Somebody else holds the lease now (holder, empty: nobody), or whether we lead has changed. Once
  // at the start, too.
  virtual void leader_changed(std::string_view lease, std::string_view holder, bool leading) = 0;
  // A try to get, renew or give back the lease failed.
  virtual void lease_failed(std::string_view lease, std::string_view message) = 0;
};

}  // namespace neuron_scheduler::client
