#include "neuron/topology.hpp"

#include <algorithm>
#include <array>

#include "neuron/legal_sets.hpp"

namespace neuron_scheduler::neuron {
namespace {

using enum Arrangement;

// In order of names. inf1.24xlarge is drawn as a chain, though once called a ring: a line claims
// less.
constexpr std::array kInstanceTypes{
    InstanceType{"inf1.24xlarge", 16, 4, 8, kLine},
    InstanceType{"inf1.2xlarge", 1, 4, 8, kNone},
    InstanceType{"inf1.6xlarge", 4, 4, 8, kLine},
    InstanceType{"inf1.xlarge", 1, 4, 8, kNone},
    InstanceType{"inf2.24xlarge", 6, 2, 32, kLine},
    InstanceType{"inf2.48xlarge", 12, 2, 32, kRing},
    InstanceType{"inf2.8xlarge", 1, 2, 32, kNone},
    InstanceType{"inf2.xlarge", 1, 2, 32, kNone},
    InstanceType{"trn1.2xlarge", 1, 2, 32, kNone},
    InstanceType{"trn1.32xlarge", 16, 2, 32, kTorus4x4},
    InstanceType{"trn1n.32xlarge", 16, 2, 32, kTorus4x4},
    InstanceType{"trn2.3xlarge", 1, 8, 96, kNone},
    InstanceType{"trn2.48xlarge", 16, 8, 96, kTorus4x4},
    InstanceType{"trn2u.48xlarge", 16, 8, 96, kTorus4x4},
    InstanceType{"trn3.48xlarge", 16, 8, 144, kSwitched},
    InstanceType{"trn3e.24xlarge", 4, 8, 144, kSwitched},
};

constexpr bool by_name(const InstanceType& a, const InstanceType& b) { return a.name < b.name; }
static_assert(std::is_sorted(kInstanceTypes.begin(), kInstanceTypes.end(), by_name));
static_assert(std::all_of(kInstanceTypes.begin(), kInstanceTypes.end(), [](const auto& type) {
  // As SetRule::kAnySet and kTorusConnected want it.
  return (type.arrangement != kSwitched || type.devices <= 16) &&
         (type.arrangement != kTorus4x4 || type.devices == 16);
}));

// Rows are legal on every topology of 16 devices, so they are what an unknown type of 16 gets
// (design.md §5).
SetRule rule_of(Arrangement arrangement, int devices, const SetOptions& options) {
  const bool connected = options.placement == PlacementMode::kConnected;
  switch (arrangement) {
    case kLine:
      return SetRule::kConsecutive;
    case kRing:
      return connected || options.ring_wrap ? SetRule::kConsecutiveRing : SetRule::kConsecutive;
    case kSwitched:
      if (connected) return SetRule::kAnySet;
      return devices == 16 ? SetRule::kAlignedRows : SetRule::kConsecutive;
    case kTorus4x4:
      return connected ? SetRule::kTorusConnected : SetRule::kAlignedRows;
    case kNone:
    case kUnknown:
      break;
  }
  return devices == 16 ? SetRule::kAlignedRows : SetRule::kOneOrAll;
}

}  // namespace

std::span<const InstanceType> instance_types() { return kInstanceTypes; }

const InstanceType* find_instance_type(std::string_view name) {
  if (name.starts_with("ml.")) name.remove_prefix(3);
  const auto found = std::lower_bound(kInstanceTypes.begin(), kInstanceTypes.end(),
                                      InstanceType{.name = name}, by_name);
  return found != kInstanceTypes.end() && found->name == name ? &*found : nullptr;
}

std::variant<Geometry, Problem> read_geometry(const NodeCapacity& capacity,
                                              const SetOptions& options) {
  const std::int64_t devices = capacity.devices.value_or(0);
  const std::int64_t cores = capacity.cores.value_or(0);
  if (devices < 0 || cores < 0) return Problem{"negative capacity"};
  if (devices == 0) {
    if (cores > 0) return Problem{"cores without devices"};
    return Geometry{};
  }
  if (devices > kMaxDevices) {
    return Problem{"more than " + std::to_string(kMaxDevices) + " devices"};
  }
  if (cores > devices * kMaxCoresPerDevice) {
    return Problem{"more than " + std::to_string(kMaxCoresPerDevice) + " cores per device"};
  }
  Geometry geometry;
  geometry.devices = static_cast<int>(devices);
  if (cores > 0 && cores % devices == 0) {
    geometry.cores_per_device = static_cast<int>(cores / devices);
    geometry.cores_known = true;
  }
  const InstanceType* type = find_instance_type(capacity.instance_type);
  if (type != nullptr && type->devices == devices) geometry.arrangement = type->arrangement;
  geometry.rule = rule_of(geometry.arrangement, geometry.devices, options);
  return geometry;
}

std::vector<DeviceMask> legal_sets(const Geometry& geometry, int size) {
  std::vector<DeviceMask> sets;
  const LegalSets legal(geometry, size);
  sets.reserve(static_cast<std::size_t>(legal.count()));
  for (int i = 0; i < legal.count(); ++i) sets.push_back(legal.set(i));
  return sets;
}

std::string legal_sizes(const Geometry& geometry) {
  if (geometry.devices == 0) return "none";
  if (geometry.devices == 1) return "1";
  const std::string all = std::to_string(geometry.devices);
  if (geometry.rule == SetRule::kOneOrAll) return "1 or " + all;
  if (geometry.rule == SetRule::kAlignedRows) return "1 or 4 or 8 or " + all;
  return "1 to " + all;
}

}  // namespace neuron_scheduler::neuron
