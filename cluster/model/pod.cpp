#include "cluster/model/pod.hpp"

namespace neuron_scheduler::model {

std::string Pod::full_name() const { return namespace_name.str() + "/" + name; }

}  // namespace neuron_scheduler::model
