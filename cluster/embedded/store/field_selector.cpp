#include <algorithm>
#include <span>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "cluster/embedded/store/selectors.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

// A field that can be selected by, and the path in the stored object that it stands for.
struct Selectable {
  std::string_view field;
  std::string_view path;
};

constexpr Selectable kOfPods[] = {
    {"metadata.name", "metadata.name"},
    {"metadata.namespace", "metadata.namespace"},
    {"spec.nodeName", "spec.nodeName"},
    {"spec.host", "spec.nodeName"},
    {"spec.restartPolicy", "spec.restartPolicy"},
    {"spec.schedulerName", "spec.schedulerName"},
    {"spec.serviceAccountName", "spec.serviceAccountName"},
    {"spec.hostNetwork", "spec.hostNetwork"},
    {"status.phase", "status.phase"},
    {"status.podIP", "status.podIP"},
    {"status.podIPs", ""},  // Taken, but a pod is never said to have any.
    {"status.nominatedNodeName", "status.nominatedNodeName"},
};
constexpr Selectable kOfNodes[] = {
    {"metadata.name", "metadata.name"},
    {"spec.unschedulable", "spec.unschedulable"},
};
constexpr Selectable kOfNamespaces[] = {
    {"metadata.name", "metadata.name"},
    {"name", "metadata.name"},
    {"status.phase", "status.phase"},
};
constexpr Selectable kOfCoreEvents[] = {
    {"involvedObject.kind", "involvedObject.kind"},
    {"involvedObject.namespace", "involvedObject.namespace"},
    {"involvedObject.name", "involvedObject.name"},
    {"involvedObject.uid", "involvedObject.uid"},
    {"involvedObject.apiVersion", "involvedObject.apiVersion"},
    {"involvedObject.resourceVersion", "involvedObject.resourceVersion"},
    {"involvedObject.fieldPath", "involvedObject.fieldPath"},
    {"reason", "reason"},
    {"reportingComponent", "reportingComponent"},
    {"source", "source"},
    {"type", "type"},
    {"metadata.namespace", "metadata.namespace"},
    {"metadata.name", "metadata.name"},
};
constexpr Selectable kOfEvents[] = {
    {"regarding.kind", "involvedObject.kind"},
    {"regarding.namespace", "involvedObject.namespace"},
    {"regarding.name", "involvedObject.name"},
    {"regarding.uid", "involvedObject.uid"},
    {"regarding.apiVersion", "involvedObject.apiVersion"},
    {"regarding.resourceVersion", "involvedObject.resourceVersion"},
    {"regarding.fieldPath", "involvedObject.fieldPath"},
    {"reason", "reason"},
    {"reportingController", "reportingComponent"},
    {"type", "type"},
    {"metadata.namespace", "metadata.namespace"},
    {"metadata.name", "metadata.name"},
};
constexpr Selectable kOfLeases[] = {
    {"metadata.name", "metadata.name"},
    {"metadata.namespace", "metadata.namespace"},
};

std::span<const Selectable> selectable(Face face) {
  switch (face) {
    case Face::kPods:
      return kOfPods;
    case Face::kNodes:
      return kOfNodes;
    case Face::kNamespaces:
      return kOfNamespaces;
    case Face::kCoreEvents:
      return kOfCoreEvents;
    case Face::kEvents:
      return kOfEvents;
    case Face::kLeases:
      break;
  }
  return kOfLeases;
}

Status not_supported(Face face, std::string_view field) {
  if (face != Face::kLeases) {
    return bad_request("field label not supported: " + std::string(field));
  }
  return bad_request(quoted(field) +
                     " is not a known field selector: only \"metadata.name\", "
                     "\"metadata.namespace\"");
}

// Terms are separated by commas that no backslash protects.
std::vector<std::string_view> terms_of(std::string_view text) {
  std::vector<std::string_view> terms;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  terms.push_back(text.substr(start));
  std::ranges::sort(terms);
  return terms;
}

Answer<std::string> unescaped(std::string_view value) {
  std::string plain;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == ',' || c == '=') {
      return bad_request("invalid field selector: unescaped character in value: " +
                         std::to_string(static_cast<int>(c)));
    }
    if (c != '\\') {
      plain += c;
      continue;
    }
    const std::string_view sequence = value.substr(i, 2);
    if (sequence != "\\\\" && sequence != "\\," && sequence != "\\=") {
      return bad_request("invalid field selector: invalid escape sequence: " +
                         std::string(sequence));
    }
    plain += sequence[1];
    ++i;
  }
  return plain;
}

bool is_flag(std::string_view path) {
  return path == "spec.hostNetwork" || path == "spec.unschedulable";
}

std::string_view value_at(const json::object& object, std::string_view path) {
  if (path.empty()) return {};
  if (path == "source") {
    const auto* source = object_in(object, "source");
    const std::string_view component =
        source == nullptr ? std::string_view{} : text_in(*source, "component");
    return component.empty() ? text_in(object, "reportingComponent") : component;
  }
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return text_in(object, path);
  const auto* holder = object_in(object, path.substr(0, dot));
  const std::string_view key = path.substr(dot + 1);
  if (is_flag(path)) return holder != nullptr && flag_in(*holder, key) ? "true" : "false";
  return holder == nullptr ? std::string_view{} : text_in(*holder, key);
}

}  // namespace

Answer<FieldSelector> FieldSelector::parse(Face face, std::string_view text) {
  FieldSelector selector;
  const auto fields = selectable(face);
  for (const std::string_view term : terms_of(text)) {
    if (term.empty()) continue;
    const auto op = term.find('=');
    if (op == std::string_view::npos) {
      return bad_request("invalid selector: '" + std::string(text) + "'; can't understand '" +
                         std::string(term) + "'");
    }
    Term parsed;
    parsed.equal = op == 0 || term[op - 1] != '!';
    const std::string_view field = term.substr(0, parsed.equal ? op : op - 1);
    std::string_view value = term.substr(op + 1);
    if (parsed.equal && value.starts_with('=')) value.remove_prefix(1);
    auto plain = unescaped(value);
    if (!plain) return plain.error();
    parsed.value = std::move(*plain);
    const auto found = std::ranges::find(fields, field, &Selectable::field);
    if (found == fields.end()) return not_supported(face, field);
    parsed.field = found->path;
    selector.terms_.push_back(std::move(parsed));
  }
  return selector;
}

bool FieldSelector::matches(const json::object& object) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    return (value_at(object, term.field) == term.value) == term.equal;
  });
}

std::optional<std::string_view> FieldSelector::required(std::string_view field) const {
  for (const Term& term : terms_) {
    if (term.equal && term.field == field) return term.value;
  }
  return std::nullopt;
}

}  // namespace neuron_scheduler::embedded
