#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "neuron/request.hpp"
#include "neuron/state.hpp"

// Assignments as annotation values: the contract with the device plugin and with HAMi (design.md
// §3, §7; hami.md §2).
namespace neuron_scheduler::neuron {

inline constexpr std::string_view kDeviceType = "AWSNeuron";

// Longer values are not read. An API server allows 256 KiB for all annotations of an object
// together.
inline constexpr std::size_t kMaxAnnotationBytes = std::size_t{256} * 1024;

// Device i of node n is "n-AWSNeuron-i".
[[nodiscard]] std::string device_uuid(std::string_view node, int device);

struct DeviceName {
  std::string_view node;
  int device = 0;
};
// nullopt: not of that form, or a number that is not plain decimal below kMaxDevices.
[[nodiscard]] std::optional<DeviceName> parse_device_uuid(std::string_view uuid);

// What every container of a pod has, by position in PodRequest::containers; empty for one that asks
// for nothing.
using Assignment = std::vector<CoreSet>;

// placements: by position in request.asking, as choose() gives them.
[[nodiscard]] Assignment make_assignment(const Geometry& geometry, const PodRequest& request,
                                         const std::vector<Placement>& placements);

// How often AWS_NEURON_IDS names what an init container and a later container have both.
enum class InitIds : std::uint8_t {
  kRepeat,  // For each of them.
  kOnce,    // For the first. Not in pods that mix units, where one number is two things.
};

// AWS_NEURON_IDS: device ids for containers that ask for devices, core ids (device * k + core) for
// the others; containers in order, ascending inside each, separated by commas.
[[nodiscard]] std::string write_ids(const Geometry& geometry, const PodRequest& request,
                                    const Assignment& assignment,
                                    InitIds init_ids = InitIds::kRepeat);

// hami.io/aws-neuron-devices-allocated: "uuid,AWSNeuron,0,MASK:" for each device and ";" after each
// container.
[[nodiscard]] std::string write_allocated(std::string_view node, const Assignment& assignment);

// The two annotations as found on a pod; nullopt: not there.
struct AssignmentText {
  std::optional<std::string_view> ids;
  std::optional<std::string_view> allocated;
};

// The cores that the pod holds, all containers together, or why that cannot be read (design.md §3).
// Readable only if the ids are of this node, masks fit its cores per device, each container has as
// many as it asks for, and both annotations, if both are there, say the same. The ids of init
// containers may be missing from AWS_NEURON_IDS as far as the others repeat them; a container of
// whole devices holds all of their cores, whatever the mask.
[[nodiscard]] std::variant<CoreSet, Problem> read_assignment(std::string_view node,
                                                             const Geometry& geometry,
                                                             const PodRequest& request,
                                                             const AssignmentText& text);

// Of all parts together.
[[nodiscard]] CoreSet union_of(const Assignment& assignment);

}  // namespace neuron_scheduler::neuron
