#include <algorithm>
#include <limits>
#include <utility>

#include "cluster/client/codec.hpp"
#include "cluster/client/framing.hpp"
#include "cluster/client/json_objects.hpp"
#include "cluster/client/json_reader.hpp"

namespace neuron_scheduler::client {
namespace {

using json::Document;
using json::Value;

constexpr std::size_t kStatusMessageBytesMax = 2048;
constexpr std::int64_t kRetryAfterSecondsMax = 3600;

std::string cut(std::string_view text) {
  return std::string(text.substr(0, kStatusMessageBytesMax));
}

ApiStatus status_of(const Value& root) {
  constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
  ApiStatus status;
  status.code = static_cast<int>(root["code"].integer(0, 999));
  status.reason = cut(root["reason"].text(kAnyLength));
  status.message = cut(root["message"].text(kAnyLength));
  const Value details = root["details"];
  details["causes"].each_item([&](const Value& cause) {
    if (status.causes.size() == ApiStatus::kCausesMax) return;
    std::string text(cause["field"].text(kAnyLength));
    if (!text.empty()) text += ": ";
    text += cause["message"].text(kAnyLength);
    status.causes.push_back(cut(text));
  });
  const Value retry_after = details["retryAfterSeconds"];
  if (retry_after.exists()) {
    const auto seconds = retry_after.integer(0, std::numeric_limits<std::int64_t>::max());
    if (seconds > 0)
      status.retry_after = std::chrono::seconds(std::min(seconds, kRetryAfterSecondsMax));
  }
  return status;
}

struct PodKind {
  using Object = model::Pod;
  static constexpr std::string_view kName = "Pod";
  static constexpr auto kDecode = json::decode_pod;
};

struct NodeKind {
  using Object = model::Node;
  static constexpr std::string_view kName = "Node";
  static constexpr auto kDecode = json::decode_node;
};

struct NamespaceKind {
  using Object = model::Namespace;
  static constexpr std::string_view kName = "Namespace";
  static constexpr auto kDecode = json::decode_namespace;
};

template <class Kind>
using Ref = std::shared_ptr<const typename Kind::Object>;

// Items of a list have no kind, other objects have.
template <class Kind>
model::Result<Ref<Kind>> decode_object(Document& document, const Value& root,
                                       const model::AnnotationFilter& filter) {
  const Value kind = root["kind"];
  if (kind.exists() && kind.text() != Kind::kName) {
    return model::invalid("an object of kind " + json::quoted(kind.text()) + " instead of " +
                          std::string(Kind::kName));
  }
  return Kind::kDecode(document, root, filter);
}

template <class Kind>
class JsonListReader final : public ListReader<typename Kind::Object> {
 public:
  JsonListReader(Document& document, const model::AnnotationFilter& filter)
      : document_(document), filter_(filter) {}

  void feed(std::string_view bytes) override { framer_.feed(bytes); }

  model::Result<Ref<Kind>> next() override {
    switch (framer_.next()) {
      case ListFramer::Step::kNeedBytes:
        return Ref<Kind>();
      case ListFramer::Step::kBroken:
        return model::invalid(framer_.error());
      case ListFramer::Step::kEnd:
        return finish();
      case ListFramer::Step::kItem:
        break;
    }
    if (!std::exchange(looked_ahead_, true)) look_ahead();
    auto root = document_.parse(framer_.item());
    if (root.has_error()) return root.error();
    return decode_object<Kind>(document_, *root, filter_);
  }

  const std::string& resource_version() const override { return resource_version_; }
  const std::string& version_ahead() const override { return version_ahead_; }

 private:
  // What is wrong with it is said at the end.
  void look_ahead() {
    if (framer_.metadata().empty()) return;
    auto metadata = document_.parse(framer_.metadata());
    if (metadata) version_ahead_ = (*metadata)["resourceVersion"].text(json::kNameBytesMax);
  }

  model::Result<Ref<Kind>> finish() {
    if (!resource_version_.empty()) return Ref<Kind>();
    if (framer_.metadata().empty()) return model::invalid("a list without metadata");
    auto metadata = document_.parse(framer_.metadata());
    if (metadata.has_error()) return metadata.error();
    const std::string_view version = (*metadata)["resourceVersion"].text(json::kNameBytesMax);
    if (version.empty()) return model::invalid("a list without metadata.resourceVersion");
    if (!(*metadata)["continue"].text().empty()) {
      return model::invalid("a list in pages, which nobody asked for");
    }
    if (!document_.problem().empty()) return model::invalid("metadata." + document_.problem());
    resource_version_ = version;
    return Ref<Kind>();
  }

