#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"
#include "neuron/request.hpp"
#include "neuron/state.hpp"

namespace neuron_scheduler::scheduler {

// A bound pod that asks for Neuron, and what it holds of its node: what its annotations said when
// they were first readable, and all that they said later, too (design.md §3).
struct NeuronHeldPod {
  // The two annotations.
  struct Text {
    std::optional<std::string> ids;
    std::optional<std::string> allocated;
    friend bool operator==(const Text&, const Text&) = default;
  };
  // What they said when they were first readable, and the node's devices then: with others, the
  // same numbers may mean other cores.
  struct Reading {
    Text text;
    int devices = 0;
    int cores_per_device = 0;
    neuron::CoreSet cores;
    bool whole_devices = false;  // All containers ask for devices.
  };

  model::Uid uid;
  std::string full_name;
  // nullopt: it cannot be read what the pod asks for.
  std::optional<neuron::PodRequest> request;
  Text current;
  bool damaged = false;  // The object could not be decoded the last time.
  std::int64_t stamp = 0;

  // Kept by hold().
  std::vector<Reading> readings;
  neuron::DeviceMask devices = 0;  // Of the node as it is; those that it may hold unknown to us are
                                   // not among them.
  bool too_many = false;           // Readings: foreign until it is gone.
  bool changed = false;            // Its annotations, since they were first readable.
  bool foreign = false;

  // What people have been told.
  bool foreign_told = false;
  bool changed_told = false;
  std::string illness_told;

  // Reads the current annotations, if they are new, and takes from `state`, the node as it is, all
  // that the pod holds. Without devices nothing can be held or read, and it is not foreign.
  void hold(std::string_view node, neuron::NodeState& state);
  // Takes what it holds, as the last hold() had it.
  void take_from(neuron::NodeState& state) const;

  // Why it is foreign, for people.
  [[nodiscard]] std::string foreign_note(std::string_view node,
                                         const neuron::Geometry& geometry) const;
  // What people should know about the health of its devices; empty: nothing. illness: why any
  // device of the node may be ill ("node(s) had ..."), empty if there is no reason.
  [[nodiscard]] std::string illness_note(std::string_view node, neuron::DeviceMask cordoned,
                                         std::string_view illness) const;

 private:
  [[nodiscard]] bool read(std::string_view node, const neuron::Geometry& geometry);
  [[nodiscard]] bool fills(const neuron::Geometry& geometry) const;
};

}  // namespace neuron_scheduler::scheduler
