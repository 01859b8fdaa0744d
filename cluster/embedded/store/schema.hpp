#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/embedded/store/status.hpp"

// The fields of the API's types, as far as the served kinds reach (api v0.37.2 core/v1, events/v1,
// coordination/v1): for decoding, strategic merge patches and OpenAPI.
namespace neuron_scheduler::embedded {

enum class FieldKind : std::uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kQuantity,
  kIntOrString,
  kTime,       // RFC 3339, whole seconds; null where unset.
  kMicroTime,  // With microseconds.
  kStruct,     // type
  kAny,        // Kept as it is (managedFields' fieldsV1).
};

enum class Shape : std::uint8_t { kOne, kList, kMap };

// Whether a zero value ("", 0, false, {}, []) that was sent is kept: a pointer in Go.
enum class Zero : std::uint8_t { kDropped, kKept };

struct TypeInfo;

struct FieldInfo {
  std::string_view name;
  FieldKind kind = FieldKind::kString;
  Shape shape = Shape::kOne;
  Zero zero = Zero::kDropped;
  bool written = false;            // When unset, too: as its zero, or null.
  const TypeInfo* type = nullptr;  // kStruct
  // Strategic merge patch (patchStrategy, patchMergeKey). A list without merge is replaced.
  bool merge = false;
  bool retain_keys = false;
  std::string_view merge_key{};  // Empty for lists of primitives.
};

struct TypeInfo {
  std::string_view package;  // "core", "events", "coordination", "meta"
  std::string_view name;     // "PodSpec"
  std::vector<FieldInfo> fields;

  // Null: there is no such field.
  [[nodiscard]] const FieldInfo* find(std::string_view field) const;
};

// Every type, in an order in which a type comes after those of its fields.
[[nodiscard]] std::span<const TypeInfo* const> all_types();
// The type of an object as this face shows it.
[[nodiscard]] const TypeInfo& type_of(Face face);
[[nodiscard]] const TypeInfo& binding_type();
[[nodiscard]] const TypeInfo& delete_options_type();

enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };

// The group, version and kind of the body, empty ones being the face's: 400 if they are others.
// Sets them in the object.
[[nodiscard]] Answer<void> check_kind(const FaceInfo& face, boost::json::object& object);

// Brings an object into the form in which a real server stores and gives it: fields of the type
// alone, in its order, zero values dropped where they are, quantities in canonical form, nulls
// gone. A value of the wrong type is a 400; an unknown field is dropped, warned about or a 400. On
// failure the object is left in some valid state.
[[nodiscard]] Answer<void> decode(const TypeInfo& type, FieldValidation validation,
                                  boost::json::object& object, std::vector<std::string>& warnings);
// check_kind and decode for an object of a face.
[[nodiscard]] Answer<void> decode_object(Face face, FieldValidation validation,
                                         boost::json::object& object,
                                         std::vector<std::string>& warnings);

}  // namespace neuron_scheduler::embedded
