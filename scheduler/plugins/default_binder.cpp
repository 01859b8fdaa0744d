#include "scheduler/plugins/default_binder.hpp"

#include "scheduler/api.hpp"

namespace neuron_scheduler::scheduler {

void DefaultBinder::bind(const model::Pod& /*pod*/, const model::Binding& binding,
                         BindingSender& sender) {
  sender.send_binding(binding);
}

}  // namespace neuron_scheduler::scheduler
