#include <algorithm>
#include <limits>
#include <unordered_set>

#include "cluster/client/json_objects.hpp"

namespace neuron_scheduler::client::json {
namespace {

using model::Node;

void read_identity(const Value& root, Node& node) {
  const Value metadata = root["metadata"];
  node.name = model::Name(object_name_of(metadata["name"]));
  node.uid.text = metadata["uid"].text(kNameBytesMax);
  node.resource_version = metadata["resourceVersion"].text(kNameBytesMax);
}

void read_reports(const Value& map, const model::AnnotationFilter& filter,
                  model::Annotations& reports) {
  map.each_entry([&](std::string_view key, const Value& value) {
    if (!filter.reports.contains(key)) return;
    reports.set(model::Name(key), model::fingerprint(value.text(std::string_view::npos)));
  });
  reports.shrink();
}

void read_taints(const Value& taints, Node& node) {
  taints.each_item([&](const Value& value) {
    model::Taint taint;
    taint.key = model::Name(value["key"].text());
    taint.value = model::Name(value["value"].text());
    const Value effect = value["effect"];
    if (!effect.exists()) value.fail("has no effect");
    taint.effect = taint_effect(effect).value_or(model::TaintEffect::kNoSchedule);
    node.taints.push_back(std::move(taint));
  });
}

model::ConditionStatus condition_status(std::string_view text) {
  if (text == "True") return model::ConditionStatus::kTrue;
  if (text == "False") return model::ConditionStatus::kFalse;
  return model::ConditionStatus::kUnknown;
}

// The node reports its 50 largest images by default, with up to 5 names each.
constexpr std::size_t kImagesMax = 100;
constexpr std::size_t kImageNamesMax = 5;
constexpr std::size_t kImageNameBytesMax = 1024;

// Only scores look at images: what is too many or too long is left out and does no harm.
void read_images(const Value& images, Node& node) {
  std::unordered_set<model::Name> known;
  std::size_t count = 0;
  images.each_item([&](const Value& image) {
    if (++count > kImagesMax) return;
    const auto size = image["sizeBytes"].integer(std::numeric_limits<std::int64_t>::min(),
                                                 std::numeric_limits<std::int64_t>::max());
    std::size_t names = 0;
    image["names"].each_item([&](const Value& value) {
      const std::string_view text = value.text(std::string_view::npos);
      if (++names > kImageNamesMax || text.empty() || text.size() > kImageNameBytesMax) return;
      const model::Name name(text);
      if (known.insert(name).second) {
        node.images.push_back(
            {name, std::clamp(size, std::int64_t{0}, model::Resources::kAmountMax)});
      }
    });
  });
  node.images.shrink_to_fit();
}

void read_status(const Value& status, Node& node) {
  const model::ResourceList allocatable = resource_list(status["allocatable"]);
  node.allocatable = model::to_resources(allocatable);
  for (const auto& [name, amount] : allocatable) {
    if (name.view() == "pods") {
      node.allocatable_pods =
          std::clamp(amount.value(), std::int64_t{0}, model::Resources::kAmountMax);
    }
  }
  node.extended_allocatable = extended_of(allocatable);
  node.extended_capacity = extended_of(resource_list(status["capacity"]));
  read_images(status["images"], node);
  status["conditions"].each_item([&](const Value& value) {
    model::NodeCondition condition;
    condition.type = model::Name(value["type"].text());
    condition.status = condition_status(value["status"].text());
    condition.reason = model::Name(value["reason"].text());
    node.conditions.push_back(std::move(condition));
  });
}

}  // namespace

model::Result<model::NodeRef> decode_node(Document& document, const Value& root,
                                          const model::AnnotationFilter& filter) {
  Node identity;
  read_identity(root, identity);
  if (identity.name.empty() || identity.uid.text.empty()) {
    const std::string& problem = document.problem();
    return model::invalid("a node without metadata.name or metadata.uid" +
                          (problem.empty() ? "" : " (" + problem + ")"));
  }
  Node node = identity;
  const Value metadata = root["metadata"];
  read_labels(metadata["labels"], node.labels);
  read_annotations(metadata["annotations"], filter, node.annotations);
  read_reports(metadata["annotations"], filter, node.reports);
  const Value spec = root["spec"];
  node.unschedulable = spec["unschedulable"].boolean();
  read_taints(spec["taints"], node);
  read_status(root["status"], node);
  if (document.problem().empty()) return std::make_shared<const Node>(std::move(node));
  identity.decode_error = document.problem();
  document.forget_problem();
  return std::make_shared<const Node>(std::move(identity));
}

}  // namespace neuron_scheduler::client::json
