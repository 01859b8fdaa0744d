#include "cmd/neuron-scheduler/simulate/engine.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/client/codec.hpp"
#include "cmd/neuron-scheduler/simulate/json_path.hpp"
#include "cmd/neuron-scheduler/simulate/pod_check.hpp"
#include "scheduler/plugins/neuron_keys.hpp"
#include "scheduler/registry.hpp"
#include "scheduler/scheduler.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;

// Topology labels that an API server copies from the node to the pod (plugin/pkg/admission/
// podtopologylabels, since 1.35).
constexpr std::array<const char*, 2> kTopologyLabels = {"topology.kubernetes.io/zone",
                                                        "topology.kubernetes.io/region"};

class StandingClock final : public model::Clock {
 public:
  explicit StandingClock(model::WallTime now) : now_(now) {}
  [[nodiscard]] model::WallTime wall() const override { return now_; }
  [[nodiscard]] model::SteadyTime steady() const override { return {}; }

 private:
  const model::WallTime now_;
};

// Only what the plugins notice matters here; said once.
class Notices final : public scheduler::Observer {
 public:
  void attempt(scheduler::AttemptResult /*result*/, std::string_view /*profile*/,
               std::chrono::nanoseconds /*duration*/) override {}
  void pod_bound(std::chrono::nanoseconds /*since_first_queued*/,
                 std::uint32_t /*attempts*/) override {}
  void bind_unknown() override {}
  void bind_conflict() override {}
  void notice(std::string_view pod, std::string_view note) override {
    std::string text = pod.empty() ? std::string(note) : "Pod " + std::string(pod) + ": ";
    if (!pod.empty()) text += note;
    if (said_.insert(text).second) texts_.push_back(std::move(text));
  }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::set<std::string, std::less<>> said_;
  std::vector<std::string> texts_;
};

// An API server in so far as the scheduler writes to it: bindings are always carried out.
class Api final : public scheduler::ApiWriter {
 public:
  struct Written {
    std::optional<model::Binding> binding;
    std::optional<scheduler::UnscheduledCondition> condition;
  };

  void send_binding(const model::Binding& binding) override {
    written_[binding.pod_uid].binding = binding;
    unanswered_.push_back(binding);
  }
  // Only a conflict is followed by this, and there is none.
  void read_pod(const model::Binding& /*binding*/) override {}
  void patch_condition(const model::Pod& pod,
                       const scheduler::UnscheduledCondition& condition) override {
    written_[pod.uid].condition = condition;
  }
  void write_event(const model::Pod& /*pod*/, const scheduler::PodEvent& /*event*/,
                   model::Name /*reporter*/) override {}

  void answer_all(scheduler::Scheduler& scheduler) {
    while (!unanswered_.empty()) {
      const model::Binding binding = std::move(unanswered_.front());
      unanswered_.pop_front();
      scheduler.on_bind_answer(binding, model::BindAnswer{model::BindEnd::kDone, "", {}});
    }
  }
  [[nodiscard]] const Written& written(const model::Uid& uid) { return written_[uid]; }

 private:
  std::unordered_map<model::Uid, Written> written_;
  std::deque<model::Binding> unanswered_;
};

// In place of the condition of this type, if there is one.
void set_scheduled_condition(json::object& pod, std::string_view status, std::string_view reason,
                             std::string_view message, model::WallTime now) {
  json::object* of = make_object(pod, "status");
  json::array* conditions = of == nullptr ? nullptr : make_list(*of, "conditions");
  if (conditions == nullptr) return;
  json::object condition{{"type", "PodScheduled"}, {"status", status}, {"lastProbeTime", nullptr}};
  condition["lastTransitionTime"] = model::format_time(now);
  if (!reason.empty()) condition["reason"] = reason;
  if (!message.empty()) condition["message"] = message;
  // Which spec this was said of: the scheduler writes it, the API server's own conditions lack it.
  const json::object* metadata = object_at(pod, {"metadata"});
  const json::value* generation =
      metadata == nullptr ? nullptr : metadata->if_contains("generation");
  const bool by_scheduler = status == "False" && reason != "SchedulingGated";
  if (by_scheduler && generation != nullptr && generation->is_int64() && *generation != 0) {
    condition["observedGeneration"] = *generation;
  }
  const auto same = std::ranges::find_if(*conditions, [](const json::value& value) {
    return value.is_object() && text_at(value.get_object(), {"type"}) == "PodScheduled";
  });
  if (same == conditions->end()) {
    conditions->push_back(std::move(condition));
    return;
  }
  // A time is that of the last change of the status, not of the message.
  const std::string_view since = text_at(same->get_object(), {"lastTransitionTime"});
  if (text_at(same->get_object(), {"status"}) == status && !since.empty()) {
    condition["lastTransitionTime"] = since;
  }
  *same = std::move(condition);
}

