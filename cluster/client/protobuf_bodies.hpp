#pragma once

#include <string>

#include "cluster/client/event_object.hpp"
#include "cluster/model/binding.hpp"

// What is created at the API server, as protobuf with its envelope: it takes the server less to
// read than JSON. The same fields as in request_bodies.hpp.
namespace neuron_scheduler::client::protobuf {

[[nodiscard]] std::string binding_body(const model::Binding& binding);
[[nodiscard]] std::string event_body(const EventObject& event);

}  // namespace neuron_scheduler::client::protobuf
