#pragma once

#include <string>
#include <string_view>

#include "neuron/topology.hpp"

namespace neuron_scheduler::neuron {

// hami.io/node-register-aws-neuron: all devices of a node as HAMi's tools read them,
// "uuid,COUNT,0,MASK,AWSNeuron,0,HEALTHY:" for each, with the number of its cores, their mask, and
// "true" or "false". A device whose cores are not known has one. Empty without devices.
[[nodiscard]] std::string write_register(std::string_view node, const Geometry& geometry,
                                         DeviceMask healthy);

}  // namespace neuron_scheduler::neuron
