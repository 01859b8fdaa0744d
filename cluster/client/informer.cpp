#include "cluster/client/informer.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cluster/client/request_bodies.hpp"
#include "cluster/client/watch_fsm.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::size_t kErrorBodyBytesMax = std::size_t{64} * 1024;
// The server sends a bookmark each minute, some seconds late at worst: without one it is gone. If
// not, watching again from the last version costs next to nothing.
constexpr std::chrono::milliseconds kWatchIdleMax{90'000};
// Also until the answer begins: older servers put a whole list together first. They give up after
// 60 s themselves.
constexpr std::chrono::milliseconds kListIdleMax{60'000};
// A server that is behind catches up sooner; one that was restored from a backup never does.
constexpr std::chrono::minutes kOlderListsMax{2};

struct PodKind {
  using Object = model::Pod;
  using Key = model::Uid;
  using Sink = PodSink;
  using Base = PodInformer;
  static constexpr Resource kResource = Resource::kPods;
  static constexpr std::string_view kTarget =
      "/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed";
  static constexpr char kNextParameter = '&';

  static const Key& key(const Object& pod) { return pod.uid; }
  static std::string shown(const Object& pod) { return pod.full_name(); }
  static void changed(Sink& sink, const std::shared_ptr<const Object>& pod) { sink.on_pod(pod); }
  static void removed(Sink& sink, const Key& uid) { sink.on_pod_removed(uid); }
  static void synced(Sink& sink) { sink.on_pods_synced(); }
};

// Nodes are known by name: pods are bound to names, and a node made anew under its name is the same
// to them.
struct NodeKind {
  using Object = model::Node;
  using Key = model::Name;
  using Sink = NodeSink;
  using Base = Informer;
  static constexpr Resource kResource = Resource::kNodes;
  static constexpr std::string_view kTarget = "/api/v1/nodes";
  static constexpr char kNextParameter = '?';

  static const Key& key(const Object& node) { return node.name; }
  static std::string shown(const Object& node) { return node.name.str(); }
  static void changed(Sink& sink, const std::shared_ptr<const Object>& node) { sink.on_node(node); }
  static void removed(Sink& sink, const Key& name) { sink.on_node_removed(name); }
  static void synced(Sink& sink) { sink.on_nodes_synced(); }
};

struct NamespaceKind {
  using Object = model::Namespace;
  using Key = model::Name;
  using Sink = NamespaceSink;
  using Base = Informer;
  static constexpr Resource kResource = Resource::kNamespaces;
  static constexpr std::string_view kTarget = "/api/v1/namespaces";
  static constexpr char kNextParameter = '?';

  static const Key& key(const Object& of) { return of.name; }
  static std::string shown(const Object& of) { return of.name.str(); }
  static void changed(Sink& sink, const std::shared_ptr<const Object>& to) {
    sink.on_namespace(to);
  }
  static void removed(Sink& sink, const Key& name) { sink.on_namespace_removed(name); }
  static void synced(Sink& sink) { sink.on_namespaces_synced(); }
};

// 0 if the text is no number: such versions can only be compared for equality, which is not done
// here.
std::uint64_t version_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

template <class Kind>
class InformerOf : public Kind::Base, private HttpStreamHandler {
 public:
  using Object = typename Kind::Object;
  using Key = typename Kind::Key;

  InformerOf(InformerContext context, Codec<Object>& codec, typename Kind::Sink& sink)
      : context_(std::move(context)),
        codec_(codec),
        sink_(sink),
        fsm_(to_string(Kind::kResource)) {}

  void start() override { step({}); }
  [[nodiscard]] bool synced() const override { return synced_; }
  [[nodiscard]] std::size_t object_count() const override { return known_.size(); }
  [[nodiscard]] const std::string& problem() const override { return problem_; }
  [[nodiscard]] bool denied() const override { return denied_; }

 protected:
  [[nodiscard]] bool has_reached(std::string_view version) const {
    const std::uint64_t wanted = version_number(version);
    return wanted != 0 && version_number(fsm_.resource_version()) >= wanted;
  }

  void take_over(const std::shared_ptr<const Object>& object) {
    const std::uint64_t version = version_number(object->resource_version);
    const auto place = known_.find(Kind::key(*object));
    // What is not known any more has ended before the last event was seen.
    if (version <= (place == known_.end() ? seen_ : place->version())) return;
    know(place, object);
    pass_on(object);
  }

 private:
  using Event = WatchFsm::Event;

  // An object as it was passed on: of bound pods, which are many, the cache holds the same one, so
  // that this costs a pointer.
  struct Known {
    mutable std::shared_ptr<const Object> object;  // Replaced by others of the same key only.
    mutable std::uint64_t mark = 0;                // The list that had it last.

    [[nodiscard]] std::uint64_t version() const { return version_number(object->resource_version); }
  };
  static const Key& key_of(const Key& key) { return key; }
  static const Key& key_of(const Known& known) { return Kind::key(*known.object); }
  struct HashKey {
    using is_transparent = void;
    std::size_t operator()(const auto& one) const { return std::hash<Key>{}(key_of(one)); }
  };
  struct SameKey {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return key_of(a) == key_of(b); }
  };
  using KnownSet = std::unordered_set<Known, HashKey, SameKey>;

  // place: of its key, or the end.
  void know(typename KnownSet::iterator place, const std::shared_ptr<const Object>& object) {
    if (place == known_.end()) {
      known_.insert(Known{object, mark_});
      return;
    }
    place->object = object;
    place->mark = mark_;
  }

  void on_header(int status, std::optional<std::chrono::seconds> retry_after) override {
    refused_ = status != 200;
    refusal_ = Event{Event::Kind::kRefused, {}, status, {}, retry_after};
    error_body_.clear();
    denied_ = status == 401 || status == 403;
    if (!refused_) problem_.clear();
    if (!refused_ && watch_reader_) {
      context_.observer.watch_started(Kind::kResource, fsm_.resource_version());
    }
  }

  void on_data(std::string_view bytes) override {
    if (refused_) {
      error_body_ += bytes.substr(0, kErrorBodyBytesMax - error_body_.size());
    } else if (list_reader_) {
      read_list(bytes);
    } else if (watch_reader_) {
      read_watch(bytes);
    }
  }

  void on_end(std::optional<HttpFailure> failure, const std::string& error) override {
    if (failure) {
      step({Event::Kind::kCut, error, 0, *failure, {}});
    } else if (refused_) {
      const ApiStatus status = decode_status(refusal_.code, error_body_);
      refusal_.text = status.message;
      if (!refusal_.retry_after) refusal_.retry_after = status.retry_after;
      step(refusal_);
    } else if (watch_reader_ && watch_reader_->cut()) {
      step({Event::Kind::kCut, "the answer ends in the middle of an event", 0, {}, {}});
    } else {
      step({Event::Kind::kEnded, {}, 0, {}, {}});
    }
  }

  void read_list(std::string_view bytes) {
    list_reader_->feed(bytes);
    while (true) {
      const auto next = list_reader_->next();
      if (next.has_error()) {
        step({Event::Kind::kDamaged, next.error().message, 0, {}, {}});
        return;
      }
      if (*next == nullptr) break;
      if (listed_ == 0 && too_old(list_reader_->version_ahead())) return;
      apply_listed(*next);
    }
    if (!list_reader_->resource_version().empty()) finish_list();
  }

  // Then this list is given up.
  bool too_old(const std::string& version) {
    const std::uint64_t number = version_number(version);
    if (number == 0 || number >= seen_) {
      if (number != 0) older_since_.reset();
      return false;
    }
    const model::SteadyTime now = context_.clock.steady();
    if (!older_since_) older_since_ = now;
    if (now - *older_since_ >= kOlderListsMax) {
      going_back_ = true;
      return false;
    }
    step({Event::Kind::kDamaged,
          "the list is as of resourceVersion " + version + ", but " + std::to_string(seen_) +
              " was seen already",
          0,
          {},
          {}});
    return true;
  }

  void apply_listed(const std::shared_ptr<const Object>& object) {
    ++listed_;
    const std::uint64_t version = version_number(object->resource_version);
    const auto place = known_.find(Kind::key(*object));
    if (place != known_.end()) {
      place->mark = mark_;
      // Newer: from somewhere else than this list and the watch before it.
      const bool no_news =
          version != 0 && (going_back_ ? place->version() == version : place->version() >= version);
      if (no_news) return;
    }
    know(place, object);
    pass_on(object);
  }

  void finish_list() {
    const std::string& list_version = list_reader_->resource_version();
    if (too_old(list_version)) return;
    if (const std::uint64_t number = version_number(list_version); number != 0) {
      seen_ = number;
      older_since_.reset();
    }
    std::vector<Key> gone;
    for (const Known& known : known_) {
      if (known.mark != mark_) gone.push_back(key_of(known));
    }
    std::sort(gone.begin(), gone.end());
    for (const Key& key : gone) {
      known_.erase(known_.find(key));
      Kind::removed(sink_, key);
    }
    context_.observer.list_finished(Kind::kResource, listed_, gone.size());
    synced_ = true;
    Kind::synced(sink_);
    step({Event::Kind::kListDone, list_reader_->resource_version(), 0, {}, {}});
  }

  void read_watch(std::string_view bytes) {
    watch_reader_->feed(bytes);
    while (true) {
      const auto next = watch_reader_->next();
      if (next.has_error()) {
        step({Event::Kind::kDamaged, next.error().message, 0, {}, {}});
        return;
      }
      if (!next->has_value()) return;
      const WatchEvent<Object>& event = **next;
      if (event.type == EventType::kError) {
        step({Event::Kind::kErrorEvent,
              event.status.message,
              event.status.code,
              {},
              event.status.retry_after});
        return;
      }
      context_.observer.watch_event(Kind::kResource, context_.clock.steady());
      seen_ = std::max(seen_, version_number(event.resource_version));
      if (event.object) apply_event(event);
      step({Event::Kind::kObject, event.resource_version, 0, {}, {}});
    }
  }

  void apply_event(const WatchEvent<Object>& event) {
    const Key& key = Kind::key(*event.object);
    const std::uint64_t version = version_number(event.resource_version);
    const auto place = known_.find(key);
    const bool is_known = place != known_.end();
    if (is_known && version != 0 && version < place->version()) return;
    if (event.type == EventType::kDeleted) {
      if (!is_known) return;
      known_.erase(place);
      Kind::removed(sink_, key);
      return;
    }
    if (is_known && version != 0 && version == place->version()) return;
    know(place, event.object);
    pass_on(event.object);
  }

  void pass_on(const std::shared_ptr<const Object>& object) {
    if (!object->decode_error.empty()) {
      context_.observer.decode_error(Kind::kResource, Kind::shown(*object), object->decode_error);
    }
    Kind::changed(sink_, object);
  }

  // The stream may be gone afterwards, and with it the reader that the event came from.
  void step(const Event& event) {
    const auto action = fsm_.resume(event, context_.clock.steady(), context_.random());
    switch (action.kind) {
      case WatchFsm::Action::Kind::kNone:
        return;
      case WatchFsm::Action::Kind::kList:
        return open_list();
      case WatchFsm::Action::Kind::kWatch:
        return open_watch(action.watch_timeout);
      case WatchFsm::Action::Kind::kWait:
        close_stream();
        problem_ = action.message;
        context_.observer.watch_failed(Kind::kResource, action.message, action.wait);
        timer_ = context_.timers.after(action.wait, [this] {
          step({Event::Kind::kTimer, {}, 0, {}, {}});
        });
        return;
    }
  }

  void close_stream() {
    stream_.reset();
    list_reader_.reset();
    watch_reader_.reset();
    refused_ = false;
  }

  void open_list() {
    close_stream();
    ++mark_;
    listed_ = 0;
    going_back_ = false;
    list_reader_ = codec_.list_reader();
    context_.observer.list_started(Kind::kResource, fsm_.list_reason());
    open(std::string(Kind::kTarget), kListIdleMax);
  }

  void open_watch(std::chrono::seconds timeout) {
    close_stream();
    watch_reader_ = codec_.watch_reader();
    open(std::string(Kind::kTarget) + Kind::kNextParameter +
             "watch=1&allowWatchBookmarks=true&resourceVersion=" +
             escape_url(fsm_.resource_version()) +
             "&timeoutSeconds=" + std::to_string(timeout.count()),
         kWatchIdleMax);
  }

  void open(std::string target, std::chrono::milliseconds idle_max) {
    HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    request.accept = codec_.accept();
    request.deadline = kListIdleMax;
    request.read_idle_max = idle_max;
    stream_ = context_.http.stream(std::move(request), *this);
  }

  InformerContext context_;
  Codec<Object>& codec_;
  typename Kind::Sink& sink_;
  WatchFsm fsm_;
  KnownSet known_;
  std::uint64_t mark_ = 0;
  std::uint64_t seen_ = 0;  // The newest resourceVersion of a list or an event.
  std::optional<model::SteadyTime> older_since_;  // Since then lists were older than that.
  bool going_back_ = false;                       // This one is applied all the same.
  std::size_t listed_ = 0;
  bool synced_ = false;
  std::string problem_;
  bool denied_ = false;
  // The answer under way.
  bool refused_ = false;
  Event refusal_;
  std::string error_body_;
  std::unique_ptr<ListReader<Object>> list_reader_;
  std::unique_ptr<WatchReader<Object>> watch_reader_;
  // Last, so that they go first: their call-backs use all of the above.
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<HttpStream> stream_;
};

class AllPods final : public InformerOf<PodKind> {
 public:
  using InformerOf::InformerOf;

  [[nodiscard]] bool reached(std::string_view resource_version) const override {
    return has_reached(resource_version);
  }
  void merge(const std::vector<model::PodRef>& pods) override {
    for (const model::PodRef& pod : pods) take_over(pod);
  }
};

}  // namespace

std::unique_ptr<PodInformer> make_pod_informer(InformerContext context, Codec<model::Pod>& codec,
                                               PodSink& sink) {
  return std::make_unique<AllPods>(std::move(context), codec, sink);
}

std::unique_ptr<Informer> make_node_informer(InformerContext context, Codec<model::Node>& codec,
                                             NodeSink& sink) {
  return std::make_unique<InformerOf<NodeKind>>(std::move(context), codec, sink);
}

std::unique_ptr<Informer> make_namespace_informer(InformerContext context,
                                                  Codec<model::Namespace>& codec,
                                                  NamespaceSink& sink) {
  return std::make_unique<InformerOf<NamespaceKind>>(std::move(context), codec, sink);
}

}  // namespace neuron_scheduler::client
