#include "cmd/neuron-scheduler/simulate/json_path.hpp"

#include <utility>

namespace neuron_scheduler::simulate {

namespace json = boost::json;

const json::value* find(const json::object& object, Path path) {
  const json::object* at = &object;
  const json::value* found = nullptr;
  for (const std::string_view key : path) {
    if (at == nullptr) return nullptr;
    found = at->if_contains(key);
    if (found == nullptr || found->is_null()) return nullptr;
    at = found->if_object();
  }
  return found;
}

std::string_view text_at(const json::object& object, Path path) {
  const json::value* found = find(object, path);
  const json::string* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

const json::object* object_at(const json::object& object, Path path) {
  const json::value* found = find(object, path);
  return found == nullptr ? nullptr : found->if_object();
}

const json::array* list_at(const json::object& object, Path path) {
  const json::value* found = find(object, path);
  return found == nullptr ? nullptr : found->if_array();
}

json::object* make_object(json::object& object, std::string_view key) {
  json::value& value = object[key];
  if (value.is_null()) value.emplace_object();
  return value.if_object();
}

json::array* make_list(json::object& object, std::string_view key) {
  json::value& value = object[key];
  if (value.is_null()) value.emplace_array();
  return value.if_array();
}

void set_default(json::object& object, std::string_view key, json::value value) {
  json::value& field = object[key];
  if (field.is_null()) field = std::move(value);
}

}  // namespace neuron_scheduler::simulate
