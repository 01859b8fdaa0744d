#include "cluster/embedded/store/schema.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>

#include "cluster/embedded/store/schema_types.hpp"

namespace neuron_scheduler::embedded {
namespace {

std::optional<FieldKind> simple_kind(std::string_view code) {
  struct Known {
    std::string_view code;
    FieldKind kind;
  };
  static constexpr Known kKnown[] = {
      {"s", FieldKind::kString}, {"b", FieldKind::kBool},      {"i", FieldKind::kInt32},
      {"l", FieldKind::kInt64},  {"q", FieldKind::kQuantity},  {"x", FieldKind::kIntOrString},
      {"t", FieldKind::kTime},   {"m", FieldKind::kMicroTime}, {"any", FieldKind::kAny},
  };
  const auto* known = std::ranges::find(kKnown, code, &Known::code);
  return known == std::end(kKnown) ? std::nullopt : std::optional(known->kind);
}

// The types of schema_types(), read once. The text is ours: what is wrong with it is a fault of
// this program, which every test of this library meets.
class Types {
 public:
  Types() {
    std::string_view rest = schema_types();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.empty()) continue;
      if (line.front() == ' ') {
        add_fields(line);
      } else {
        const auto dot = line.find('.');
        types_.push_back({line.substr(0, dot), line.substr(dot + 1), {}});
      }
    }
    for (const TypeInfo& type : types_) pointers_.push_back(&type);
  }

  [[nodiscard]] std::span<const TypeInfo* const> all() const { return pointers_; }

  [[nodiscard]] const TypeInfo& find(std::string_view package, std::string_view name) const {
    const TypeInfo* found = nullptr;
    for (const TypeInfo& type : types_) {
      // A name that two packages have is the one of the field's own.
      if (type.name == name && (found == nullptr || type.package == package)) found = &type;
    }
    if (found == nullptr) throw std::logic_error("no type " + std::string(name));
    return *found;
  }

 private:
  void add_fields(std::string_view line) {
    while (true) {
      const auto start = line.find_first_not_of(' ');
      if (start == std::string_view::npos) return;
      line.remove_prefix(start);
      const std::string_view word = line.substr(0, line.find(' '));
      line.remove_prefix(word.size());
      std::vector<FieldInfo>& fields = types_.back().fields;
      if (word.front() == '+') {
        const std::vector<FieldInfo>& others = find(types_.back().package, word.substr(1)).fields;
        fields.insert(fields.end(), others.begin(), others.end());
      } else {
        fields.push_back(field_of(word, types_.back().package));
      }
    }
  }

  [[nodiscard]] FieldInfo field_of(std::string_view word, std::string_view package) const {
    FieldInfo field;
    const auto colon = word.find(':');
    std::string_view name = word.substr(0, colon);
    std::string_view type = word.substr(colon + 1);
    for (; name.back() == '!' || name.back() == '?'; name.remove_suffix(1)) {
      if (name.back() == '?') field.zero = Zero::kKept;
      if (name.back() == '!') field.written = true;
    }
    field.name = name;
    if (type.back() == '$') {
      field.retain_keys = true;
      type.remove_suffix(1);
    }
    if (const auto star = type.find('*'); star != std::string_view::npos) {
      field.merge = true;
      field.merge_key = type.substr(star + 1);
      type = type.substr(0, star);
    }
    if (type.front() == '[' || type.front() == '{') {
      field.shape = type.front() == '[' ? Shape::kList : Shape::kMap;
      type = type.substr(1, type.size() - 2);
    }
    if (const auto kind = simple_kind(type)) {
      field.kind = *kind;
    } else {
      field.kind = FieldKind::kStruct;
      field.type = &find(package, type);
    }
    return field;
  }

  std::deque<TypeInfo> types_;  // A deque: they point to each other.
  std::vector<const TypeInfo*> pointers_;
};

const Types& types() {
  static const Types kTypes;
  return kTypes;
}

}  // namespace

const FieldInfo* TypeInfo::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldInfo::name);
  return found == fields.end() ? nullptr : &*found;
}

std::span<const TypeInfo* const> all_types() { return types().all(); }

const TypeInfo& type_of(Face face) {
  static const TypeInfo* const kOfFaces[] = {
      &types().find("core", "Pod"),       &types().find("core", "Node"),
      &types().find("core", "Namespace"), &types().find("core", "Event"),
      &types().find("events", "Event"),   &types().find("coordination", "Lease"),
  };
  return *kOfFaces[static_cast<std::size_t>(face)];
}

const TypeInfo& binding_type() {
  static const TypeInfo& type = types().find("core", "Binding");
  return type;
}

const TypeInfo& delete_options_type() {
  static const TypeInfo& type = types().find("meta", "DeleteOptions");
  return type;
}

}  // namespace neuron_scheduler::embedded
