#include "test/scheduler/plugins/neuron_rules/world.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "cluster/client/codec.hpp"
#include "cmd/manifest/manifest.hpp"
#include "cmd/neuron-scheduler/config/configuration.hpp"
#include "cmd/neuron-scheduler/simulate/json_path.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::test::rules {
namespace {

namespace json = boost::json;

scheduler::SchedulerOptions options_of(const std::string& config) {
  scheduler::SchedulerOptions options;
  if (config.empty()) return options;
  auto read = config::read_text(config, "config");
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  if (read) options.profiles = read->profiles;
  return options;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string container(const std::string& name, const std::string& resources,
                      const std::string& more) {
  constexpr std::string_view kDomain = "aws.amazon.com/";
  std::string full = resources;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (std::size_t at = full.find("neuron"); at != std::string::npos;) {
    const auto end =
        std::find_if_not(full.begin() + static_cast<std::ptrdiff_t>(at), full.end(), is_letter);
    const bool is_name = end != full.end() && *end == ':';
    if (is_name) full.insert(at, kDomain);
    at = full.find("neuron", at + (is_name ? kDomain.size() : 0) + 1);
  }
  return "{name: " + name + more + ", resources: {limits: {" + full + "}}}";
}

// Whether text is what `want` says (Step).
void expect_text(const std::string& text, std::string want) {
  const std::string dots = "...";
  const bool open_end = want.ends_with(dots);
  if (open_end) want.resize(want.size() - dots.size());
  if (open_end && want.starts_with(dots)) {
    EXPECT_THAT(text, testing::HasSubstr(want.substr(dots.size())));
  } else if (open_end) {
    EXPECT_THAT(text, testing::StartsWith(want));
  } else {
    EXPECT_EQ(text, want);
  }
}

}  // namespace

World::World(const std::string& config) {
  auto made = scheduler::Scheduler::make(clock_, api_, observer_, options_of(config));
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  if (made) scheduler_ = std::move(*made);
}

void World::apply(const std::string& yaml) {
  auto documents = manifest::read_text(yaml, "row");
  ASSERT_TRUE(documents) << documents.error().message;
  auto cluster = simulate::make_cluster(std::move(*documents), clock_.wall());
  ASSERT_TRUE(cluster) << cluster.error().message;
  const auto codec = client::make_node_codec(scheduler::node_annotation_filter());
  for (const auto& object : cluster->nodes) {
    auto node = codec->decode(json::serialize(object.json));
    ASSERT_TRUE(node) << node.error().message;
    scheduler_->on_node(std::move(*node));
  }
  for (const auto& object : cluster->pods) apply_pod(object);
}

void World::apply_pod(const simulate::Object& object) {
  const auto codec = client::make_pod_codec(scheduler::pod_annotation_filter());
  auto pod = codec->decode(json::serialize(object.json));
  ASSERT_TRUE(pod) << pod.error().message;
  pods_.insert_or_assign(object.name(), object);
  scheduler_->on_pod(*pod);
}

void World::remove(const std::string& what) {
  const std::string name = what.substr(what.find(' ') + 1);
  if (what.starts_with("node ")) {
    scheduler_->on_node_removed(model::Name(name));
    return;
  }
  const auto found = pods_.find(name);
  ASSERT_NE(found, pods_.end()) << what;
  const auto uid = simulate::text_at(found->second.json, {"metadata", "uid"});
  scheduler_->on_pod_removed({std::string(uid)});
  pods_.erase(found);
}

// Every binding is carried out, and the watch tells of it.
void World::decide() {
  while (scheduler_->decide_one()) {
    const auto sent = std::exchange(api_.sent, {});
    for (const auto& binding : sent) {
      scheduler_->on_bind_answer(binding, {model::BindEnd::kDone, "", {}});
      simulate::Object object = pods_.at(binding.pod_name);
      (*simulate::make_object(object.json, "spec"))["nodeName"] = binding.node_name.view();
      json::object& metadata = *simulate::make_object(object.json, "metadata");
      json::object& annotations = *simulate::make_object(metadata, "annotations");
      for (const auto& [key, value] : binding.annotations) annotations[key] = value;
      apply_pod(object);
    }
  }
}

std::string World::ask(const std::string& yaml) {
  const std::size_t conditions_before = api_.conditions.size();
  const auto known = pods_;
  apply(yaml);
  decide();
  std::string name;
  for (const auto& [one, object] : pods_) {
    if (!known.contains(one)) name = one;
  }
  if (name.empty()) return "not one new pod";
  const json::object& object = pods_.at(name).json;
  const std::string node(simulate::text_at(object, {"spec", "nodeName"}));
  if (!node.empty()) {
    const auto ids = annotation(name, "AWS_NEURON_IDS");
    return ids == "(none)" ? node : node + ": " + ids;
  }
  std::string message = "no message";
  if (api_.conditions.size() > conditions_before) message = api_.conditions.back().message;
  remove("pod " + name);
  return message;
}

std::string World::annotation(const std::string& pod, const std::string& key) const {
  const auto found = pods_.find(pod);
  if (found == pods_.end()) return "(no such pod)";
  const json::value* value = simulate::find(found->second.json, {"metadata", "annotations", key});
  return value == nullptr ? "(none)" : std::string(value->as_string());
}

std::string World::told() const {
  std::ostringstream text;
  for (const auto& one : api_.events) {
    text << one.event.reason << ' ' << one.pod << ' ' << one.event.note << '\n';
  }
  for (const auto& notice : observer_.notices) text << notice << '\n';
  return text.str();
}

std::string node(const std::string& name, const std::string& type, int devices, int cores,
                 const std::string& metadata, const std::string& status) {
  std::string amounts;
  if (devices >= 0) amounts += ", aws.amazon.com/neuron: " + std::to_string(devices);
  if (cores >= 0) amounts += ", aws.amazon.com/neuroncore: " + std::to_string(cores);
  const std::string label =
      type.empty() ? "" : ", labels: {node.kubernetes.io/instance-type: " + type + "}";
  return "---\n{apiVersion: v1, kind: Node, metadata: {name: " + name + label + metadata +
         "}, status: {capacity: {cpu: 64, memory: 64Gi, pods: 100" + amounts + "}" + status +
         "}}\n";
}

std::string pod(const std::string& name, const std::string& containers, const std::string& metadata,
                const std::string& spec) {
  std::string inits;
  std::string apps;
  std::istringstream parts(containers);
  int number = 0;
  for (std::string part; std::getline(parts, part, '|');) {
    part = trimmed(part);
    const bool init = part.starts_with("init");
    const bool sidecar = part.starts_with("sidecar");
    if (init || sidecar) part = trimmed(part.substr(part.find(' ') + 1));
    std::string& list = init || sidecar ? inits : apps;
    if (!list.empty()) list += ", ";
    list +=
        container("c" + std::to_string(++number), part, sidecar ? ", restartPolicy: Always" : "");
  }
  return "---\n{apiVersion: v1, kind: Pod, metadata: {name: " + name + metadata +
         "}, spec: {schedulerName: neuron-scheduler, " + spec + "initContainers: [" + inits +
         "], containers: [" + apps + "]}}\n";
}

std::string bound(const std::string& name, const std::string& node, const std::string& containers,
                  const Annotations& annotations, const std::string& metadata) {
  return pod(name, containers, annotated(annotations) + metadata, "nodeName: " + node + ", ");
}

std::string annotated(const Annotations& annotations) {
  if (annotations.empty()) return "";
  std::string list;
  for (const auto& [key, value] : annotations) {
    list += (list.empty() ? "" : ", ") + key + ": \"" + value + '"';
  }
  return ", annotations: {" + list + "}";
}

std::string neuron_args(const std::string& arguments) {
  return "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
         "profiles:\n- schedulerName: neuron-scheduler\n  pluginConfig:\n"
         "  - name: Neuron\n    args: {" +
         arguments + "}\n";
}

Step there_is(std::string yaml) { return {Step::Kind::kApply, std::move(yaml), "", ""}; }
Step gone(std::string what) { return {Step::Kind::kRemove, std::move(what), "", ""}; }
Step asks(std::string pod_yaml, std::string want) {
  return {Step::Kind::kAsk, std::move(pod_yaml), "", std::move(want)};
}
Step has(std::string pod, std::string key, std::string want) {
  return {Step::Kind::kAnnotation, std::move(pod), std::move(key), std::move(want)};
}
Step told(std::string want) { return {Step::Kind::kTold, "", "", std::move(want)}; }
Step not_told(std::string part) { return {Step::Kind::kNotTold, "", "", std::move(part)}; }

void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.id; }

void expect_rule(const Rule& rule) {
  World world(rule.config);
  for (const Step& step : rule.steps) {
    SCOPED_TRACE(rule.id + ", step " + std::to_string(&step - rule.steps.data() + 1) + ": " +
                 step.what);
    switch (step.kind) {
      case Step::Kind::kApply:
        world.apply(step.what);
        break;
      case Step::Kind::kRemove:
        world.remove(step.what);
        break;
      case Step::Kind::kAsk:
        expect_text(world.ask(step.what), step.want);
        break;
      case Step::Kind::kAnnotation:
        expect_text(world.annotation(step.what, step.key), step.want);
        break;
      case Step::Kind::kTold:
        EXPECT_THAT(world.told(), testing::HasSubstr(step.want));
        break;
      case Step::Kind::kNotTold:
        EXPECT_THAT(world.told(), testing::Not(testing::HasSubstr(step.want)));
        break;
    }
  }
}

}  // namespace neuron_scheduler::test::rules
