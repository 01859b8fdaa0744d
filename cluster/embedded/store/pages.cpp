#include "cluster/embedded/store/pages.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/base64.hpp"
#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr std::string_view kTokenVersion = "meta.k8s.io/v1";

// What is different from now in objects at some earlier time; null: it was not there.
using Differences = std::map<std::string_view, ObjectPtr>;

Differences differences(const History& history, std::uint64_t at) {
  Differences past;
  const auto begin = static_cast<std::ptrdiff_t>(history.after(at) - history.first);
  for (auto event = history.events.begin() + begin; event != history.events.end(); ++event) {
    past.try_emplace(event->object->key, event->previous);
  }
  return past;
}

// Calls with each object of the selection's range as it was then, until that returns false.
template <class Visit>
void visit_at(const Store& store, const Selection& selection, std::uint64_t at,
              std::string_view from, const Visit& visit) {
  const Resource resource = info(selection.face).resource;
  const Objects& objects = store.objects(resource);
  const Differences past = differences(store.history(resource), at);
  const KeyRange& range = selection.range;
  const std::string_view begin = std::max(std::string_view{range.begin}, from);
  auto now = objects.lower_bound(begin);
  auto then = past.lower_bound(begin);
  while (now != objects.end() || then != past.end()) {
    const bool past_first =
        now == objects.end() || (then != past.end() && then->first <= now->first);
    const std::string_view key = past_first ? then->first : std::string_view{now->first};
    if (!range.contains(key)) return;
    const ObjectPtr& object = past_first ? then->second : now->second;
    if (object && !visit(object)) return;
    if (now != objects.end() && now->first == key) ++now;
    if (past_first) ++then;
  }
}

Status bad_token(std::string_view why) {
  return bad_request("invalid continue token: continue key is not valid: " + std::string{why});
}

// What all keys of the range begin with.
std::string_view prefix_of(const KeyRange& range) {
  const std::size_t slash = range.begin.find('/');
  return std::string_view{range.begin}.substr(0, slash == std::string::npos ? 0 : slash + 1);
}

}  // namespace

bool Selection::matches(const StoredObject& object) const {
  if (!range.contains(object.key)) return false;
  return labels.matches(object.selectable) && fields.matches(object.selectable);
}

Answer<Selection> make_selection(Face face, std::string_view namespace_name,
                                 std::string_view label_selector, std::string_view field_selector) {
  auto labels = LabelSelector::parse(label_selector);
  if (labels.has_error()) return labels.error();
  auto fields = FieldSelector::parse(face, field_selector);
  if (fields.has_error()) return fields.error();
  Selection selection{
      .face = face, .range = {}, .labels = std::move(*labels), .fields = std::move(*fields)};
  std::string_view in_namespace = namespace_name;
  if (info(face).namespaced && in_namespace.empty()) {
    in_namespace = selection.fields.required("metadata.namespace").value_or("");
  }
  const std::string_view name = selection.fields.required("metadata.name").value_or("");
  KeyRange& range = selection.range;
  if (!name.empty() && info(face).namespaced == !in_namespace.empty()) {
    range.begin = object_key(in_namespace, name);
    range.end = range.begin;
    range.end.push_back('\0');
  } else if (!in_namespace.empty()) {
    range.begin = std::string{in_namespace} + '/';
    range.end = std::string{in_namespace} + static_cast<char>('/' + 1);
  }
  return selection;
}

Page read_page(const Store& store, const Selection& selection, std::uint64_t at,
               std::string_view from, std::size_t limit, std::size_t bytes_max) {
  Page page;
  std::size_t bytes = 0;
  visit_at(store, selection, at, from, [&](const ObjectPtr& object) {
    if (!selection.matches(*object)) return true;
    if (page.objects.size() == limit || bytes >= bytes_max) {
      page.next = page.objects.back()->key;
      page.next.push_back('\0');  // The least key after it.
      return false;
    }
    bytes += object->json.size();
    page.objects.push_back(object);
    return true;
  });
  return page;
}

std::size_t count_from(const Store& store, const Selection& selection, std::uint64_t at,
                       std::string_view from) {
  std::size_t count = 0;
  visit_at(store, selection, at, from, [&](const ObjectPtr& /*object*/) {
    ++count;
    return true;
  });
  return count;
}

std::string encode_continuation(const Selection& selection, const Continuation& continuation) {
  const std::string_view prefix = prefix_of(selection.range);
  std::string_view rest = continuation.from;
  if (rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
  const json::object token{{"v", kTokenVersion},
                           {"rv", continuation.resource_version},
                           {"start", "/" + std::string{rest}}};
  return base64_url(json::serialize(token));
}

Answer<Continuation> decode_continuation(const Selection& selection, std::string_view token) {
  const auto text = base64_url_decoded(token);
  if (!text) return bad_token("illegal base64 data");
  boost::system::error_code error;
  const json::value parsed = json::parse(*text, error, {}, body_parse_options());
  const json::object* const object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return bad_token("it is no JSON object");
  const std::string_view version = text_in(*object, "v");
  if (version != kTokenVersion) {
    return bad_token("server does not recognize this encoded version " + std::string{version});
  }
  Continuation continuation;
  continuation.resource_version = integer_in(*object, "rv");
  if (continuation.resource_version == 0 || continuation.resource_version < -1) {
    return bad_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  std::string_view start = text_in(*object, "start");
  if (start.empty()) return bad_token("encoded start key empty (version meta.k8s.io/v1)");
  if (start.starts_with('/')) start.remove_prefix(1);
  for (const std::string_view part : split(start, '/')) {
    if (part == "." || part == "..") return bad_token(start);
  }
  continuation.from = std::string{prefix_of(selection.range)} + std::string{start};
  return continuation;
}

}  // namespace neuron_scheduler::embedded
