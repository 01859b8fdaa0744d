#include "neuron/free_sets.hpp"

namespace neuron_scheduler::neuron {

bool has_free_set(const NodeState& state, int size) {
  const int stride = legal_stride(state.geometry(), size);
  if (stride == 0) return false;
  for (int first = 0; first + size <= state.geometry().devices; first += stride) {
    if (((low_devices(size) << first) & ~state.untouched()) == 0) return true;
  }
  return false;
}

}  // namespace neuron_scheduler::neuron
