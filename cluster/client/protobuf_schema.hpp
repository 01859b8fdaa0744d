#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// What is read of the API's protobuf messages, and under which names JSON has it: the numbers are
// those of generated.proto in k8s.io/api/core/v1 and k8s.io/apimachinery (1.37), which never
// change. Fields that nobody here reads are left out.
namespace neuron_scheduler::client::protobuf {

enum class FieldType : std::uint8_t {
  kText,
  kInteger,
  kBoolean,
  kTime,      // A message of seconds and nanoseconds; JSON: RFC 3339.
  kQuantity,  // A message of one string; JSON: that string.
  kMessage,
  kInlined,   // A message whose fields JSON has in the object around it.
  kPresence,  // A message of which it only matters that it is there; JSON: {}.
};

enum class FieldShape : std::uint8_t { kOne, kList, kMap };  // Maps: their keys are texts.

struct Schema;

struct Field {
  std::uint32_t number = 0;
  std::string_view name;
  FieldType type = FieldType::kText;
  FieldShape shape = FieldShape::kOne;
  const Schema* schema = nullptr;  // kMessage, kInlined
};

struct Schema {
  static constexpr std::size_t kFieldsMax = 64;

  std::span<const Field> fields;
  // Fields that are not listed are presences, too, under a name that JSON does not have.
  bool shows_others = false;
};

// Of Pod, Node, Namespace, Status and ListMeta; null for any other kind.
[[nodiscard]] const Schema* schema_of(std::string_view kind);

}  // namespace neuron_scheduler::client::protobuf
