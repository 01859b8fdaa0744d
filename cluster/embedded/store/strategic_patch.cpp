#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/patch.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";
constexpr std::string_view kOrderPrefix = "$setElementOrder/";

std::string_view text(json::string_view view) { return {view.data(), view.size()}; }

// Elements of a list by their merge keys; primitives by themselves. Looked up by their JSON text.
using Keys = std::vector<std::string>;

std::unordered_map<std::string, std::size_t> positions(const Keys& keys) {
  std::unordered_map<std::string, std::size_t> result;
  for (std::size_t i = 0; i < keys.size(); ++i) result.emplace(keys[i], i);
  return result;
}

// Takes out nulls and whatever is marked by $patch. False: the value itself is to go.
bool strip(json::value& value) {
  if (auto* object = value.if_object()) {
    if (object->contains(kDirective)) return false;
    json::object kept(object->storage());
    for (auto& member : *object) {
      if (!member.value().is_null() && strip(member.value())) {
        kept.emplace(member.key(), std::move(member.value()));
      }
    }
    *object = std::move(kept);
  } else if (auto* array = value.if_array()) {
    json::array kept(array->storage());
    for (json::value& item : *array) {
      if (strip(item)) kept.push_back(std::move(item));
    }
    *array = std::move(kept);
  }
  return true;
}

std::string unknown_directive(const json::value& directive, const json::object& patch) {
  const auto* name = directive.if_string();
  return "unknown patch type: " +
         (name != nullptr ? std::string(name->data(), name->size()) : json::serialize(directive)) +
         " in map: " + json::serialize(patch);
}

std::string wrong_list(const json::value& value) {
  std::string_view type = "map[string]interface {}";
  if (value.is_string()) type = "string";
  if (value.is_number()) type = "int64";
  if (value.is_bool()) type = "bool";
  return "expected a []interface {}, but received a " + std::string(type);
}

// The functions return false once failure is set.
class StrategicMerge {
 public:
  Status failure;

  // type is null where the schema ends (maps of strings, what is kept as it comes).
  bool merge_map(json::object& original, json::object patch, const TypeInfo* type) {
    if (const auto* directive = patch.if_contains(kDirective)) {
      if (text_of(*directive) == "replace") {
        patch.erase(kDirective);
        original = std::move(patch);
        return true;
      }
      original.clear();
      return text_of(*directive) == "delete" || fail(unknown_directive(*directive, patch));
    }
    if (!retain_keys(original, patch) || !ordered_lists(original, patch, type)) return false;
    for (auto& member : patch) {
      std::string_view key = text(member.key());
      const bool deletes = key.starts_with(kDeletePrefix);
      if (deletes) key.remove_prefix(kDeletePrefix.size());
      if (!merge_member(original, key, member.value(), type, deletes)) return false;
    }
    return true;
  }

 private:
  bool fail(std::string message) {
    failure = plain_error(std::move(message));
    return false;
  }

  bool malformed(std::string_view what) {
    failure = bad_request("invalid patch format of " + std::string(what));
    return false;
  }

  bool retain_keys(json::object& original, json::object& patch) {
    const auto* directive = patch.if_contains(kRetainKeys);
    if (directive == nullptr) return true;
    const auto* list = directive->if_array();
    if (list == nullptr) return malformed("retainKeys");
    std::unordered_set<std::string> retained;
    for (const json::value& key : *list) retained.emplace(text_of(key));
    patch.erase(kRetainKeys);
    for (const auto& member : patch) {
      const std::string_view key = text(member.key());
      const bool directive_key = key.starts_with(kDeletePrefix) || key.starts_with(kOrderPrefix);
      if (!member.value().is_null() && !directive_key && !retained.contains(std::string(key))) {
        return malformed("retainKeys");
      }
    }
    json::object kept(original.storage());
    for (auto& member : original) {
      if (retained.contains(std::string(text(member.key())))) {
        kept.emplace(member.key(), std::move(member.value()));
      }
    }
    original = std::move(kept);
    return true;
  }

  bool merge_member(json::object& original, std::string_view key, json::value& change,
                    const TypeInfo* type, bool deletes) {
    if (change.is_null()) {
      original.erase(key);
      return true;
    }
    auto* existing = original.if_contains(key);
    const FieldInfo* field = type == nullptr ? nullptr : type->find(key);
    if (existing != nullptr && existing->is_object() && change.is_object()) {
      const bool typed = field != nullptr && field->shape == Shape::kOne;
      return merge_map(existing->get_object(), std::move(change.get_object()),
                       typed ? field->type : nullptr);
    }
    if (existing != nullptr && existing->is_array() && change.is_array()) {
      const bool merges = deletes || (field != nullptr && field->merge);
      if (merges) {
        return merge_list(existing->get_array(), std::move(change.get_array()), field, deletes);
      }
      *existing = std::move(change);
      return true;
    }
    if (deletes) return true;
    if (strip(change)) {
      original[key] = std::move(change);
    } else {
      original.erase(key);
    }
    return true;
  }

