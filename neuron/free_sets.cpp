#include "neuron/free_sets.hpp"

#include <bit>

#include "neuron/legal_sets.hpp"

namespace neuron_scheduler::neuron {

bool has_free_set(const NodeState& state, int size) {
  if (std::popcount(state.untouched()) < size) return false;
  const LegalSets legal(state.geometry(), size);
  for (int i = 0; i < legal.count(); ++i) {
    if ((legal.set(i) & ~state.untouched()) == 0) return true;
  }
  return false;
}

}  // namespace neuron_scheduler::neuron
