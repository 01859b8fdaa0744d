#include "cluster/client/protobuf_json.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "cluster/client/json_reader.hpp"
#include "cluster/client/protobuf_schema.hpp"
#include "cluster/model/text.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client::protobuf {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

// protozero reports damage by exceptions; so do we, up to the functions of the header.
class Damaged : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

std::string_view text_of(pbf_reader& reader) {
  if (!reader.has_wire_type(pbf_wire_type::length_delimited)) {
    throw Damaged("field " + std::to_string(reader.tag()) + " is of the wrong type");
  }
  const auto view = reader.get_view();
  return {view.data(), view.size()};
}

std::uint64_t number_of(pbf_reader& reader) {
  if (!reader.has_wire_type(pbf_wire_type::varint)) {
    throw Damaged("field " + std::to_string(reader.tag()) + " is of the wrong type");
  }
  return reader.get_uint64();
}

pbf_reader reader_of(std::string_view message) { return {message.data(), message.size()}; }

// The field with this number, a text or a message, of a message in which nothing else matters.
std::string_view only_field(std::string_view message, std::uint32_t number) {
  std::string_view found;
  for (pbf_reader reader = reader_of(message); reader.next();) {
    if (reader.tag() == number) {
      found = text_of(reader);
    } else {
      reader.skip();
    }
  }
  return found;
}

class Writer {
 public:
  [[nodiscard]] std::string take() { return std::move(json_); }

  void key(std::string_view name) {
    if (json_.back() != '{') json_ += ',';
    text(name);
    json_ += ':';
  }

  void text(std::string_view value) {
    if (json_.size() + value.size() > kJsonBytesMax) throw Damaged("an object is too large");
    json_ += '"';
    std::size_t plain = 0;  // Of what was not written yet, the beginning that needs no care.
    while (plain < value.size()) {
      const auto byte = static_cast<unsigned char>(value[plain]);
      const std::size_t length = byte < 0x80U ? 1 : model::utf8_length(value.substr(plain));
      const bool special = length == 0 || byte < 0x20U || byte == '"' || byte == '\\';
      if (!special) {
        plain += length;
        continue;
      }
      json_ += value.substr(0, plain);
      if (length == 0) {
        json_ += "\xEF\xBF\xBD";
      } else {
        escape(byte);
      }
      value.remove_prefix(plain + 1);
      plain = 0;
    }
    json_ += value;
    json_ += '"';
  }

  void raw(std::string_view json) { json_ += json; }

  void fields(pbf_reader reader, const Schema& schema) {
    std::uint64_t seen = 0;
    bool more = reader.next();
    while (more) {
      const Field* field = find(schema, reader.tag());
      if (field == nullptr) {
        if (schema.shows_others) {
          key("field " + std::to_string(reader.tag()));
          json_ += "{}";
        }
        reader.skip();
        more = reader.next();
        continue;
      }
      const std::uint64_t bit = std::uint64_t{1} << (field - schema.fields.data());
      if ((seen & bit) != 0)
        throw Damaged("the field " + std::string(field->name) + " is there twice");
      seen |= bit;
      if (field->shape == FieldShape::kOne) {
        one(reader, *field);
        more = reader.next();
      } else {
        more = many(reader, *field);
      }
    }
  }

  void object(std::string_view message, const Schema& schema) {
    json_ += '{';
    fields(reader_of(message), schema);
    json_ += '}';
  }