  // $setElementOrder/F, together with the list F of the patch.
  bool ordered_lists(json::object& original, json::object& patch, const TypeInfo* type) {
    std::vector<std::string> names;
    for (const auto& member : patch) {
      const std::string_view key = text(member.key());
      if (key.starts_with(kOrderPrefix)) names.emplace_back(key.substr(kOrderPrefix.size()));
    }
    for (const std::string& name : names) {
      const std::string directive = std::string(kOrderPrefix) + name;
      json::value order = std::move(patch[directive]);
      patch.erase(directive);
      json::value change(nullptr);
      if (auto* sent = patch.if_contains(name)) {
        change = std::move(*sent);
        patch.erase(name);
      }
      const FieldInfo* field = type == nullptr ? nullptr : type->find(name);
      if (!ordered_list(original, name, order, std::move(change), field)) return false;
    }
    return true;
  }

  bool ordered_list(json::object& original, const std::string& name, const json::value& order,
                    json::value change, const FieldInfo* field) {
    auto* existing = original.if_contains(name);
    for (const json::value* value : {&order, static_cast<const json::value*>(existing),
                                     static_cast<const json::value*>(&change)}) {
      if (value != nullptr && !value->is_null() && !value->is_array()) {
        return fail(wrong_list(*value));
      }
    }
    if (!order.is_array()) return fail("expected a []interface {}, but received a nil");
    const bool changes = change.is_array();
    if (existing == nullptr && !changes) return true;
    Keys order_keys;
    Keys live_keys;
    if (!keys_of(order.get_array(), field, order_keys)) return false;
    if (existing != nullptr && !keys_of(existing->get_array(), field, live_keys)) return false;
    if (changes && !order_fits(change.get_array(), order_keys, order, field)) return false;
    if (existing == nullptr) {
      strip(change);
      existing = &(original[name] = std::move(change));
    } else if (changes) {
      const bool merges = field != nullptr && field->merge;
      if (!merges) {
        *existing = std::move(change);
      } else if (!merge_list(existing->get_array(), std::move(change.get_array()), field, false)) {
        return false;
      }
    }
    return put_in_order(existing->get_array(), order_keys, live_keys, field);
  }

  // The elements that the patch changes must come in the order that it sets.
  bool order_fits(const json::array& change, const Keys& order_keys, const json::value& order,
                  const FieldInfo* field) {
    if (change.empty() || order_keys.empty()) return true;
    json::array plain;
    for (const json::value& item : change) {
      const auto* object = item.if_object();
      if (object == nullptr || !object->contains(kDirective)) plain.push_back(item);
    }
    Keys keys;
    if (!keys_of(plain, field, keys)) return false;
    std::size_t next = 0;
    for (const std::string& key : order_keys) {
      if (next < keys.size() && keys[next] == key) ++next;
    }
    if (next == keys.size()) return true;
    return fail("The order in patch list:\n" + json::serialize(change) + "\n doesn't match " +
                "$setElementOrder list:\n" + json::serialize(order) + "\n");
  }

  bool keys_of(const json::array& list, const FieldInfo* field, Keys& keys) {
    const std::string_view merge_key = field == nullptr ? std::string_view{} : field->merge_key;
    for (const json::value& item : list) {
      if (merge_key.empty()) {
        keys.push_back(json::serialize(item));
        continue;
      }
      const auto* object = item.if_object();
      if (object == nullptr) {
        return fail("expected a map[string]interface {}, but received a " + json::serialize(item));
      }
      const auto* key = object->if_contains(merge_key);
      if (key == nullptr) return no_merge_key(*object, merge_key);
      keys.push_back(json::serialize(*key));
    }
    return true;
  }

  bool no_merge_key(const json::object& object, std::string_view merge_key) {
    return fail("map: " + json::serialize(object) +
                " does not contain declared merge key: " + std::string(merge_key));
  }

  bool merge_list(json::array& original, json::array patch, const FieldInfo* field, bool deletes) {
    if (original.empty() && patch.empty()) return true;
    const json::kind kind = (original.empty() ? patch : original).front().kind();
    const auto differs = [kind](const json::value& item) { return item.kind() != kind; };
    if (kind == json::kind::array) return lists_of_lists();
    if (std::ranges::any_of(original, differs) || std::ranges::any_of(patch, differs)) {
      return fail("list element types are not identical: [" + json::serialize(original) + " " +
                  json::serialize(patch) + "]");
    }
    if (kind != json::kind::object) return merge_primitives(original, patch, deletes);
    if (field == nullptr || field->merge_key.empty()) {
      return fail("cannot merge lists without merge key");
    }
    return merge_structs(original, patch, *field);
  }

