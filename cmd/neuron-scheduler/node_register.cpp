#include "cmd/neuron-scheduler/node_register.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "scheduler/plugins/neuron.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::cmd {
namespace {

constexpr int kForbidden = 403;
constexpr std::string_view kNoRight = "cannot patch resource";

// Whoever says no in one profile means the process: there is one annotation a node.
bool wanted(std::span<const scheduler::Profile> profiles) {
  bool found = false;
  for (const scheduler::Profile& profile : profiles) {
    for (scheduler::PluginIndex i = 0; i < profile.plugin_count(); ++i) {
      const auto* neuron = dynamic_cast<const scheduler::Neuron*>(&profile.plugin(i));
      if (neuron == nullptr) continue;
      if (!neuron->registers_nodes()) return false;
      found = true;
    }
  }
  return found;
}

// Not a matter of this node or this request: the next one would fare no better.
bool temporary(const client::WriteEnd& end) {
  return end.status == 0 || end.status == 401 || end.status == 408 || end.status == 429 ||
         end.status >= 500;
}

}  // namespace

NodeRegister::NodeRegister(const scheduler::Scheduler& scheduler, client::ApiCalls& calls,
                           client::TimerService& timers, const model::Clock& clock, Log& log)
    : scheduler_(scheduler), calls_(calls), timers_(timers), clock_(clock), log_(log) {}

void NodeRegister::start() {
  if (running_) return;
  const auto slot = scheduler::aggregate_slot("Neuron");
  if (!slot || !wanted(scheduler_.profiles())) return;
  slot_ = *slot;
  running_ = true;
  look();
}

void NodeRegister::stop() {
  running_ = false;
  timer_.reset();
}

const scheduler::NeuronNode& NodeRegister::neuron_of(const model::NodeView& node) const {
  return static_cast<const scheduler::NeuronNode&>(node.aggregate(slot_));
}

bool NodeRegister::carries_another(const model::NodeView* node) const {
  return node != nullptr && node->exists() && neuron_of(*node).register_due();
}

bool NodeRegister::due(const model::NodeView& node) const {
  if (!carries_another(&node)) return false;
  const auto rest = resting_.find(node.node().name);
  return rest == resting_.end() || clock_.steady() >= rest->second.until;
}

void NodeRegister::rest(const model::Name& node, const std::optional<std::string>& written) {
  auto& [until, length, text] = resting_[node];
  const std::string before = std::exchange(text, model::fingerprint(written.value_or("")));
  const bool contested = text == before;
  length =
      contested ? std::min<std::chrono::milliseconds>(2 * length, kAgainAfterMax) : kAgainAfter;
  until = clock_.steady() + length;
  if (!contested || length != kContestedAfter) return;
  log_.warning(fmt::format(
      "Node {}: somebody else writes the annotation {}, too: it is written ever less often",
      node.view(), scheduler::neuron_keys::kRegister));
}

void NodeRegister::look() {
  const auto now = clock_.steady();
  std::erase_if(resting_, [&](const auto& entry) {
    return now >= entry.second.until && scheduler_.cache().find_node(entry.first) == nullptr;
  });
  for (const model::NodeView* node : scheduler_.cache().nodes()) {
    if (next_.size() >= kNodesPerLook) break;
    if (due(*node)) next_.push_back(node->node().name);
  }
  write_next();
}

void NodeRegister::write_next() {
  while (!next_.empty()) {
    const model::NodeView* node = scheduler_.cache().find_node(next_.front());
    next_.pop_front();
    if (node == nullptr || !due(*node)) continue;
    client::NodeAnnotation annotation;
    annotation.node = node->node().name;
    annotation.uid = node->node().uid;
    annotation.key = scheduler::neuron_keys::kRegister;
    annotation.value = neuron_of(*node).register_text();
    rest(annotation.node, annotation.value);
    calls_.annotate_node(annotation, [this, name = annotation.node](const client::WriteEnd& end) {
      answered(name, end);
    });
    return;
  }
  timer_ = timers_.after(kLookPeriod, [this] { look(); });
}

void NodeRegister::answered(const model::Name& node, const client::WriteEnd& end) {
  if (!running_) return;
  // A webhook may forbid one node; without the right, all of them are.
  if (end.status == kForbidden && end.message.find(kNoRight) != std::string::npos) {
    log_.warning(
        fmt::format("The annotation {} of nodes is not kept up to date until the next start: {}. "
                    "Grant the right to patch nodes, or set registerNodes: false in NeuronArgs",
                    scheduler::neuron_keys::kRegister, end.message));
    stop();
    return;
  }
  timer_ = timers_.after(pause_after(node, end), [this] { write_next(); });
}

std::chrono::milliseconds NodeRegister::gap() const {
  const bool placing = scheduler_.queue_sizes().active > 0 || scheduler_.pending_binds() > 0;
  return placing ? kGapWhilePlacing : kGap;
}

std::chrono::milliseconds NodeRegister::pause_after(const model::Name& node,
                                                    const client::WriteEnd& end) {
  if (end.fine) return gap();
  const bool busy = temporary(end);
  const std::chrono::seconds pause =
      busy ? std::clamp(end.retry_after.value_or(kFailedAfter), kLookPeriod, kFailedAfterMax)
           : std::chrono::seconds(kRefusedAfter);
  // Nothing was written that somebody could have changed.
  resting_.insert_or_assign(node, Rest{clock_.steady() + pause, {}, {}});
  return busy ? std::chrono::milliseconds(pause) : gap();
}

}  // namespace neuron_scheduler::cmd
