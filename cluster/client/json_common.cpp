#include <algorithm>

#include "cluster/client/json_objects.hpp"

namespace neuron_scheduler::client::json {

model::Name name_of(const Value& value) { return model::Name(value.text(kNameBytesMax)); }

std::string object_name_of(const Value& value) {
  const std::string_view text = value.text(kNameBytesMax);
  const bool usable =
      text != "." && text != ".." && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
      });
  if (!usable) value.fail(quoted(text) + " is not a name");
  return std::string(text);
}

void read_labels(const Value& map, model::Labels& labels) {
  map.each_entry([&](std::string_view key, const Value& value) {
    labels.set(model::Name(key), model::Name(value.text()));
  });
}

void read_annotations(const Value& map, const model::AnnotationFilter& filter,
                      model::Annotations& annotations) {
  map.each_entry([&](std::string_view key, const Value& value) {
    if (!filter.wants(key)) return;
    annotations.set(model::Name(key), value.text(filter.value_bytes_max));
  });
  annotations.shrink();
}

model::ResourceList resource_list(const Value& map) {
  model::ResourceList list;
  map.each_entry([&](std::string_view key, const Value& value) {
    if (!value.exists() || !value.count_resource()) return;
    const model::Name name(key);
    const model::Quantity amount = value.quantity();
    const auto known = std::find_if(list.begin(), list.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (known == list.end()) {
      list.emplace_back(name, amount);
    } else {
      known->second = amount;
    }
  });
  return list;
}

model::ResourceList extended_of(const model::ResourceList& list) {
  model::ResourceList extended;
  std::copy_if(list.begin(), list.end(), std::back_inserter(extended),
               [](const auto& entry) { return model::is_extended_resource(entry.first.view()); });
  return extended;
}

std::optional<model::TaintEffect> taint_effect(const Value& value) {
  const std::string_view text = value.text();
  if (text == "NoSchedule") return model::TaintEffect::kNoSchedule;
  if (text == "PreferNoSchedule") return model::TaintEffect::kPreferNoSchedule;
  if (text == "NoExecute") return model::TaintEffect::kNoExecute;
  value.fail(quoted(text) + " is not a taint effect");
  return std::nullopt;
}

}  // namespace neuron_scheduler::client::json
