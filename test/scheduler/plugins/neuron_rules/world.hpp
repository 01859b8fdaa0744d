#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cmd/neuron-scheduler/simulate/objects.hpp"
#include "scheduler/scheduler.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

// The whole engine without its sockets: objects in as YAML, with an API server's defaults, through
// the real decoders, queue and default profile; bindings and messages out.
namespace neuron_scheduler::test::rules {

class World {
 public:
  // config: a KubeSchedulerConfiguration; empty: the defaults.
  explicit World(const std::string& config = "");

  // Objects as the watches tell of them: new, or changed where they were there before.
  void apply(const std::string& yaml);
  // "pod NAME" or "node NAME", as deleted.
  void remove(const std::string& what);
  // Schedules one pod. "NODE: IDS" if it is bound, and then it stays; else its pending message, and
  // it is gone again. A pod that got no Neuron ids: "NODE".
  [[nodiscard]] std::string ask(const std::string& yaml);
  // Of a pod that ask() placed; "(none)" if it has no such annotation.
  [[nodiscard]] std::string annotation(const std::string& pod, const std::string& key) const;
  // "REASON POD NOTE" of every event, and "POD: NOTE" of every notice.
  [[nodiscard]] std::string told() const;

 private:
  void apply_pod(const simulate::Object& object);
  void decide();

  SimClock clock_;
  RecordingApi api_;
  RecordingObserver observer_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  std::map<std::string, simulate::Object> pods_;  // By name.
};

// --- What rows are written in

// metadata and status: further fields, each of the form ", KEY: VALUE".
[[nodiscard]] std::string node(const std::string& name, const std::string& type, int devices,
                               int cores, const std::string& metadata = "",
                               const std::string& status = "");
// containers: separated by '|'; each the resources that it is limited to, without their domain, and
// before them "init" or "sidecar": "init neuron: 1 | neuroncore: 2". metadata: as in node.
[[nodiscard]] std::string pod(const std::string& name, const std::string& containers,
                              const std::string& metadata = "", const std::string& spec = "");
// The same, bound by somebody to a node, with these annotations.
using Annotations = std::map<std::string, std::string>;
[[nodiscard]] std::string bound(const std::string& name, const std::string& node,
                                const std::string& containers, const Annotations& annotations = {},
                                const std::string& metadata = "");
// For metadata.
[[nodiscard]] std::string annotated(const Annotations& annotations);
// A KubeSchedulerConfiguration whose plugin Neuron has these arguments.
[[nodiscard]] std::string neuron_args(const std::string& arguments);

struct Step {
  enum class Kind { kApply, kRemove, kAsk, kAnnotation, kTold, kNotTold };
  Kind kind = Kind::kApply;
  std::string what;
  std::string key;
  std::string want;
};
[[nodiscard]] Step there_is(std::string yaml);
[[nodiscard]] Step gone(std::string what);
// want: as World::ask gives it; or, ending in "...", its beginning; or, beginning and ending so, a
// part of it.
[[nodiscard]] Step asks(std::string pod_yaml, std::string want);
[[nodiscard]] Step has(std::string pod, std::string key, std::string want);
// A part of what people are told.
[[nodiscard]] Step told(std::string want);
[[nodiscard]] Step not_told(std::string part);

// One rule of design.md: its section and a number, and what it says in short.
struct Rule {
  std::string id;
  std::vector<Step> steps;
  std::string config;
};
void PrintTo(const Rule& rule, std::ostream* out);

void expect_rule(const Rule& rule);

}  // namespace neuron_scheduler::test::rules
