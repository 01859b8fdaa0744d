#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"

// Objects with valid defaults for tests: name what matters, leave the rest.
namespace neuron_scheduler::test {

// A clock that stands still until it is told to move.
class SimClock final : public model::Clock {
 public:
  [[nodiscard]] model::WallTime wall() const override { return wall_; }
  [[nodiscard]] model::SteadyTime steady() const override { return steady_; }

  void advance(std::chrono::nanoseconds by) {
    wall_ += by;
    steady_ += by;
  }

 private:
  // 2026-01-01T00:00:00Z
  model::WallTime wall_{std::chrono::seconds{1'767'225'600}};
  model::SteadyTime steady_{std::chrono::seconds{1'000}};
};

// A pending pod of namespace "default" for neuron-scheduler, with one app container that asks for
// nothing.
class PodBuilder {
 public:
  explicit PodBuilder(std::string name);

  PodBuilder& uid(std::string uid);
  PodBuilder& namespace_name(std::string_view name);
  PodBuilder& scheduler(std::string_view name);
  PodBuilder& resource_version(std::string version);
  PodBuilder& priority(std::int32_t priority);
  PodBuilder& bound_to(std::string_view node);
  PodBuilder& terminating();
  PodBuilder& terminal();
  PodBuilder& label(std::string_view key, std::string_view value);
  PodBuilder& annotation(std::string_view key, std::string value);
  PodBuilder& cpu_milli(std::int64_t milli);
  PodBuilder& memory(std::int64_t bytes);
  // An extended resource, asked by the last container; counted into the pod's effective requests as
  // kube-scheduler does.
  PodBuilder& request(std::string_view resource, std::int64_t amount);
  PodBuilder& request_quantity(std::string_view resource, std::string_view quantity);
  // A further container; the first call replaces the default one if nothing was asked of it yet.
  PodBuilder& container(const std::string& name,
                        model::ContainerRole role = model::ContainerRole::kApp);
  PodBuilder& tolerate(std::string_view key, std::string_view value = "");
  PodBuilder& node_selector(std::string_view key, std::string_view value);
  PodBuilder& gate(std::string name);
  PodBuilder& unbuilt(model::UnbuiltNeed need);
  PodBuilder& decode_error(std::string error);

  // The pod, open for what has no method of its own.
  model::Pod& raw() { return pod_; }

  [[nodiscard]] model::PodRef build() const;

 private:
  model::Pod pod_;
  bool default_container_ = true;
};

// A node with 64 cpus, 256 GiB, 110 pods, no taints and the usual labels.
class NodeBuilder {
 public:
  explicit NodeBuilder(std::string_view name);

  NodeBuilder& uid(std::string uid);
  NodeBuilder& label(std::string_view key, std::string_view value);
  NodeBuilder& annotation(std::string_view key, std::string value);
  NodeBuilder& taint(std::string_view key, std::string_view value, model::TaintEffect effect);
  NodeBuilder& unschedulable();
  NodeBuilder& cpu_milli(std::int64_t milli);
  NodeBuilder& memory(std::int64_t bytes);
  NodeBuilder& pods(std::int64_t count);
  // Capacity and allocatable alike.
  NodeBuilder& resource(std::string_view name, std::int64_t amount);
  NodeBuilder& capacity(std::string_view name, std::string_view quantity);
  NodeBuilder& allocatable(std::string_view name, std::int64_t amount);
  NodeBuilder& condition(std::string_view type, model::ConditionStatus status,
                         std::string_view reason);
  NodeBuilder& decode_error(std::string error);

  model::Node& raw() { return node_; }

  [[nodiscard]] model::NodeRef build() const;

 private:
  model::Node node_;
};

}  // namespace neuron_scheduler::test
