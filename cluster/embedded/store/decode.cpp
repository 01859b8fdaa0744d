#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/quantity_text.hpp"
#include "cluster/embedded/store/schema.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/time_text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::size_t kFieldsMax = 64;
constexpr std::size_t kUnknownMax = 100;
constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();

// Where decoding is: a field of a struct, or an element of a list in it.
struct Place {
  const Place* up;
  const TypeInfo* holder;
  const FieldInfo* field;
  std::size_t index = kNoIndex;
};

std::string path_of(const Place* place, bool indices) {
  std::string path;
  for (; place != nullptr; place = place->up) {
    std::string part(place->field->name);
    if (indices && place->index != kNoIndex) {
      part.append("[").append(std::to_string(place->index)).append("]");
    }
    if (!path.empty()) part.append(".").append(path);
    path = std::move(part);
  }
  return path;
}

std::string go_type(const FieldInfo& field, Shape shape) {
  std::string name;
  switch (field.kind) {
    case FieldKind::kBool:
      name = "bool";
      break;
    case FieldKind::kInt32:
    case FieldKind::kIntOrString:
      name = "int32";
      break;
    case FieldKind::kInt64:
      name = "int64";
      break;
    case FieldKind::kStruct:
      name = "v1." + std::string(field.type->name);
      break;
    case FieldKind::kQuantity:
      name = "resource.Quantity";
      break;
    default:
      name = "string";
  }
  if (shape == Shape::kList) return "[]" + name;
  return shape == Shape::kMap ? "map[string]" + name : name;
}

std::string number_text(const json::value& value) {
  std::array<char, 40> buffer{};
  std::to_chars_result result{};
  if (const auto* real = value.if_double()) {
    result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *real);
    std::string text(buffer.data(), result.ptr);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  if (const auto* natural = value.if_uint64()) return std::to_string(*natural);
  return std::to_string(value.get_int64());
}

std::string_view json_type(const json::value& value) {
  if (value.is_string()) return "string";
  if (value.is_number()) return "number";
  if (value.is_bool()) return "bool";
  return value.is_array() ? "array" : "object";
}

bool is_zero(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::string:
      return value.get_string().empty();
    case json::kind::array:
      return value.get_array().empty();
    case json::kind::object:
      return value.get_object().empty();
    default:
      return false;
  }
}

json::value zero_of(const FieldInfo& field);

json::object zero_struct(const TypeInfo& type) {
  json::object object;
  for (const FieldInfo& field : type.fields) {
    if (field.written) object.emplace(field.name, zero_of(field));
  }
  return object;
}

// What an unset field that is written is written as.
json::value zero_of(const FieldInfo& field) {
  if (field.zero == Zero::kKept || field.shape != Shape::kOne) return nullptr;
  switch (field.kind) {
    case FieldKind::kString:
      return "";
    case FieldKind::kBool:
      return false;
    case FieldKind::kInt32:
    case FieldKind::kInt64:
    case FieldKind::kIntOrString:
      return 0;
    case FieldKind::kQuantity:
      return "0";
    case FieldKind::kStruct:
      return zero_struct(*field.type);
    default:
      return nullptr;
  }
}