// A pod to try, with what decides about its turn.
struct Candidate {
  model::PodRef pod;
  Object object;
  std::string impossible;  // Why it is not even tried.
};

class Run {
 public:
  Run(Cluster cluster, const RunOptions& options)
      : cluster_(std::move(cluster)), options_(options), clock_(cluster_.now) {
    outcome_.warnings = std::move(cluster_.warnings);
  }

  [[nodiscard]] model::Result<Outcome> run() {
    scheduler::SchedulerOptions scheduler_options;
    scheduler_options.seed = options_.seed;
    scheduler_options.profiles = options_.profiles;
    for (const auto& profile : options_.profiles) our_names_.emplace_back(profile.scheduler_name);
    auto made = scheduler::Scheduler::make(clock_, api_, notices_, scheduler_options);
    if (!made) return made.error();
    scheduler_ = std::move(*made);
    if (auto error = take_namespaces()) return *error;
    if (auto error = take_nodes()) return *error;
    if (auto error = take_pods()) return *error;
    schedule();
    for (Candidate& candidate : candidates_) tell(candidate);
    const auto& notices = notices_.texts();
    outcome_.warnings.insert(outcome_.warnings.end(), notices.begin(), notices.end());
    if (options_.draw) outcome_.drawing = cmd::draw_nodes(scheduler_->cache(), *options_.draw);
    return std::move(outcome_);
  }

 private:
  template <class Model>
  static model::Result<std::shared_ptr<const Model>> decode(client::Codec<Model>& codec,
                                                            const Object& object) {
    auto decoded = codec.decode(json::serialize(object.json));
    if (!decoded) return model::invalid(object.place + ": " + decoded.error().message);
    return decoded;
  }

  std::optional<model::Error> take_namespaces() {
    const auto codec = client::make_namespace_codec();
    for (const Object& object : cluster_.namespaces) {
      const auto decoded = decode(*codec, object);
      if (!decoded) return decoded.error();
      if (const auto& problem = (*decoded)->decode_error; !problem.empty()) {
        warn("Namespace " + object.name() +
             " could not be read, it counts as one without labels: " + problem);
      }
      scheduler_->on_namespace(*decoded);
    }
    return std::nullopt;
  }

  std::optional<model::Error> take_nodes() {
    const auto codec = client::make_node_codec(scheduler::node_annotation_filter());
    for (const Object& object : cluster_.nodes) {
      auto node = decode(*codec, object);
      if (!node) return node.error();
      if (!(*node)->decode_error.empty()) {
        warn("Node " + object.name() +
             " could not be read, it takes no pods: " + (*node)->decode_error);
      }
      nodes_.emplace((*node)->name.view(), &object);
      scheduler_->on_node(std::move(*node));
    }
    return std::nullopt;
  }

  std::optional<model::Error> take_pods() {
    const auto codec = client::make_pod_codec(scheduler::pod_annotation_filter());
    std::vector<std::string> others;
    for (Object& object : cluster_.pods) {
      auto decoded = decode(*codec, object);
      if (!decoded) return decoded.error();
      const model::PodRef pod =
          options_.all_pods && !is_ours(**decoded) ? as_ours(*decoded) : *decoded;
      if (pod->terminal) continue;
      if (pod->bound()) {
        take_bound(pod);
      } else if (!is_ours(*pod)) {
        others.push_back(object.full_name());
      } else if (pod->terminating) {
        warn("Pod " + object.full_name() + " is being deleted: not tried");
      } else {
        std::string impossible;
        if (pod->decode_error.empty()) impossible = impossible_request(object.json);
        candidates_.push_back(Candidate{pod, std::move(object), std::move(impossible)});
      }
    }
    if (!others.empty()) {
      const bool one = others.size() == 1;
      warn(std::to_string(others.size()) + (one ? " pod has" : " pods have") +
           " another schedulerName than " + our_names() + " and " + (one ? "is" : "are") +
           " not tried (--all-pods tries them): " + others.front() + (one ? "" : ", ..."));
    }
    return std::nullopt;
  }

