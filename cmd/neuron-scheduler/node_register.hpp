#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "cluster/client/api_calls.hpp"
#include "cluster/client/http.hpp"
#include "cluster/model/name.hpp"
#include "cluster/model/time.hpp"
#include "cmd/neuron-scheduler/log.hpp"
#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::cmd {

// Keeps the annotation that lists each node's Neuron devices for HAMi's tools (design.md §7) as
// scheduler::NeuronNode says that it should be. A write is a difference between that and what the
// node carries, so none is queued or lost: what changes before it is written is written once.
//
// One write at a time, and a pause after each: at most 20 a second, and one a second as long as
// pods are being placed. Nothing here matters to what is scheduled, and binds go first where
// connections are short.
class NodeRegister final {
 public:
  static constexpr std::chrono::milliseconds kGap{50};
  static constexpr std::chrono::milliseconds kGapWhilePlacing{1000};
  static constexpr std::chrono::seconds kLookPeriod{1};
  static constexpr std::size_t kNodesPerLook = 20;
  // Of one node, whoever else writes there. Longer than the watch takes to show a write: one more
  // would be a patch that changes nothing.
  // Doubled each time that the same text has to be written again: somebody else writes there.
  static constexpr std::chrono::seconds kAgainAfter{10};
  static constexpr std::chrono::seconds kAgainAfterMax{640};
  static constexpr std::chrono::seconds kContestedAfter{80};  // Then people are told, once.
  // A node whose write was refused; all nodes after a write that got no answer or a busy server.
  static constexpr std::chrono::minutes kRefusedAfter{10};
  static constexpr std::chrono::seconds kFailedAfter{10};
  static constexpr std::chrono::seconds kFailedAfterMax{60};

  // All must outlive it, and no call-back of calls may come after it is gone.
  NodeRegister(const scheduler::Scheduler& scheduler, client::ApiCalls& calls,
               client::TimerService& timers, const model::Clock& clock, Log& log);

  // From when this process leads. Does nothing if a profile says registerNodes: false, or if none
  // has the plugin Neuron.
  void start();
  // No further write.
  void stop();

 private:
  struct Rest {
    model::SteadyTime until;
    std::chrono::milliseconds length;
    std::string text;  // Fingerprint of what was written.
  };

  [[nodiscard]] const scheduler::NeuronNode& neuron_of(const model::NodeView& node) const;
  [[nodiscard]] bool carries_another(const model::NodeView* node) const;
  void rest(const model::Name& node, const std::optional<std::string>& written);
  // Exists, carries something else than it should, and may be written now.
  [[nodiscard]] bool due(const model::NodeView& node) const;
  void look();
  void write_next();
  void answered(const model::Name& node, const client::WriteEnd& end);
  [[nodiscard]] std::chrono::milliseconds gap() const;
  // How long all wait after a write that ended so.
  [[nodiscard]] std::chrono::milliseconds pause_after(const model::Name& node,
                                                      const client::WriteEnd& end);

  const scheduler::Scheduler& scheduler_;
  client::ApiCalls& calls_;
  client::TimerService& timers_;
  const model::Clock& clock_;
  Log& log_;
  std::size_t slot_ = 0;  // Of NeuronNode in a NodeView.
  bool running_ = false;
  std::deque<model::Name> next_;
  // Of nodes that were written.
  std::unordered_map<model::Name, Rest> resting_;
  std::unique_ptr<client::Timer> timer_;
};

}  // namespace neuron_scheduler::cmd
