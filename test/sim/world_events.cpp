#include <array>
#include <utility>

#include "test/sim/checker.hpp"
#include "test/sim/world.hpp"

namespace neuron_scheduler::sim {

using test::NodeBuilder;
using test::PodBuilder;

namespace {

constexpr const char* kUnreadable = "status.conditions: not a list";

void make_jealous(PodBuilder& pod) {
  model::AntiAffinityTerm term;
  term.topology_key = model::Name("kubernetes.io/hostname");
  term.namespace_selector = model::LabelSelector{
      {{model::Name(kTeam), model::SelectorOperator::kIn, {model::Name("red")}, 0}}};
  pod.label(kJealous, "true").raw().anti_affinity.edit() = {term};
}

}  // namespace

void World::something_happens() {
  const auto dice = random_.below(100);
  if (dice < 45) {
    create_pod();
  } else if (dice < 50) {
    create_foreign_pod();
  } else if (dice < 66) {
    delete_some_pod();
  } else if (dice < 72) {
    end_some_pod();
  } else if (dice < 78) {
    change_some_pod();
  } else if (dice < 81) {
    bind_by_hand();
  } else if (dice < 84) {
    add_node();
  } else if (dice < 87) {
    remove_some_node();
  } else if (dice < 94) {
    change_some_node();
  } else if (dice < 96) {
    relabel_some_namespace();
  } else if (dice < 98) {
    relist();
  } else {
    restart_scheduler();
  }
}

void World::create_pod() {
  constexpr std::array<std::pair<const char*, int>, 6> kAsks{
      {{kCores, 1}, {kCores, 1}, {kCores, 2}, {kDevices, 1}, {kDevices, 4}, {kDevices, 40}}};
  const auto id = ++counter_;
  // Now and then the name of an older pod comes back, with another uid.
  PodBuilder pod("p" + std::to_string(random_.chance(20) ? random_.below(id) : id));
  for (const auto& [uid, other] : server_.pods()) {
    if (other->name == pod.raw().name) return;
  }
  pod.namespace_name(random_.chance(50) ? "a" : "b");
  pod.uid("u" + std::to_string(id)).priority(static_cast<std::int32_t>(random_.below(3)));
  pod.cpu_milli(static_cast<std::int64_t>(random_.below(8) * 500));
  if (random_.chance(70)) {
    const auto& [resource, amount] = kAsks[random_.below(kAsks.size())];
    pod.request(resource, amount);
  }
  if (random_.chance(8)) pod.gate("wait");
  if (random_.chance(3)) pod.unbuilt(model::UnbuiltNeed::kResourceClaims);
  server_.put_pod(pod.raw());
}

// Of another scheduler, bound at once; one that asks for Neuron does not say which it has.
void World::create_foreign_pod() {
  const auto node = some_node();
  if (node == nullptr) return;
  PodBuilder pod("f" + std::to_string(++counter_));
  pod.scheduler("default-scheduler").cpu_milli(1'000).bound_to(node->name.view());
  if (random_.chance(40)) make_jealous(pod);
  if (random_.chance(30)) pod.request(kCores, 1);
  server_.put_pod(pod.raw());
}

void World::delete_some_pod() {
  const auto pod = some_pod(random_.chance(80));
  if (pod == nullptr) return;
  if (!pod->terminating && random_.chance(50)) {
    model::Pod deleted = *pod;
    deleted.terminating = true;
    server_.put_pod(std::move(deleted));
  } else {
    server_.remove_pod(pod->uid.text);
  }
}

void World::end_some_pod() {
  const auto pod = some_pod(true);
  if (pod == nullptr) return;
  model::Pod ended = *pod;
  ended.terminal = true;
  server_.put_pod(std::move(ended));
}

void World::change_some_pod() {
  const auto pod = some_pod(false);
  if (pod == nullptr) return;
  model::Pod changed = *pod;
  changed.waiting.edit().scheduling_gates.clear();
  changed.labels.set(model::Name("changed"), model::Name(std::to_string(++counter_)));
  server_.put_pod(std::move(changed));
}

void World::bind_by_hand() {
  const auto pod = some_pod(false);
  const auto node = some_node();
  if (pod == nullptr || node == nullptr || pod->terminating) return;
  model::Pod bound = *pod;
  bound.waiting.edit().scheduling_gates.clear();
  bound.node_name = node->name;
  bound.labels.set(model::Name(kBoundByHand), model::Name("true"));
  server_.put_pod(std::move(bound));
}

model::Node World::new_node(const std::string& name) {
  constexpr std::array kTypes{"trn1.32xlarge", "inf2.24xlarge", "inf1.6xlarge", "m5.large"};
  // Of one type for ever, since pods stay on a node that is re-created under its name.
  const auto* type = kTypes[(name.back() - '0') % kTypes.size()];
  NodeBuilder node(name);
  node.label("node.kubernetes.io/instance-type", type);
  node.cpu_milli(static_cast<std::int64_t>(8 + random_.below(5) * 4) * 1'000);
  const NodeShape shape = shape_of(node.raw());
  if (shape.devices > 0) {
    node.resource(kDevices, shape.devices);
    node.resource(kCores, shape.devices * shape.cores_per_device);
  }
  auto& most = cpu_most_[name];
  most = std::max(most, node.raw().allocatable.cpu_milli);
  return node.raw();
}

void World::add_node() {
  const std::string name = "n" + std::to_string(random_.below(8));
  if (!server_.nodes().contains(name)) server_.put_node(new_node(name));
}

void World::remove_some_node() {
  const auto node = some_node();
  if (node != nullptr && server_.nodes().size() > 2) server_.remove_node(node->name.str());
}

void World::change_some_node() {
  const auto node = some_node();
  if (node == nullptr) return;
  model::Node changed = *node;
  const auto dice = random_.below(4);
  if (dice == 0) {
    changed.unschedulable = !changed.unschedulable;
  } else if (dice == 1) {
    changed.decode_error = changed.decode_error.empty() ? kUnreadable : "";
  } else if (dice == 2) {
    changed = new_node(node->name.str());
    changed.uid.text += "-" + std::to_string(++counter_);
  }
  server_.put_node(std::move(changed));
}

void World::relabel_some_namespace() {
  constexpr std::array kTeams{"red", "red", "blue", ""};
  model::Namespace changed{model::Name(random_.chance(50) ? "a" : "b"), "", {}, ""};
  const std::string_view team = kTeams[random_.below(kTeams.size())];
  if (!team.empty()) changed.labels.set(model::Name(kTeam), model::Name(team));
  server_.put_namespace(std::move(changed));
}

void World::restart_scheduler() {
  network_.connect(nullptr);
  scheduler_.reset();
  start_scheduler();
}

model::PodRef World::some_pod(bool bound) {
  std::vector<model::PodRef> pods;
  for (const auto& [uid, pod] : server_.pods()) {
    if (pod->bound() == bound) pods.push_back(pod);
  }
  return pods.empty() ? nullptr : pods[random_.below(pods.size())];
}

model::NodeRef World::some_node() {
  if (server_.nodes().empty()) return nullptr;
  auto node = server_.nodes().begin();
  std::advance(node, static_cast<std::ptrdiff_t>(random_.below(server_.nodes().size())));
  return node->second;
}

}  // namespace neuron_scheduler::sim
