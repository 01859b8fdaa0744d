#include "cluster/client/codec.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "cluster/client/framing.hpp"
#include "cluster/client/json_objects.hpp"
#include "cluster/client/json_reader.hpp"
#include "cluster/client/protobuf_framing.hpp"
#include "cluster/client/protobuf_json.hpp"

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

// Both framers below cut what comes into JSON texts, whichever of the two representations the
// server has chosen: the first byte tells. A list in protobuf begins with kMagic, an event with a
// length of which the first byte is zero, and JSON with neither.

class EitherListFramer {
 public:
  using Step = ListFramer::Step;

  explicit EitherListFramer(std::string_view kind) : protobuf_(kind) {}

  void feed(std::string_view bytes) {
    if (!chosen_ && !bytes.empty()) is_protobuf_ = bytes.front() == protobuf::kMagic.front();
    chosen_ = chosen_ || !bytes.empty();
    is_protobuf_ ? protobuf_.feed(bytes) : json_.feed(bytes);
  }
  [[nodiscard]] Step next() { return is_protobuf_ ? protobuf_.next() : json_.next(); }
  [[nodiscard]] std::string& item() { return is_protobuf_ ? protobuf_.item() : json_.item(); }
  [[nodiscard]] std::string& metadata() {
    return is_protobuf_ ? protobuf_.metadata() : json_.metadata();
  }
  [[nodiscard]] const std::string& error() const {
    return is_protobuf_ ? protobuf_.error() : json_.error();
  }

 private:
  bool chosen_ = false;
  bool is_protobuf_ = false;
  ListFramer json_;
  protobuf::ListFramer protobuf_;
};

class EitherWatchFramer {
 public:
  void feed(std::string_view bytes) {
    if (!chosen_ && !bytes.empty()) is_protobuf_ = bytes.front() == '\0';
    chosen_ = chosen_ || !bytes.empty();
    is_protobuf_ ? protobuf_.feed(bytes) : json_.feed(bytes);
  }
  // The text of the next event, null if more bytes are needed.
  [[nodiscard]] model::Result<std::string*> next() {
    return is_protobuf_ ? next_of_protobuf() : next_of_json();
  }
  [[nodiscard]] bool cut() const { return is_protobuf_ ? protobuf_.in_event() : json_.in_line(); }

 private:
  model::Result<std::string*> next_of_json() {
    switch (json_.next()) {
      case LineFramer::Step::kNeedBytes:
        return nullptr;
      case LineFramer::Step::kTooLong:
        return model::invalid("a watch event is longer than " +
                              std::to_string(LineFramer::kLineBytesMax) + " bytes");
      case LineFramer::Step::kLine:
        break;
    }
    return &json_.line();
  }

  model::Result<std::string*> next_of_protobuf() {
    switch (protobuf_.next()) {
      case protobuf::WatchFramer::Step::kNeedBytes:
        return nullptr;
      case protobuf::WatchFramer::Step::kBroken:
        return model::invalid(protobuf_.error());
      case protobuf::WatchFramer::Step::kEvent:
        break;
    }
    return &protobuf_.event();
  }

  bool chosen_ = false;
  bool is_protobuf_ = false;
  LineFramer json_;
  protobuf::WatchFramer protobuf_;
};

template <class Kind>
class ListReaderOf final : public ListReader<typename Kind::Object> {
 public:
  ListReaderOf(Document& document, const model::AnnotationFilter& filter)
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
  EitherListFramer framer_{Kind::kName};
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
class WatchReaderOf final : public WatchReader<typename Kind::Object> {
 public:
  using Event = WatchEvent<typename Kind::Object>;

  WatchReaderOf(Document& document, const model::AnnotationFilter& filter)
      : document_(document), filter_(filter) {}

  void feed(std::string_view bytes) override { framer_.feed(bytes); }

  model::Result<std::optional<Event>> next() override {
    const auto text = framer_.next();
    if (text.has_error()) return text.error();
    if (*text == nullptr) return std::optional<Event>();
    auto root = document_.parse(**text);
    if (root.has_error()) return root.error();
    return event_of(*root);
  }

  bool cut() const override { return framer_.cut(); }

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
  EitherWatchFramer framer_;
};

template <class Kind>
class CodecOf final : public Codec<typename Kind::Object> {
 public:
  CodecOf(model::AnnotationFilter filter, Format format)
      : filter_(std::move(filter)), format_(format) {}

  std::string_view accept() const override {
    return format_ == Format::kJson ? "application/json"
                                    : "application/vnd.kubernetes.protobuf, application/json";
  }

  std::unique_ptr<ListReader<typename Kind::Object>> list_reader() override {
    return std::make_unique<ListReaderOf<Kind>>(document_, filter_);
  }

  std::unique_ptr<WatchReader<typename Kind::Object>> watch_reader() override {
    return std::make_unique<WatchReaderOf<Kind>>(document_, filter_);
  }

  model::Result<Ref<Kind>> decode(std::string body) override {
    if (body.starts_with(protobuf::kMagic)) {
      auto json = protobuf::body_to_json(body);
      if (json.has_error()) return json.error();
      body = std::move(*json);
    }
    auto root = document_.parse(body);
    if (root.has_error()) return root.error();
    return decode_object<Kind>(document_, *root, filter_);
  }

 private:
  model::AnnotationFilter filter_;
  Format format_;
  Document document_;  // Of one object at a time: readers decode whole objects before they return.
};

}  // namespace

ApiStatus decode_status(int http_status, std::string_view body) {
  Document document;
  std::string text(body);
  if (body.starts_with(protobuf::kMagic)) {
    if (auto json = protobuf::body_to_json(body)) text = std::move(*json);
  }
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

std::unique_ptr<Codec<model::Pod>> make_pod_codec(model::AnnotationFilter filter, Format format) {
  return std::make_unique<CodecOf<PodKind>>(std::move(filter), format);
}

std::unique_ptr<Codec<model::Node>> make_node_codec(model::AnnotationFilter filter, Format format) {
  return std::make_unique<CodecOf<NodeKind>>(std::move(filter), format);
}

std::unique_ptr<Codec<model::Namespace>> make_namespace_codec(Format format) {
  return std::make_unique<CodecOf<NamespaceKind>>(model::AnnotationFilter{}, format);
}

}  // namespace neuron_scheduler::client