  Document& document_;
  const model::AnnotationFilter& filter_;
  ListFramer framer_;
  bool looked_ahead_ = false;
  std::string version_ahead_;
  std::string resource_version_;
};

std::optional<EventType> event_type(std::string_view text) {
  if (text == "ADDED") return EventType::kAdded;
  if (text == "MODIFIED") return EventType::kModified;
  if (text == "DELETED") return EventType::kDeleted;
  if (text == "BOOKMARK") return EventType::kBookmark;
  if (text == "ERROR") return EventType::kError;
  return std::nullopt;
}

template <class Kind>
class JsonWatchReader final : public WatchReader<typename Kind::Object> {
 public:
  using Event = WatchEvent<typename Kind::Object>;

  JsonWatchReader(Document& document, const model::AnnotationFilter& filter)
      : document_(document), filter_(filter) {}

  void feed(std::string_view bytes) override { framer_.feed(bytes); }

  model::Result<std::optional<Event>> next() override {
    switch (framer_.next()) {
      case LineFramer::Step::kNeedBytes:
        return std::optional<Event>();
      case LineFramer::Step::kTooLong:
        return model::invalid("a watch event is longer than " +
                              std::to_string(LineFramer::kLineBytesMax) + " bytes");
      case LineFramer::Step::kLine:
        break;
    }
    auto root = document_.parse(framer_.line());
    if (root.has_error()) return root.error();
    return event_of(*root);
  }

  bool cut() const override { return framer_.in_line(); }

 private:
  model::Result<std::optional<Event>> event_of(const Value& root) {
    const std::string_view type_text = root["type"].text();
    const auto type = event_type(type_text);
    const Value object = root["object"];
    if (!type || !object.exists()) {
      return model::invalid("a watch event of type " + json::quoted(type_text) +
                            (object.exists() ? "" : " without an object"));
    }
    Event event;
    event.type = *type;
    if (*type == EventType::kError) {
      event.status = status_of(object);
      return std::optional<Event>(std::move(event));
    }
    const std::string_view version =
        object["metadata"]["resourceVersion"].text(json::kNameBytesMax);
    if (version.empty()) {
      return model::invalid("a watch event without metadata.resourceVersion");
    }
    event.resource_version = version;
    if (*type != EventType::kBookmark) {
      auto decoded = decode_object<Kind>(document_, object.as_root(), filter_);
      if (decoded.has_error()) return decoded.error();
      event.object = std::move(*decoded);
    }
    return std::optional<Event>(std::move(event));
  }

  Document& document_;
  const model::AnnotationFilter& filter_;
  LineFramer framer_;
};

template <class Kind>
class JsonCodec final : public Codec<typename Kind::Object> {
 public:
  explicit JsonCodec(model::AnnotationFilter filter) : filter_(std::move(filter)) {}

  std::string_view accept() const override { return "application/json"; }

  std::unique_ptr<ListReader<typename Kind::Object>> list_reader() override {
    return std::make_unique<JsonListReader<Kind>>(document_, filter_);
  }

  std::unique_ptr<WatchReader<typename Kind::Object>> watch_reader() override {
    return std::make_unique<JsonWatchReader<Kind>>(document_, filter_);
  }

  model::Result<Ref<Kind>> decode(std::string body) override {
    auto root = document_.parse(body);
    if (root.has_error()) return root.error();
    return decode_object<Kind>(document_, *root, filter_);
  }

 private:
  model::AnnotationFilter filter_;
  Document document_;  // Of one object at a time: readers decode whole objects before they return.
};

}  // namespace

ApiStatus decode_status(int http_status, std::string_view body) {
  Document document;
  std::string text(body);
  auto root = document.parse(text);
  if (root.has_value() && (*root)["kind"].text() == "Status") {
    ApiStatus status = status_of(*root);
    if (status.code == 0) status.code = http_status;
    return status;
  }
  ApiStatus status;
  status.code = http_status;
  status.message = "HTTP " + std::to_string(http_status);
  if (!body.empty()) status.message += " " + json::quoted(body);
  return status;
}

std::unique_ptr<Codec<model::Pod>> make_json_pod_codec(model::AnnotationFilter filter) {
  return std::make_unique<JsonCodec<PodKind>>(std::move(filter));
}

std::unique_ptr<Codec<model::Node>> make_json_node_codec(model::AnnotationFilter filter) {
  return std::make_unique<JsonCodec<NodeKind>>(std::move(filter));
}

std::unique_ptr<Codec<model::Namespace>> make_json_namespace_codec() {
  return std::make_unique<JsonCodec<NamespaceKind>>(model::AnnotationFilter{});
}

}  // namespace neuron_scheduler::client
