#pragma once

#include <cstdint>
#include <span>

#include "cluster/model/name.hpp"

namespace neuron_scheduler::model {

enum class TaintEffect : std::uint8_t { kNoSchedule, kPreferNoSchedule, kNoExecute };

struct Taint {
  Name key;
  Name value;
  TaintEffect effect = TaintEffect::kNoSchedule;
  friend bool operator==(const Taint&, const Taint&) = default;
};

// Source: kube-scheduler.md §1.3 TaintToleration. An empty key with Exists matches every key; no
// effect, every effect.
struct Toleration {
  enum class Operator : std::uint8_t {
    kEqual,
    kExists,
    kUnsupported,  // Lt and Gt: alpha and off in 1.37; such a toleration tolerates nothing.
  };
  Name key;
  Name value;
  Operator op = Operator::kEqual;
  bool any_effect = true;
  TaintEffect effect = TaintEffect::kNoSchedule;

  [[nodiscard]] bool tolerates(const Taint& taint) const;
  friend bool operator==(const Toleration&, const Toleration&) = default;
};

[[nodiscard]] bool tolerated(const Taint& taint, std::span<const Toleration> tolerations);

}  // namespace neuron_scheduler::model
