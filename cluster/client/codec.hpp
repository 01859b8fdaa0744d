#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/annotations.hpp"
#include "cluster/model/namespace.hpp"
#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/result.hpp"

// How objects look on the wire: Accept header, framing, envelopes and objects belong together
// (design.md §2). The codecs ask for protobuf, which costs the API server least, and take JSON from
// servers that have nothing else (ADR 4).
namespace neuron_scheduler::client {

// The answer of the API server to what it did not carry out (kube-scheduler.md §6.2).
struct ApiStatus {
  int code = 0;
  std::string reason;
  std::string message;
  std::vector<std::string> causes;  // "field: message" of each cause, at most kCausesMax.
  std::optional<std::chrono::seconds> retry_after;

  static constexpr std::size_t kCausesMax = 16;
};

// Reads a Status out of the body of an error answer. A body that is none gives a Status with this
// code, and with the beginning of the body as its message: proxies answer with texts of their own.
[[nodiscard]] ApiStatus decode_status(int http_status, std::string_view body);

enum class EventType : std::uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };

template <class Object>
struct WatchEvent {
  EventType type = EventType::kBookmark;
  std::shared_ptr<const Object> object;  // kAdded, kModified, kDeleted
  std::string resource_version;          // kAdded, kModified, kDeleted, kBookmark: never empty.
  ApiStatus status;                      // kError
};

// The objects of one list, out of the stream of its bytes, in memory that does not grow with the
// list.
template <class Object>
class ListReader {
 public:
  virtual ~ListReader() = default;
  // The bytes must stay until next() has returned empty.
  virtual void feed(std::string_view bytes) = 0;
  // Empty: all bytes are used up; or the list is complete. An error: the stream is damaged, an
  // object breaks a bound or cannot even be identified; the list must be read again, and nothing
  // more comes out of this reader.
  [[nodiscard]] virtual model::Result<std::shared_ptr<const Object>> next() = 0;
  // The resourceVersion of the list once it is complete, empty before.
  [[nodiscard]] virtual const std::string& resource_version() const = 0;
  // The same before its first object is read; empty if it comes behind them, which API servers do
  // not do.
  [[nodiscard]] virtual const std::string& version_ahead() const = 0;
};

// The events of one watch, out of the stream of its bytes.
template <class Object>
class WatchReader {
 public:
  virtual ~WatchReader() = default;
  virtual void feed(std::string_view bytes) = 0;  // As ListReader.
  // As ListReader; an oversized or damaged event is an error, never skipped.
  [[nodiscard]] virtual model::Result<std::optional<WatchEvent<Object>>> next() = 0;
  // The bytes so far end in the middle of an event.
  [[nodiscard]] virtual bool cut() const = 0;
};

// Objects that can be identified but not decoded come with their decode_error (pod.hpp, node.hpp,
// namespace.hpp).
// Readers must not outlive their codec.
template <class Object>
class Codec {
 public:
  virtual ~Codec() = default;
  [[nodiscard]] virtual std::string_view accept() const = 0;
  [[nodiscard]] virtual std::unique_ptr<ListReader<Object>> list_reader() = 0;
  [[nodiscard]] virtual std::unique_ptr<WatchReader<Object>> watch_reader() = 0;
  // One object, as a GET answers. An error if it cannot even be identified.
  [[nodiscard]] virtual model::Result<std::shared_ptr<const Object>> decode(std::string body) = 0;
};

inline constexpr std::string_view kJsonMediaType = "application/json";
inline constexpr std::string_view kProtobufMediaType = "application/vnd.kubernetes.protobuf";

// What a codec asks for. All of them read both.
enum class Format : std::uint8_t { kProtobufOrJson, kJson };

// filter: the annotations to keep.
[[nodiscard]] std::unique_ptr<Codec<model::Pod>> make_pod_codec(
    model::AnnotationFilter filter, Format format = Format::kProtobufOrJson);
[[nodiscard]] std::unique_ptr<Codec<model::Node>> make_node_codec(
    model::AnnotationFilter filter, Format format = Format::kProtobufOrJson);
[[nodiscard]] std::unique_ptr<Codec<model::Namespace>> make_namespace_codec(
    Format format = Format::kProtobufOrJson);

}  // namespace neuron_scheduler::client