  bool lists_of_lists() {
    failure = unprocessable();
    return false;
  }

  bool merge_primitives(json::array& original, json::array& patch, bool deletes) {
    Keys live_keys;
    Keys patch_keys;
    if (!keys_of(original, nullptr, live_keys) || !keys_of(patch, nullptr, patch_keys)) {
      return false;
    }
    std::unordered_set<std::string> seen;
    json::array merged;
    if (deletes) seen.insert(patch_keys.begin(), patch_keys.end());
    for (std::size_t i = 0; i < original.size(); ++i) {
      const bool keep = deletes ? !seen.contains(live_keys[i]) : seen.insert(live_keys[i]).second;
      if (keep) merged.push_back(std::move(original[i]));
    }
    for (std::size_t i = 0; i < patch.size() && !deletes; ++i) {
      if (seen.insert(patch_keys[i]).second) merged.push_back(std::move(patch[i]));
    }
    original = std::move(merged);
    return deletes || put_in_order(original, patch_keys, live_keys, nullptr);
  }

  bool merge_structs(json::array& original, json::array& patch, const FieldInfo& field) {
    json::array changes;
    std::unordered_set<std::string> deleted;
    bool replaces = false;
    for (json::value& item : patch) {
      json::object& object = item.get_object();
      const auto* directive = object.if_contains(kDirective);
      if (directive == nullptr) {
        changes.push_back(std::move(item));
      } else if (text_of(*directive) == "delete") {
        const auto* key = object.if_contains(field.merge_key);
        if (key == nullptr) return no_merge_key(object, field.merge_key);
        deleted.insert(json::serialize(*key));
      } else if (text_of(*directive) == "replace") {
        replaces = true;
      } else if (text_of(*directive) == "merge") {
        return fail("merging lists cannot yet be specified in the patch");
      } else {
        return fail(unknown_directive(*directive, object));
      }
    }
    if (replaces) {
      original = std::move(changes);
      return true;
    }
    Keys live_keys;
    Keys change_keys;
    if (!keys_of(original, &field, live_keys)) return false;
    json::array merged;
    Keys keys;
    for (std::size_t i = 0; i < original.size(); ++i) {
      if (deleted.contains(live_keys[i])) continue;
      merged.push_back(std::move(original[i]));
      keys.push_back(live_keys[i]);
    }
    original = std::move(merged);
    if (!keys_of(changes, &field, change_keys)) return false;
    return merge_elements(original, changes, change_keys, keys, field) &&
           put_in_order(original, change_keys, keys, &field);
  }

  bool merge_elements(json::array& original, json::array& changes, const Keys& change_keys,
                      const Keys& live_keys, const FieldInfo& field) {
    auto places = positions(live_keys);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto [place, is_new] = places.emplace(change_keys[i], original.size());
      if (is_new) {
        original.push_back(std::move(changes[i]));
      } else if (!merge_map(original[place->second].get_object(),
                            std::move(changes[i].get_object()), field.type)) {
        return false;
      }
    }
    return true;
  }

  // First by the order of the patch; what only the server has comes where the live list had it,
  // as far as the two can be told apart.
  bool put_in_order(json::array& list, const Keys& patch_order, const Keys& live_order,
                    const FieldInfo* field) {
    Keys keys;
    if (!keys_of(list, field, keys)) return false;
    const auto in_patch = positions(patch_order);
    const auto in_live = positions(live_order);
    std::vector<std::size_t> patched;
    std::vector<std::size_t> server_only;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      (in_patch.contains(keys[i]) ? patched : server_only).push_back(i);
    }
    std::ranges::stable_sort(patched, {}, [&](std::size_t i) { return in_patch.at(keys[i]); });
    const auto live_place = [&](std::size_t i) {
      const auto found = in_live.find(keys[i]);
      return found == in_live.end() ? keys.size() + live_order.size() : found->second;
    };
    std::ranges::stable_sort(server_only, {}, live_place);
    json::array ordered(list.storage());
    ordered.reserve(list.size());
    std::size_t next = 0;
    for (const std::size_t i : patched) {
      while (next < server_only.size() && in_live.contains(keys[i]) &&
             in_live.contains(keys[server_only[next]]) &&
             live_place(server_only[next]) < live_place(i)) {
        ordered.push_back(std::move(list[server_only[next++]]));
      }
      ordered.push_back(std::move(list[i]));
    }
    for (; next < server_only.size(); ++next) {
      ordered.push_back(std::move(list[server_only[next]]));
    }
    list = std::move(ordered);
    return true;
  }
};

}  // namespace

Answer<void> strategic_merge_patch(const TypeInfo& type, json::object& target,
                                   const json::object& patch) {
  StrategicMerge merge;
  if (!merge.merge_map(target, patch, &type)) return merge.failure;
  return {};
}

}  // namespace neuron_scheduler::embedded
