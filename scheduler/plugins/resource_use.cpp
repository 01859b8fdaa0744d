#include "scheduler/plugins/resource_use.hpp"

#include <limits>
#include <string>

namespace neuron_scheduler::scheduler {
namespace {

using Kind = ScoredResource::Kind;

Kind kind_of(std::string_view name) {
  if (name == "cpu") return Kind::kCpu;
  if (name == "memory") return Kind::kMemory;
  if (name == "ephemeral-storage") return Kind::kEphemeralStorage;
  return Kind::kOther;
}

std::int64_t amount_of(const ScoredResource& resource, const model::Resources& amounts) {
  switch (resource.kind) {
    case Kind::kCpu:
      return amounts.cpu_milli;
    case Kind::kMemory:
      return amounts.memory_bytes;
    case Kind::kEphemeralStorage:
      return amounts.ephemeral_storage_bytes;
    case Kind::kOther:
      break;
  }
  return amounts.scalar(resource.name);
}

std::string replaced(std::string_view text, std::string_view part, std::string_view with) {
  std::string result(text);
  if (const auto at = result.find(part); at != std::string::npos) {
    result.replace(at, part.size(), with);
  }
  return result;
}

}  // namespace

ScoredResource::ScoredResource(std::string_view its_name, std::int64_t its_weight)
    : name(its_name), weight(its_weight), kind(kind_of(its_name)) {}

std::vector<ScoredResource> default_scored_resources() { return {{"cpu", 1}, {"memory", 1}}; }

std::vector<ScoredResource> read_scored_resources(ArgsReader& args, std::int64_t weight_max,
                                                  std::string_view weight_reason) {
  std::vector<ScoredResource> resources;
  for (ArgsReader& entry : args.objects("resources")) {
    const std::string name = entry.text("name", "");
    std::int64_t weight = entry.integer("weight", 0, std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::int64_t>::max());
    if (weight == 0) weight = 1;
    if (weight < 0 || weight > weight_max) {
      entry.invalid("weight", replaced(weight_reason, "NAME", name));
    }
    resources.emplace_back(name, weight);
  }
  return resources.empty() ? default_scored_resources() : resources;
}

std::int64_t request_of(const ScoredResource& resource, Amounts amounts, const model::Pod& pod) {
  if (amounts == Amounts::kDefaults) {
    if (resource.kind == Kind::kCpu) return pod.nonzero_cpu_milli;
    if (resource.kind == Kind::kMemory) return pod.nonzero_memory_bytes;
  }
  return amount_of(resource, pod.requests);
}

ResourceUse use_of(const ScoredResource& resource, Amounts amounts, const model::Pod& pod,
                   const model::NodeView& node) {
  const std::int64_t request = request_of(resource, amounts, pod);
  // An extended resource counts for the pods alone that ask for it.
  if (resource.kind == Kind::kOther && request == 0) return {};
  ResourceUse use;
  use.allocatable = amount_of(resource, node.node().allocatable);
  use.before = amount_of(resource, node.requested());
  if (amounts == Amounts::kDefaults) {
    if (resource.kind == Kind::kCpu) use.before = node.nonzero_cpu_milli();
    if (resource.kind == Kind::kMemory) use.before = node.nonzero_memory_bytes();
  }
  use.after = use.before + request;
  return use;
}

void describe_requests(const model::Resources& requests, Likeness& likeness) {
  likeness.add(requests.cpu_milli);
  likeness.add(requests.memory_bytes);
  likeness.add(requests.ephemeral_storage_bytes);
  likeness.add(static_cast<std::int64_t>(requests.scalars.size()));
  for (const auto& [name, amount] : requests.scalars) {
    likeness.add(name.view());
    likeness.add(amount);
  }
}

}  // namespace neuron_scheduler::scheduler
