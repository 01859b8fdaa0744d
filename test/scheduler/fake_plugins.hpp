#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/plugins/default_binder.hpp"
#include "scheduler/plugins/priority_sort.hpp"
#include "scheduler/profile.hpp"

// Plugins whose behaviour a test writes down, and profiles made of them.
namespace neuron_scheduler::test {

struct FakePreFilter final : scheduler::Plugin, scheduler::PreFilterPlugin {
  using Function = std::function<scheduler::PreFilterResult(const model::Pod&)>;
  explicit FakePreFilter(Function function) : f(std::move(function)) {}
  scheduler::PreFilterResult pre_filter(const model::Pod& pod,
                                        const model::Cache& /*cache*/) const override {
    return f(pod);
  }
  Function f;
};

struct FakeFilter final : scheduler::Plugin, scheduler::FilterPlugin {
  using Function = std::function<scheduler::Status(const model::NodeView&)>;
  explicit FakeFilter(Function function) : f(std::move(function)) {}
  scheduler::Status filter(const scheduler::PluginState* /*state*/, const model::Pod& /*pod*/,
                           const model::NodeView& node) const override {
    return f(node);
  }
  Function f;
};

struct FakeScore final : scheduler::Plugin, scheduler::ScorePlugin {
  using Function = std::function<std::int64_t(const model::NodeView&)>;
  explicit FakeScore(Function function) : f(std::move(function)) {}
  std::int64_t score(const scheduler::PluginState* /*state*/, const model::Pod& /*pod*/,
                     const model::NodeView& node) const override {
    return f(node);
  }
  Function f;
};

// Writes one annotation and keeps a log of who did what.
struct FakeReserve final : scheduler::Plugin, scheduler::ReservePlugin {
  explicit FakeReserve(std::string its_name, std::vector<std::string>& its_log)
      : name(std::move(its_name)), log(its_log) {}
  scheduler::Status reserve(const scheduler::PluginState* /*state*/, const model::Pod& pod,
                            const model::NodeView& node, model::WallTime /*now*/,
                            model::Binding& binding) override {
    log.push_back(name + "+" + pod.name + '@' + node.node().name.str());
    binding.annotations[name] = node.node().name.str();
    binding.in_order_on_node = in_order;
    return answer;
  }
  void unreserve(const model::Pod& pod, const model::Binding& binding) noexcept override {
    log.push_back(name + "-" + pod.name + '@' + binding.node_name.str());
  }
  std::string name;
  std::vector<std::string>& log;
  scheduler::Status answer;
  bool in_order = false;
};

struct NamedPlugin {
  std::string name;
  std::unique_ptr<scheduler::Plugin> plugin;
  std::int64_t weight = 1;
};

// With PrioritySort and DefaultBinder around them.
template <class... Plugins>
scheduler::Profile profile_of(Plugins... plugins) {
  std::vector<scheduler::PluginInstance> instances;
  instances.push_back({"PrioritySort", std::make_unique<scheduler::PrioritySort>(), 1});
  (instances.push_back({std::move(plugins.name), std::move(plugins.plugin), plugins.weight}), ...);
  instances.push_back({"DefaultBinder", std::make_unique<scheduler::DefaultBinder>(), 1});
  return std::move(scheduler::Profile::assemble("neuron-scheduler", std::move(instances)).value());
}

inline NamedPlugin filter(std::string name, FakeFilter::Function f) {
  return {std::move(name), std::make_unique<FakeFilter>(std::move(f)), 1};
}
inline NamedPlugin pre_filter(std::string name, FakePreFilter::Function f) {
  return {std::move(name), std::make_unique<FakePreFilter>(std::move(f)), 1};
}
inline NamedPlugin score(std::string name, std::int64_t weight, FakeScore::Function f) {
  return {std::move(name), std::make_unique<FakeScore>(std::move(f)), weight};
}

}  // namespace neuron_scheduler::test