  void take_bound(const model::PodRef& pod) {
    if (!nodes_.contains(pod->node_name.view())) {
      warn("Pod " + pod->full_name() + " is bound to node " + pod->node_name.str() +
           ", which is not in the input: it counts nowhere");
    }
    scheduler_->on_pod(pod);
  }

  [[nodiscard]] model::PodRef as_ours(const model::PodRef& pod) const {
    auto ours = std::make_shared<model::Pod>(*pod);
    ours->scheduler_name = our_names_.front();
    return ours;
  }

  [[nodiscard]] bool is_ours(const model::Pod& pod) const {
    return std::ranges::find(our_names_, pod.scheduler_name) != our_names_.end();
  }

  [[nodiscard]] std::string our_names() const {
    std::string list;
    for (const auto& name : our_names_) list += (list.empty() ? "" : ", ") + name.str();
    return list;
  }

  void schedule() {
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
      return std::tuple(-std::int64_t{a.pod->priority}, a.object.created) <
             std::tuple(-std::int64_t{b.pod->priority}, b.object.created);
    });
    for (const Candidate& candidate : candidates_) {
      if (candidate.impossible.empty()) scheduler_->on_pod(candidate.pod);
    }
    while (scheduler_->decide_one()) api_.answer_all(*scheduler_);
  }

  // What became of one pod.
  void tell(Candidate& candidate) {
    Tried tried;
    tried.pod = std::move(candidate.object);
    json::object& pod = tried.pod.json;
    const Api::Written& written = api_.written(candidate.pod->uid);
    if (written.binding) {
      tried.node = written.binding->node_name.str();
      bind(pod, *written.binding);
      tried.ids = text_at(pod, {"metadata", "annotations", scheduler::neuron_keys::kIds});
      tried.in_cores =
          !text_at(pod, {"metadata", "annotations", scheduler::neuron_keys::kResourceType}).empty();
    } else if (!candidate.impossible.empty()) {
      tried.reason = candidate.impossible;
      set_scheduled_condition(pod, "False", "Unschedulable", tried.reason, cluster_.now);
    } else if (!candidate.pod->waiting->scheduling_gates.empty()) {
      // As the API server says it when such a pod is created.
      tried.reason = "Scheduling is blocked due to non-empty scheduling gates";
      set_scheduled_condition(pod, "False", "SchedulingGated", tried.reason, cluster_.now);
    } else if (written.condition) {
      tried.reason = written.condition->message;
      set_scheduled_condition(pod, "False", written.condition->reason, tried.reason, cluster_.now);
    } else {
      // It shows this already.
      tried.reason = candidate.pod->waiting->scheduled_condition_message;
    }
    outcome_.pods.push_back(std::move(tried));
  }

  // What an API server does for a Binding (pkg/registry/core/pod/storage).
  void bind(json::object& pod, const model::Binding& binding) {
    if (json::object* spec = make_object(pod, "spec")) {
      (*spec)["nodeName"] = binding.node_name.view();
    }
    json::object& metadata = pod["metadata"].get_object();
    if (!binding.annotations.empty()) {
      if (json::object* annotations = make_object(metadata, "annotations")) {
        for (const auto& [key, value] : binding.annotations) (*annotations)[key] = value;
      }
    }
    for (const char* const key : kTopologyLabels) {
      const json::object& node = nodes_.at(binding.node_name.view())->json;
      const std::string_view value = text_at(node, {"metadata", "labels", key});
      json::object* labels = value.empty() ? nullptr : make_object(metadata, "labels");
      if (labels != nullptr) (*labels)[key] = value;
    }
    if (json::object* status = make_object(pod, "status")) status->erase("nominatedNodeName");
    set_scheduled_condition(pod, "True", "", "", cluster_.now);
  }

  void warn(std::string text) { outcome_.warnings.push_back(std::move(text)); }

  Cluster cluster_;
  const RunOptions& options_;
  const StandingClock clock_;
  Api api_;
  Notices notices_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;  // After what it refers to.
  std::vector<model::Name> our_names_;
  std::unordered_map<std::string_view, const Object*> nodes_;
  std::vector<Candidate> candidates_;
  Outcome outcome_;
};

}  // namespace

model::Result<Outcome> run(Cluster cluster, const RunOptions& options) {
  return Run(std::move(cluster), options).run();
}

}  // namespace neuron_scheduler::simulate
