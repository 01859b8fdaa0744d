#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// How the Neuron devices of a node are linked, and which sets of them one container may be given
// (design.md §5).
namespace neuron_scheduler::neuron {

// Bounds on what any node is believed to have; the largest node known has 16 devices of 8 cores.
inline constexpr int kMaxDevices = 64;
inline constexpr int kMaxCoresPerDevice = 32;

using DeviceMask = std::uint64_t;  // Bit i: device i.
using CoreMask = std::uint32_t;    // Bit i: core i of one device.

// The lowest `count` bits, 0 <= count <= 64 (32).
[[nodiscard]] constexpr DeviceMask low_devices(int count) {
  return count >= kMaxDevices ? ~DeviceMask{0} : (DeviceMask{1} << count) - 1;
}
[[nodiscard]] constexpr CoreMask low_cores(int count) {
  return count >= kMaxCoresPerDevice ? ~CoreMask{0} : (CoreMask{1} << count) - 1;
}
[[nodiscard]] constexpr DeviceMask device_bit(int device) { return DeviceMask{1} << device; }

// What a message calls input that cannot be used.
struct Problem {
  std::string reason;
  friend bool operator==(const Problem&, const Problem&) = default;
};

enum class Arrangement : std::uint8_t {
  kUnknown,   // An instance type that is not in the catalog, or none given.
  kNone,      // One device.
  kLine,      // i is linked to i-1 and i+1.
  kRing,      // A line whose ends are linked.
  kTorus4x4,  // Device 4*row + column; neighbours in row and column, both closed.
  kSwitched,  // All to all through switches.
};

// Which sets of whole devices one container may be given. legal_sets.hpp lists them.
enum class SetRule : std::uint8_t {
  kOneOrAll,
  kConsecutive,      // Any number of consecutive ids, without wrapping around.
  kAlignedRows,      // 1, 4, 8 or 16 of 16 devices; 4 and 8 start at a multiple of their number.
  kConsecutiveRing,  // Any number of consecutive ids; 0 follows the last.
  kTorusConnected,   // Any number of the 16 of a torus that are linked among themselves.
  kAnySet,           // Any number of any, of at most 16.
};

// What a cluster allows (design.md §5).
enum class PlacementMode : std::uint8_t {
  kAligned,    // What AWS documents.
  kConnected,  // Every set that is linked in itself; where links are not known, as kAligned.
};

struct SetOptions {
  PlacementMode placement = PlacementMode::kAligned;
  bool ring_wrap = false;  // On a ring, 0 follows the last device. Always so with kConnected.
  friend bool operator==(const SetOptions&, const SetOptions&) = default;
};

struct InstanceType {
  std::string_view name;
  int devices = 0;
  int physical_cores_per_device = 0;
  int memory_gib_per_device = 0;
  Arrangement arrangement = Arrangement::kUnknown;
};

// Every type of reference/aws-neuron.md §1 for which both the number of devices and their links are
// known.
[[nodiscard]] std::span<const InstanceType> instance_types();

// A prefix "ml." (SageMaker HyperPod) is ignored. Null for a type that is not in the catalog.
[[nodiscard]] const InstanceType* find_instance_type(std::string_view name);

// The devices of one node. A plain value; made by read_geometry, which keeps it within the bounds.
struct Geometry {
  int devices = 0;  // 0: the node has none.
  // Logical cores per device. Where the node does not tell, 1 and !cores_known: whole devices can
  // be given, cores cannot.
  int cores_per_device = 1;
  bool cores_known = false;
  Arrangement arrangement = Arrangement::kUnknown;
  SetRule rule = SetRule::kOneOrAll;

  [[nodiscard]] CoreMask full_device() const { return low_cores(cores_per_device); }
  [[nodiscard]] DeviceMask all_devices() const { return low_devices(devices); }
  friend bool operator==(const Geometry&, const Geometry&) = default;
};

// Capacity of aws.amazon.com/neuron and aws.amazon.com/neuroncore; nullopt: the node does not name
// the resource.
struct NodeCapacity {
  std::optional<std::int64_t> devices;
  std::optional<std::int64_t> cores;
  std::string_view instance_type;
};

// Cores per device are capacity by capacity of that node, never of its family (design.md §5). A
// type whose number of devices is not the node's counts as unknown. A Problem: negative, beyond the
// bounds, or cores without devices.
[[nodiscard]] std::variant<Geometry, Problem> read_geometry(const NodeCapacity& capacity,
                                                            const SetOptions& options = {});

// Under the first three rules, legal sets of `size` devices are size consecutive ids that start at
// 0, stride, 2*stride, ... This is the stride, or 0 if no set of that size is legal. Under the
// others every size is legal, and this is 1.
[[nodiscard]] constexpr int legal_stride(const Geometry& geometry, int size) {
  if (size < 1 || size > geometry.devices) return 0;
  if (size == 1) return 1;
  if (size == geometry.devices) return size;
  if (geometry.rule == SetRule::kOneOrAll) return 0;
  if (geometry.rule == SetRule::kAlignedRows) return size == 4 || size == 8 ? size : 0;
  return 1;
}

// The legal sets of that size, in the order of LegalSets.
[[nodiscard]] std::vector<DeviceMask> legal_sets(const Geometry& geometry, int size);

// For messages: "1 or 4 or 8 or 16", "1 to 12", "1". Without commas, which separate the reasons of
// a pending pod.
[[nodiscard]] std::string legal_sizes(const Geometry& geometry);

}  // namespace neuron_scheduler::neuron
