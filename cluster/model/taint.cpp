#include "cluster/model/taint.hpp"

#include <algorithm>

namespace neuron_scheduler::model {

bool Toleration::tolerates(const Taint& taint) const {
  if (!any_effect && effect != taint.effect) return false;
  if (!key.empty() && key != taint.key) return false;
  switch (op) {
    case Operator::kExists:
      return true;
    case Operator::kEqual:
      // An empty key with Equal would be refused by the API server; it must not tolerate everything
      // here.
      return !key.empty() && value == taint.value;
    case Operator::kUnsupported:
      break;
  }
  return false;
}

bool tolerated(const Taint& taint, std::span<const Toleration> tolerations) {
  return std::any_of(tolerations.begin(), tolerations.end(),
                     [&](const Toleration& toleration) { return toleration.tolerates(taint); });
}

}  // namespace neuron_scheduler::model
