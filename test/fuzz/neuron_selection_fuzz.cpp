// Lists of devices, as people write them: the pod's UUID annotations and the node's cordon. Parts
// of the input, separated by '|': two use lists, two nouse lists, the cordon. What they mean is
// worked out a second time, entry by entry.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "neuron/assignment.hpp"
#include "neuron/selection.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/plugins/neuron_node.hpp"

namespace {

namespace model = neuron_scheduler::model;
namespace neuron = neuron_scheduler::neuron;
namespace scheduler = neuron_scheduler::scheduler;

constexpr int kDevices = 12;

void check(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> entries_of(std::string_view text) {
  std::vector<std::string> entries(1);
  for (const char letter : text) {
    if (letter == ',') {
      entries.emplace_back();
    } else {
      entries.back() += letter;
    }
  }
  for (std::string& entry : entries) {
    const auto blank = [](char letter) {
      return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
    };
    while (!entry.empty() && blank(entry.back())) entry.pop_back();
    while (!entry.empty() && blank(entry.front())) entry.erase(entry.begin());
  }
  std::erase(entries, "");
  return entries;
}

bool names(const std::vector<std::string>& entries, int device) {
  return std::ranges::count(entries, "n-AWSNeuron-" + std::to_string(device)) > 0;
}

// Plain decimal, zeros before it and a sign of zero included.
bool is_number(std::string_view entry, int device) {
  if (device == 0 && entry.starts_with('-')) entry.remove_prefix(1);
  if (entry.empty() || entry.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  entry.remove_prefix(std::min(entry.find_first_not_of('0'), entry.size() - 1));
  return entry == std::to_string(device);
}

void check_selection(const std::array<std::string_view, 5>& parts) {
  const std::array use{parts[0], parts[1]};
  const std::array nouse{parts[2], parts[3]};
  const neuron::DeviceMask eligible = neuron::DeviceSelection(use, nouse).eligible("n", kDevices);
  check((eligible & ~neuron::low_devices(kDevices)) == 0);
  for (int device = 0; device < kDevices; ++device) {
    bool want = true;
    for (const std::string_view list : use) {
      const auto entries = entries_of(list);
      want = want && (entries.empty() || names(entries, device));
    }
    for (const std::string_view list : nouse) want = want && !names(entries_of(list), device);
    check(want == ((eligible & neuron::device_bit(device)) != 0));
  }
}

void check_cordon(std::string_view text) {
  model::Node node;
  node.name = model::Name("n");
  node.extended_capacity = {
      {model::Name(scheduler::neuron_keys::kDevices), model::Quantity::from_integer(kDevices)}};
  node.extended_allocatable = node.extended_capacity;
  node.annotations.set(model::Name(scheduler::neuron_keys::kCordon), std::string(text));
  scheduler::NeuronNode aggregate;
  aggregate.set_node(&node);
  check(aggregate.geometry().devices == kDevices);
  const auto entries = entries_of(text);
  for (int device = 0; device < kDevices; ++device) {
    bool want = names(entries, device);
    for (const std::string& entry : entries) want = want || is_number(entry, device);
    check(want == ((aggregate.state().unusable() & neuron::device_bit(device)) != 0));
  }
  std::size_t bytes = 0;
  for (const auto& notice : aggregate.take_notices()) bytes += notice.note.size();
  check(bytes < 1024);
  check(aggregate.take_notices().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    part = text.substr(0, text.find('|'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  check_selection(parts);
  check_cordon(parts[4]);
  return 0;
}
