#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/patch.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::size_t kOperationsMax = 10'000;
constexpr std::size_t kCopiedBytesMax = std::size_t{3} * 1024 * 1024;
constexpr std::size_t kDepthMax = 100;  // Of the target: what walks it later is recursive.
// Values looked at or shifted, by all operations: less than a second's.
constexpr std::size_t kWorkMax = std::size_t{64} * 1024 * 1024;

// Adds to work what it looks at.
std::size_t depth_of(const json::value& value, std::size_t& work) {
  std::size_t deepest = 0;
  ++work;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) deepest = std::max(deepest, depth_of(member.value(), work));
  } else if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) deepest = std::max(deepest, depth_of(item, work));
  } else {
    return 0;
  }
  return deepest + 1;
}

std::string decoded_key(std::string_view part) {
  std::string key;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char next = i + 1 < part.size() ? part[i + 1] : '\0';
    if (part[i] == '~' && (next == '0' || next == '1')) {
      key += next == '1' ? '/' : '~';
      ++i;
    } else {
      key += part[i];
    }
  }
  return key;
}

// As Go's Atoi, then negative ones count from the end; nullopt: not below size.
std::optional<std::size_t> index_of(std::string_view key, std::size_t size) {
  if (key.starts_with('+')) key.remove_prefix(1);
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc{} || end != key.data() + key.size()) return std::nullopt;
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (index < 0 || std::cmp_greater_equal(index, size)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

// Where an operation works: a member of an object or an element of an array.
struct Location {
  json::value* holder = nullptr;  // An object or array; null: there is no such path.
  std::string key;
  std::size_t depth = 0;  // Of the holder.
};

Location locate(json::value& target, std::string_view path) {
  std::vector<std::string_view> parts = split(path, '/');
  if (parts.size() < 2) return {};
  json::value* holder = &target;
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const std::string key = decoded_key(parts[i]);
    if (auto* object = holder->if_object()) {
      holder = object->if_contains(key);
    } else {
      auto& array = holder->get_array();
      const auto index = index_of(key, array.size());
      holder = index ? &array[*index] : nullptr;
    }
    if (holder == nullptr || !(holder->is_object() || holder->is_array())) return {};
  }
  return {holder, decoded_key(parts.back()), parts.size() - 1};
}

// Null: there is nothing.
json::value* find(const Location& at) {
  if (at.holder == nullptr) return nullptr;
  if (auto* object = at.holder->if_object()) return object->if_contains(at.key);
  auto& array = at.holder->get_array();
  const auto index = index_of(at.key, array.size());
  return index ? &array[*index] : nullptr;
}

class JsonPatch {
 public:
  explicit JsonPatch(json::value& target) : target_(target) {}

  bool apply(const json::object& operation) {
    if (work_ > kWorkMax) return false;
    const std::string_view op = text_in(operation, "op");
    const auto* path_value = operation.if_contains("path");
    if (path_value == nullptr || !path_value->is_string()) return false;
    const std::string_view path = text_of(*path_value);
    const auto* given = operation.if_contains("value");
    const json::value value = given == nullptr ? json::value(nullptr) : *given;
    if (op == "add") return add(locate(target_, path), value);
    if (op == "remove") return remove(locate(target_, path));
    if (op == "replace") return replace(path, value);
    if (op == "test") return test(path, value);
    if (op == "move" || op == "copy") return transfer(operation, op == "move", path);
    return false;
  }

 private:
  bool fits(std::size_t depth, const json::value& value) {
    return depth + depth_of(value, work_) <= kDepthMax;
  }

  bool add(const Location& at, json::value value) {
    if (at.holder == nullptr || !fits(at.depth, value)) return false;
    if (auto* object = at.holder->if_object()) {
      (*object)[at.key] = std::move(value);
      return true;
    }
    auto& array = at.holder->get_array();
    const auto index =
        at.key == "-" ? std::optional(array.size()) : index_of(at.key, array.size() + 1);
    if (!index) return false;
    work_ += array.size() - *index;
    array.insert(array.begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return true;
  }

  bool remove(const Location& at) {
    if (find(at) == nullptr) return false;
    if (auto* object = at.holder->if_object()) {
      object->erase(at.key);
      return true;
    }
    auto& array = at.holder->get_array();
    const std::size_t index = index_of(at.key, array.size()).value_or(0);
    work_ += array.size() - index;
    array.erase(array.begin() + static_cast<std::ptrdiff_t>(index));
    return true;
  }

  bool replace(std::string_view path, const json::value& value) {
    if (path.empty()) {
      if (!value.is_object() && !value.is_array()) return false;
      if (!fits(0, value)) return false;
      target_ = value;
      return true;
    }
    const Location at = locate(target_, path);
    if (at.holder == nullptr) return false;
    if (at.holder->is_object()) return add(at, value);
    json::value* found = find(at);
    if (found == nullptr || !fits(at.depth, value)) return false;
    *found = value;
    return true;
  }

  bool test(std::string_view path, const json::value& value) {
    if (path.empty()) return target_ == value;
    const Location at = locate(target_, path);
    if (at.holder == nullptr) return false;
    const json::value* found = find(at);
    if (found == nullptr) return at.holder->is_object() && value.is_null();
    return *found == value;
  }

  bool transfer(const json::object& operation, bool move, std::string_view path) {
    const auto* from = operation.if_contains("from");
    if (from == nullptr || !from->is_string()) return false;
    const Location source = locate(target_, text_of(*from));
    json::value* found = find(source);
    if (found == nullptr) return false;
    if (move) {
      // It keeps its storage, the target's own, so nothing in it is copied.
      json::value value = std::move(*found);
      return remove(source) && add(locate(target_, path), std::move(value));
    }
    copied_bytes_ += json::serialize(*found).size();
    if (copied_bytes_ > kCopiedBytesMax) return false;
    return add(locate(target_, path), json::value(*found, target_.storage()));
  }

  json::value& target_;
  std::size_t copied_bytes_ = 0;
  std::size_t work_ = 0;
};

std::string_view type_name(const json::value& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  return value.is_number() ? "number" : "bool";
}

Status not_decoded(const json::value& value, std::string_view go_type) {
  return bad_request("error decoding patch: json: cannot unmarshal " +
                     std::string(type_name(value)) + " into Go " + std::string(go_type));
}

Answer<void> check(const json::array& operations) {
  for (const json::value& value : operations) {
    const auto* operation = value.if_object();
    if (operation == nullptr) return not_decoded(value, "value of type handlers.jsonPatchOp");
    for (const std::string_view key : {"op", "path", "from"}) {
      const auto* member = operation->if_contains(key);
      if (member != nullptr && !member->is_string() && !member->is_null()) {
        return not_decoded(*member,
                           "struct field jsonPatchOp." + std::string(key) + " of type string");
      }
    }
  }
  return {};
}

}  // namespace

Answer<void> json_patch(json::value& target, const json::value& patch) {
  const auto* operations = patch.if_array();
  if (operations == nullptr) return not_decoded(patch, "value of type []handlers.jsonPatchOp");
  if (operations->size() > kOperationsMax) {
    Status status = body_too_large(0);
    status.message =
        "Request entity too large: The allowed maximum operations in a JSON patch is "
        "10000, got " +
        std::to_string(operations->size());
    return status;
  }
  if (auto valid = check(*operations); !valid) return valid;
  JsonPatch work(target);
  for (const json::value& operation : *operations) {
    if (!work.apply(operation.get_object())) return unprocessable();
  }
  return {};
}

}  // namespace neuron_scheduler::embedded
