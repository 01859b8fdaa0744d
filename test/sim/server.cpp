#include "test/sim/server.hpp"

#include <utility>

#include "scheduler/registry.hpp"

namespace neuron_scheduler::sim {
namespace {

scheduler::BindAnswer conflict(std::string message) {
  return {scheduler::BindEnd::kConflict, std::move(message), std::nullopt};
}

}  // namespace

void Server::put_node(model::Node node) {
  node.resource_version = std::to_string(++version_);
  auto& slot = nodes_[node.name.str()];
  slot = std::make_shared<const model::Node>(std::move(node));
  news.emplace_back(slot);
}

void Server::remove_node(const std::string& name) {
  if (nodes_.erase(name) > 0) news.emplace_back(NodeRemoved{model::Name(name)});
}

void Server::put_pod(model::Pod pod) {
  pod.resource_version = std::to_string(++version_);
  auto& slot = pods_[pod.uid.text];
  slot = std::make_shared<const model::Pod>(std::move(pod));
  news.emplace_back(slot);
}

void Server::remove_pod(const std::string& uid) {
  if (pods_.erase(uid) > 0) news.emplace_back(PodRemoved{model::Uid{uid}});
}

void Server::put_namespace(model::Namespace changed) {
  changed.resource_version = std::to_string(++version_);
  auto& slot = namespaces_[changed.name.str()];
  slot = std::make_shared<const model::Namespace>(std::move(changed));
  news.emplace_back(slot);
}

scheduler::BindAnswer Server::bind(const model::Binding& binding) {
  static const model::AnnotationFilter kReadable = scheduler::pod_annotation_filter();
  const auto pod = find_by_name(binding);
  if (pod == nullptr) return {scheduler::BindEnd::kNotFound, "not found", std::nullopt};
  if (pod->uid != binding.pod_uid) return conflict("Precondition failed: UID in precondition");
  if (pod->bound()) return conflict("already assigned to node");
  if (pod->terminating) return conflict("is being deleted, cannot be assigned to a host");
  if (!pod->waiting->scheduling_gates.empty())
    return conflict("has non-empty .spec.schedulingGates");
  model::Pod bound = *pod;
  bound.node_name = binding.node_name;
  for (const auto& [key, value] : binding.annotations) {
    // A decoder drops the others.
    if (kReadable.wants(key)) bound.annotations.set(model::Name(key), value);
  }
  put_pod(std::move(bound));
  return {scheduler::BindEnd::kDone, "", std::nullopt};
}

scheduler::PodReading Server::read(const model::Binding& binding) const {
  const auto pod = find_by_name(binding);
  if (pod == nullptr) return {scheduler::PodReading::Kind::kNotFound, nullptr, "not found"};
  return {scheduler::PodReading::Kind::kFound, pod, ""};
}

model::PodRef Server::find_by_name(const model::Binding& binding) const {
  for (const auto& [uid, pod] : pods_) {
    if (pod->namespace_name == binding.namespace_name && pod->name == binding.pod_name) return pod;
  }
  return nullptr;
}

}  // namespace neuron_scheduler::sim
