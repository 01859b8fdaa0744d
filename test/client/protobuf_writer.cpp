#include "test/client/protobuf_writer.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "cluster/client/protobuf_json.hpp"
#include "cluster/client/protobuf_schema.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::test {
namespace {

namespace json = boost::json;
using client::protobuf::Field;
using client::protobuf::FieldShape;
using client::protobuf::FieldType;
using client::protobuf::Schema;
using protozero::pbf_writer;

// The JSON cannot come from an API server.
struct NotSendable : std::runtime_error {
  using runtime_error::runtime_error;
};

std::string text_of(const json::value& value) {
  if (!value.is_string()) throw NotSendable("no text");
  return std::string(value.get_string());
}

const json::object& object_of(const json::value& value) {
  if (!value.is_object()) throw NotSendable("no object");
  return value.get_object();
}

std::string message_of(const json::object& object, const Schema& schema);

std::string time_of(const json::value& value) {
  const auto time = model::parse_time(text_of(value));
  if (!time) throw NotSendable("no time");
  std::string bytes;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch());
  pbf_writer(bytes).add_int64(1, seconds.count());
  return bytes;
}

// Of an element of a list, a value of a map, or a message.
std::string element_of(const json::value& value, const Field& field) {
  switch (field.type) {
    case FieldType::kMessage:
      return message_of(object_of(value), *field.schema);
    case FieldType::kPresence:
      return (void)object_of(value), "";
    case FieldType::kQuantity: {
      std::string bytes;
      pbf_writer(bytes).add_string(1, value.is_int64() ? json::serialize(value) : text_of(value));
      return bytes;
    }
    case FieldType::kTime:
      return time_of(value);
    default:
      return text_of(value);
  }
}

void add_one(pbf_writer& writer, const json::value& value, const Field& field) {
  if (field.type == FieldType::kInteger) {
    if (!value.is_int64()) throw NotSendable("no integer");
    writer.add_int64(field.number, value.get_int64());
  } else if (field.type == FieldType::kBoolean) {
    if (!value.is_bool()) throw NotSendable("no boolean");
    writer.add_bool(field.number, value.get_bool());
  } else {
    writer.add_string(field.number, element_of(value, field));
  }
}

void add(pbf_writer& writer, const json::value& value, const Field& field) {
  if (field.shape == FieldShape::kOne) return add_one(writer, value, field);
  if (field.shape == FieldShape::kList) {
    if (!value.is_array()) throw NotSendable("no array");
    for (const json::value& element : value.get_array()) {
      writer.add_string(field.number, element_of(element, field));
    }
    return;
  }
  for (const auto& [key, of_key] : object_of(value)) {
    std::string entry;
    pbf_writer entry_writer(entry);
    entry_writer.add_string(1, std::string(key));
    entry_writer.add_string(2, element_of(of_key, field));
    writer.add_string(field.number, entry);
  }
}

const Field* named(const Schema& schema, std::string_view name) {
  const auto found = std::ranges::find(schema.fields, name, &Field::name);
  return found == schema.fields.end() ? nullptr : &*found;
}

// The fields of the object that are not the outer message's own.
std::string inlined_of(const json::object& object, const Schema& outer, const Schema& schema) {
  std::string bytes;
  pbf_writer writer(bytes);
  constexpr std::uint32_t kOfNobody = 99;
  for (const auto& [name, value] : object) {
    if (named(outer, name) != nullptr || value.is_null()) continue;
    if (const Field* field = named(schema, name)) {
      add(writer, value, *field);
    } else {
      writer.add_string(kOfNobody, "");
    }
  }
  return bytes;
}

std::string message_of(const json::object& object, const Schema& schema) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const Field& field : schema.fields) {
    if (field.type == FieldType::kInlined) {
      writer.add_string(field.number, inlined_of(object, schema, *field.schema));
    } else if (const auto* value = object.if_contains(field.name);
               value != nullptr && !value->is_null()) {
      add(writer, *value, field);
    }
    writer.add_fixed64(1000 + field.number, 7);
    writer.add_string(2000 + field.number, "of nobody");
  }
  return bytes;
}

const Schema& schema_of(std::string_view kind) {
  const Schema* schema = client::protobuf::schema_of(kind);
  if (schema == nullptr) throw NotSendable("of an unknown kind");
  return *schema;
}

std::string enveloped(std::string_view kind, const std::string& message) {
  std::string type;
  pbf_writer(type).add_string(1, "v1");
  pbf_writer(type).add_string(2, std::string(kind));
  std::string bytes(client::protobuf::kMagic);
  pbf_writer writer(bytes);
  writer.add_string(1, type);
  writer.add_string(2, message);
  writer.add_string(3, "");
  writer.add_string(4, "");
  return bytes;
}

std::string body_of(const json::value& value) {
  const json::object& object = object_of(value);
  const auto* kind = object.if_contains("kind");
  if (kind == nullptr) throw NotSendable("without a kind");
  return enveloped(text_of(*kind), message_of(object, schema_of(text_of(*kind))));
}

std::string list_of(const json::value& value, std::string_view kind) {
  const json::object& list = object_of(value);
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, message_of(object_of(list.at("metadata")), schema_of("ListMeta")));
  for (const json::value& item : list.at("items").as_array()) {
    const auto* of_item = object_of(item).if_contains("kind");
    if (of_item != nullptr && text_of(*of_item) != kind) throw NotSendable("of two kinds");
    writer.add_string(2, message_of(object_of(item), schema_of(kind)));
  }
  return enveloped(std::string(kind) + "List", bytes);
}

std::string event_of(const json::value& value) {
  std::string object;
  pbf_writer(object).add_string(1, body_of(object_of(value).at("object")));
  std::string event;
  pbf_writer(event).add_string(1, text_of(object_of(value).at("type")));
  pbf_writer(event).add_string(2, object);
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>((event.size() >> shift) & 0xFFU);
  }
  return bytes + event;
}

template <class Write>
std::optional<std::string> if_sendable(const std::string& text, Write&& write) {
  try {
    return write(json::parse(text));
  } catch (const NotSendable&) {
    return std::nullopt;
  } catch (const boost::system::system_error&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> protobuf_body(const std::string& json) {
  return if_sendable(json, body_of);
}

std::optional<std::string> protobuf_list(const std::string& json, std::string_view kind) {
  return if_sendable(json, [&](const json::value& value) { return list_of(value, kind); });
}

std::optional<std::string> protobuf_event(const std::string& json) {
  return if_sendable(json, event_of);
}

}  // namespace neuron_scheduler::test