// One object's decoding. The functions return false once error is set.
class Decoder {
 public:
  bool decode_struct(const TypeInfo& type, json::object& object, const Place* up) {
    std::array<json::value*, kFieldsMax> found{};
    for (auto& member : object) {
      const std::string_view key(member.key().data(), member.key().size());
      const FieldInfo* field = type.find(key);
      if (field == nullptr) {
        note_unknown(key, up);
        continue;
      }
      if (!decode_field(type, *field, member.value(), up)) return false;
      found[static_cast<std::size_t>(field - type.fields.data())] = &member.value();
    }
    json::object next(object.storage());
    next.reserve(object.size());
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      const FieldInfo& field = type.fields[i];
      json::value* value = found[i];
      const bool keep = value != nullptr && !value->is_null() &&
                        (field.zero == Zero::kKept || field.written ||
                         field.kind == FieldKind::kAny || !is_zero(*value));
      if (keep) {
        next.emplace(field.name, std::move(*value));
      } else if (field.written) {
        next.emplace(field.name, zero_of(field));
      }
    }
    object = std::move(next);
    return true;
  }

  std::string error;
  std::vector<std::string> unknown;  // Paths, at most kUnknownMax.

 private:
  void note_unknown(std::string_view key, const Place* up) {
    if (unknown.size() >= kUnknownMax) return;
    const std::string path = path_of(up, true);
    unknown.push_back(path.empty() ? std::string(key) : path + "." + std::string(key));
  }

  bool decode_field(const TypeInfo& type, const FieldInfo& field, json::value& value,
                    const Place* up) {
    if (value.is_null()) return true;
    Place place{up, &type, &field};
    if (field.shape == Shape::kOne) return decode_one(value, place);
    if (field.shape == Shape::kMap) {
      auto* map = value.if_object();
      if (map == nullptr) return wrong_type(value, place, Shape::kMap);
      return std::ranges::all_of(
          *map, [&](auto& member) { return decode_element(member.value(), place); });
    }
    auto* list = value.if_array();
    if (list == nullptr) return wrong_type(value, place, Shape::kList);
    for (place.index = 0; place.index < list->size(); ++place.index) {
      if (!decode_element((*list)[place.index], place)) return false;
    }
    return true;
  }

  // A null in a list or map is the element's zero.
  bool decode_element(json::value& value, const Place& place) {
    if (!value.is_null()) return decode_one(value, place);
    FieldInfo element = *place.field;
    element.shape = Shape::kOne;
    element.zero = Zero::kDropped;
    value = zero_of(element);
    return true;
  }

  bool decode_one(json::value& value, const Place& place) {
    const FieldInfo& field = *place.field;
    switch (field.kind) {
      case FieldKind::kString:
        return value.is_string() || wrong_type(value, place, Shape::kOne);
      case FieldKind::kBool:
        return value.is_bool() || wrong_type(value, place, Shape::kOne);
      case FieldKind::kInt32:
        return decode_integer(value, place, std::numeric_limits<std::int32_t>::max());
      case FieldKind::kInt64:
        return decode_integer(value, place, std::numeric_limits<std::int64_t>::max());
      case FieldKind::kIntOrString:
        if (value.is_string()) return true;
        return decode_integer(value, place, std::numeric_limits<std::int32_t>::max());
      case FieldKind::kQuantity:
        return decode_quantity(value);
      case FieldKind::kTime:
      case FieldKind::kMicroTime:
        return decode_time(value, place);
      case FieldKind::kStruct:
        if (auto* object = value.if_object()) return decode_struct(*field.type, *object, &place);
        return wrong_type(value, place, Shape::kOne);
      case FieldKind::kAny:
        return true;
    }
    return true;
  }

  bool decode_integer(const json::value& value, const Place& place, std::int64_t max) {
    if (const auto* number = value.if_int64()) {
      if (*number <= max && *number >= -max - 1) return true;
    }
    return wrong_type(value, place, Shape::kOne);
  }

  bool decode_quantity(json::value& value) {
    std::string number;
    std::string_view text = text_of(value);
    if (value.is_number()) text = number = number_text(value);
    auto canonical = canonical_quantity(trimmed(text));
    if (!canonical) {
      error =
          "quantities must match the regular expression "
          "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
      return false;
    }
    if (!value.is_string() || *canonical != text) value = *canonical;
    return true;
  }

  bool decode_time(json::value& value, const Place& place) {
    if (!value.is_string()) return wrong_type(value, place, Shape::kOne);
    const bool micro = place.field->kind == FieldKind::kMicroTime;
    const std::string_view text = text_of(value);
    const auto time = micro ? parse_micro_time(text) : parse_second_time(text);
    if (!time) {
      error = time.error().message;
      return false;
    }
    std::string canonical = micro ? model::format_micro_time(*time) : model::format_time(*time);
    if (canonical != text) value = canonical;
    return true;
  }

  bool wrong_type(const json::value& value, const Place& place, Shape shape) {
    const bool integral =
        place.field->kind == FieldKind::kInt32 || place.field->kind == FieldKind::kInt64;
    error = "json: cannot unmarshal " + std::string(json_type(value));
    if (integral && value.is_number() && shape == Shape::kOne) error += " " + number_text(value);
    error += " into Go struct field " + std::string(place.holder->name) + "." +
             path_of(&place, false) + " of type " + go_type(*place.field, shape);
    return false;
  }
};

Status not_handled(const TypeInfo& type, std::string_view why) {
  const std::string name(type.name);
  return bad_request(name + " in version \"v1\" cannot be handled as a " + name + ": " +
                     std::string(why));
}

}  // namespace

Answer<void> check_kind(const FaceInfo& face, json::object& object) {
  for (const std::string_view key : {"apiVersion", "kind"}) {
    const auto* value = object.if_contains(key);
    if (value != nullptr && !value->is_string() && !value->is_null()) {
      return unreadable_body(face,
                             "json: cannot unmarshal " + std::string(json_type(*value)) +
                                 " into Go struct field ." + std::string(key) + " of type string",
                             "...");
    }
  }
  const std::string_view version = text_in(object, "apiVersion");
  const std::string_view kind = text_in(object, "kind");
  if ((!version.empty() && version != api_version(face)) || (!kind.empty() && kind != face.kind)) {
    return kind_mismatch(version, kind, face);
  }
  object["kind"] = face.kind;
  object["apiVersion"] = api_version(face);
  return {};
}

Answer<void> decode(const TypeInfo& type, FieldValidation validation, json::object& object,
                    std::vector<std::string>& warnings) {
  Decoder decoder;
  if (!decoder.decode_struct(type, object, nullptr)) return not_handled(type, decoder.error);
  if (decoder.unknown.empty() || validation == FieldValidation::kIgnore) return {};
  for (std::string& path : decoder.unknown) path = "unknown field " + quoted(path);
  if (validation == FieldValidation::kStrict) {
    return not_handled(type, "strict decoding error: " + join(decoder.unknown, ", "));
  }
  std::ranges::move(decoder.unknown, std::back_inserter(warnings));
  return {};
}

Answer<void> decode_object(Face face, FieldValidation validation, json::object& object,
                           std::vector<std::string>& warnings) {
  if (auto kind = check_kind(info(face), object); !kind) return kind;
  return decode(type_of(face), validation, object, warnings);
}

}  // namespace neuron_scheduler::embedded
