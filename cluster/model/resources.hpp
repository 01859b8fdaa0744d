#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

// Amounts by resource, in the units that kube-scheduler counts in: cpu in thousandths, everything
// else in its own unit (bytes, pieces). add() and subtract() are exact inverses of each other.
// Source: kube-scheduler.md §2.1 (6), §2.2.
struct Resources {
  // Any one amount of a pod is cut to this, so that sums over a node's pods cannot overflow.
  static constexpr std::int64_t kAmountMax = std::int64_t{1} << 53;

  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t ephemeral_storage_bytes = 0;
  // Extended resources, hugepages and the like, in order of their names; no name twice.
  std::vector<std::pair<Name, std::int64_t>> scalars;

  [[nodiscard]] std::int64_t scalar(const Name& name) const;
  void set_scalar(const Name& name, std::int64_t amount);
  void add(const Resources& other);
  void subtract(const Resources& other);
  [[nodiscard]] bool all_zero() const;
  friend bool operator==(const Resources&, const Resources&) = default;
};

// Whether kube-scheduler counts a resource of this name as a scalar (kube-scheduler.md §2.2); cpu,
// memory, ephemeral-storage and pods have fields of their own, any other name is ignored on both
// sides.
[[nodiscard]] bool is_scalar_resource(std::string_view name);
[[nodiscard]] bool is_extended_resource(std::string_view name);

}  // namespace neuron_scheduler::model
