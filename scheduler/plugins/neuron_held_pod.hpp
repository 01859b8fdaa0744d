#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/rare.hpp"
#include "neuron/assignment.hpp"
#include "neuron/request.hpp"
#include "neuron/state.hpp"

namespace neuron_scheduler::scheduler {

// A bound pod that asks for Neuron, and what it holds of its node: what its annotations said when
// they were first readable, and all that they said later, too (design.md §3).
struct NeuronHeldPod {
  // A pod, and the node's devices when its annotations were first readable: with others, the same
  // numbers may mean other cores. No devices: they were not readable yet.
  struct Reading {
    model::PodRef pod;
    neuron::Geometry geometry;
    friend bool operator==(const Reading&, const Reading&) = default;
  };

  Reading now;
  // As it was when its annotations said something else, as far as that was readable.
  model::Rare<std::vector<Reading>> earlier;
  neuron::DeviceMask devices = 0;  // That it is known to hold, of the node as it is.
  bool foreign = false;            // It may hold others.
  bool too_many = false;           // Readable annotations: foreign until it is gone.
  bool changed = false;            // Its annotations, since they were first readable.
  // What people have been told.
  bool foreign_told = false;
  bool changed_told = false;
  struct ToldOfHealth {
    neuron::DeviceMask cordoned = 0;
    model::Name illness;
    friend bool operator==(const ToldOfHealth&, const ToldOfHealth&) = default;
  };
  model::Rare<ToldOfHealth> told_of_health;

  // Annotations that were readable before stay so, whatever the new ones say.
  void replace(const model::PodRef& pod);
  // Takes all that the pod holds from `state`, the node as it is. request: what the pod asks for,
  // null if that cannot be read. Without devices nothing is held, and nobody is foreign.
  void hold(const neuron::PodRequest* request, std::string_view node, neuron::NodeState& state);
  // The same again, for people to see.
  [[nodiscard]] neuron::CoreSet cores(const neuron::PodRequest* request, std::string_view node,
                                      const neuron::Geometry& geometry) const;

  // Why it is foreign.
  [[nodiscard]] std::string foreign_note(std::string_view node,
                                         const neuron::Geometry& geometry) const;
  // Whether people should hear of the health of its devices; they are told of it then. cordoned:
  // devices of the node; illness: why any of them may be ill, empty if there is no reason.
  [[nodiscard]] bool illness_is_news(neuron::DeviceMask cordoned, const model::Name& illness);
  // Of what was told last.
  [[nodiscard]] std::string illness_note(std::string_view node) const;
};

// The two annotations that say what the pod has.
[[nodiscard]] neuron::AssignmentText texts_of(const model::Pod& pod);
[[nodiscard]] bool same_texts(const model::Pod& a, const model::Pod& b);

}  // namespace neuron_scheduler::scheduler