 private:
  void escape(unsigned char byte) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    json_ += '\\';
    if (byte >= 0x20U) {
      json_ += static_cast<char>(byte);
    } else {
      json_ += "u00";
      json_ += kDigits[byte >> 4U];
      json_ += kDigits[byte & 0xFU];
    }
  }

  static const Field* find(const Schema& schema, std::uint32_t number) {
    for (const Field& field : schema.fields) {
      if (field.number == number) return &field;
    }
    return nullptr;
  }

  // JSON has no empty texts and times, either.
  void one(pbf_reader& reader, const Field& field) {
    switch (field.type) {
      case FieldType::kText:
        if (const auto value = text_of(reader); !value.empty()) {
          key(field.name);
          text(value);
        }
        return;
      case FieldType::kTime:
        if (const auto value = text_of(reader); !value.empty()) {
          key(field.name);
          time(reader_of(value));
        }
        return;
      case FieldType::kInteger:
        key(field.name);
        json_ += std::to_string(static_cast<std::int64_t>(number_of(reader)));
        return;
      case FieldType::kBoolean:
        key(field.name);
        json_ += number_of(reader) != 0 ? "true" : "false";
        return;
      case FieldType::kInlined:
        return fields(reader_of(text_of(reader)), *field.schema);
      case FieldType::kMessage:
      case FieldType::kPresence:
      case FieldType::kQuantity:
        key(field.name);
        return element(text_of(reader), field);
    }
  }

  // All that come one after the other. True: another field follows.
  bool many(pbf_reader& reader, const Field& field) {
    const bool map = field.shape == FieldShape::kMap;
    bool more = true;
    key(field.name);
    json_ += map ? '{' : '[';
    for (bool first = true; more && reader.tag() == field.number; more = reader.next()) {
      const std::string_view value = text_of(reader);
      if (map) {
        entry(value, field);
      } else {
        if (!first) json_ += ',';
        element(value, field);
      }
      first = false;
    }
    json_ += map ? '}' : ']';
    return more;
  }

  void entry(std::string_view entry, const Field& field) {
    key(only_field(entry, 1));
    element(only_field(entry, 2), field);
  }

  void element(std::string_view value, const Field& field) {
    switch (field.type) {
      case FieldType::kMessage:
        return object(value, *field.schema);
      case FieldType::kPresence:
        json_ += "{}";
        return;
      case FieldType::kQuantity:
        return text(only_field(value, 1));
      default:
        return text(value);
    }
  }

  void time(pbf_reader reader) {
    std::int64_t seconds = 0;
    while (reader.next()) {
      if (reader.tag() == 1) {
        seconds = static_cast<std::int64_t>(number_of(reader));
      } else {
        reader.skip();
      }
    }
    // Beyond what a time can be, nothing is one to the decoder.
    constexpr std::chrono::seconds kEnd =
        std::chrono::floor<std::chrono::seconds>(model::WallTime::duration::max());
    if (seconds < -kEnd.count() || seconds > kEnd.count()) return text(std::to_string(seconds));
    text(model::format_time(model::WallTime(std::chrono::seconds(seconds))));
  }

  std::string json_;
};

template <class Function>
auto guarded(Function&& function) -> model::Result<decltype(function())> {
  try {
    return function();
  } catch (const protozero::exception& error) {
    return model::invalid("not protobuf: " + std::string(error.what()));
  } catch (const Damaged& error) {
    return model::invalid("not what is expected in protobuf: " + std::string(error.what()));
  }
}

const Schema& known_schema(std::string_view kind) {
  const Schema* schema = schema_of(kind);
  if (schema == nullptr) throw Damaged("an object of kind " + json::quoted(kind));
  return *schema;
}

// The numbers are those of TypeMeta, Unknown, WatchEvent and RawExtension.
std::string_view kind_of(std::string_view type_meta) { return only_field(type_meta, 2); }

void write_enveloped(std::string_view body, Writer& writer) {
  if (!body.starts_with(kMagic)) throw Damaged("an object without its magic number");
  const std::string_view envelope = body.substr(kMagic.size());
  const std::string_view kind = kind_of(only_field(envelope, 1));
  const Schema& schema = known_schema(kind);
  writer.raw("{");
  writer.key("kind");
  writer.text(kind);
  writer.fields(reader_of(only_field(envelope, 2)), schema);
  writer.raw("}");
}

}  // namespace

model::Result<std::string> kind_in(std::string_view type_meta) {
  return guarded([&] { return std::string(kind_of(type_meta)); });
}

model::Result<std::string> message_to_json(std::string_view message, std::string_view kind) {
  return guarded([&] {
    Writer writer;
    writer.object(message, known_schema(kind));
    return writer.take();
  });
}

model::Result<std::string> body_to_json(std::string_view body) {
  return guarded([&] {
    Writer writer;
    write_enveloped(body, writer);
    return writer.take();
  });
}

model::Result<std::string> event_to_json(std::string_view event) {
  return guarded([&] {
    Writer writer;
    writer.raw("{");
    writer.key("type");
    writer.text(only_field(event, 1));
    const std::string_view object = only_field(only_field(event, 2), 1);
    if (!object.empty()) {
      writer.key("object");
      write_enveloped(object, writer);
    }
    writer.raw("}");
    return writer.take();
  });
}

}  // namespace neuron_scheduler::client::protobuf
