#include "neuron/registration.hpp"

#include "neuron/assignment.hpp"

namespace neuron_scheduler::neuron {

std::string write_register(std::string_view node, const Geometry& geometry, DeviceMask healthy) {
  std::string text;
  for (int device = 0; device < geometry.devices; ++device) {
    text += device_uuid(node, device);
    text += ',' + std::to_string(geometry.cores_per_device);
    text += ",0," + std::to_string(geometry.full_device());
    text.append(1, ',').append(kDeviceType).append(",0,");
    text += (healthy & device_bit(device)) != 0 ? "true:" : "false:";
  }
  return text;
}

}  // namespace neuron_scheduler::neuron
