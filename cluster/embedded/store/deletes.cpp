#include <algorithm>
#include <chrono>
#include <utility>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/lists.hpp"
#include "cluster/embedded/store/options.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/verbs.hpp"
#include "cluster/embedded/store/writing.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::string_view kDeletionTime = "deletionTimestamp";
constexpr std::string_view kGrace = "deletionGracePeriodSeconds";
// What a person's typing can mean, and what a time can hold.
constexpr std::int64_t kGraceMax = std::int64_t{10} * 365 * 24 * 3600;

struct Removal {
  ObjectPtr object;  // As it is told to the client.
  bool gone = false;
};

// Deletes one object (apiserver pkg/registry/generic/registry Store.Delete).
class Remover {
 public:
  Remover(Core& core, const FaceInfo& face, const DeleteOptions& options, ObjectPtr current)
      : core_(core), face_(face), options_(options), current_(std::move(current)) {}

  Answer<Removal> run() {
    const json::object* const metadata = object_in(current_->selectable, "metadata");
    name_ = text_in(*metadata, "name");
    if (const auto allowed = check(); allowed.has_error()) return allowed.error();
    object_ = to_object(face_.face, *current_);
    if (face_.resource == Resource::kNamespaces) return remove_namespace();
    if (face_.resource == Resource::kPods) return remove_pod();
    return finish();
  }

 private:
  Answer<void> check() {
    if (face_.resource == Resource::kNamespaces &&
        (name_ == "default" || name_ == "kube-system" || name_ == "kube-public")) {
      return forbidden(face_, name_, "this namespace may not be deleted");
    }
    if (options_.uid && *options_.uid != current_->uid) {
      // Namespaces are checked by other code there.
      if (face_.resource == Resource::kNamespaces) {
        return conflict(face_, name_,
                        "Precondition failed: UID in precondition: " + *options_.uid +
                            ", UID in object meta: " + current_->uid);
      }
      return delete_uid_conflict(face_, name_, *options_.uid, current_->uid);
    }
    const std::string version = std::to_string(current_->resource_version);
    if (options_.resource_version && *options_.resource_version != version) {
      return delete_version_conflict(face_, name_, *options_.resource_version, version);
    }
    return {};
  }

  // Its content goes first; who empties it takes its finalizers away then.
  Answer<Removal> remove_namespace() {
    json::object& metadata = metadata_of(object_);
    const json::object* const spec = object_in(object_, "spec");
    if (metadata.contains(kDeletionTime)) {
      const json::array* const held = spec == nullptr ? nullptr : array_in(*spec, "finalizers");
      if (held != nullptr && !held->empty()) return Removal{current_};
      return finish();
    }
    metadata[kDeletionTime] = time_text(core_.clock.wall());
    json::object* const status = object_in(object_, "status");
    (status == nullptr ? object_["status"].emplace_object() : *status)["phase"] = "Terminating";
    return write();
  }

  // (apiserver pkg/registry/rest BeforeDelete; pkg/registry/core/pod CheckGracefulDelete)
  Answer<Removal> remove_pod() {
    json::object& metadata = metadata_of(object_);
    const std::optional<std::int64_t> asked = asked_grace();
    if (!metadata.contains(kDeletionTime)) {
      const std::int64_t period = first_grace(asked);
      metadata[kDeletionTime] = time_text(core_.clock.wall() + seconds{period});
      metadata[kGrace] = period;
      raise_generation(metadata);
      return write_gracefully(period);
    }
    const std::int64_t left = integer_in(metadata, kGrace);
    if (left == 0) return finish();
    if (!asked || *asked >= left) return Removal{current_};
    const auto now = std::chrono::floor<seconds>(core_.clock.wall());
    const auto old = model::parse_time(text_in(metadata, kDeletionTime));
    auto when = std::chrono::floor<seconds>(old.value_or(now)) - seconds{left} + seconds{*asked};
    std::int64_t period = *asked;
    if (when < now) {
      when = now;
      if (period != 0) period = 1;
    }
    metadata[kDeletionTime] = time_text(when);
    metadata[kGrace] = period;
    return write_gracefully(period);
  }

  [[nodiscard]] std::optional<std::int64_t> asked_grace() const {
    if (!options_.grace_seconds) return std::nullopt;
    if (*options_.grace_seconds < 0) return 1;
    return std::min(*options_.grace_seconds, kGraceMax);
  }

  [[nodiscard]] std::int64_t first_grace(std::optional<std::int64_t> asked) const {
    const json::object* const spec = object_in(object_, "spec");
    const json::object* const status = object_in(object_, "status");
    const std::string_view phase = status == nullptr ? "" : text_in(*status, "phase");
    if (spec == nullptr || text_in(*spec, "nodeName").empty()) return 0;
    if (phase == "Failed" || phase == "Succeeded") return 0;
    const std::int64_t period = asked ? *asked : integer_in(*spec, "terminationGracePeriodSeconds");
    return period < 0 ? 1 : std::min(period, kGraceMax);
  }

  static void raise_generation(json::object& metadata) {
    const std::int64_t generation = integer_in(metadata, "generation");
    if (generation > 0) metadata["generation"] = generation + 1;
  }

  [[nodiscard]] bool has_finalizers() {
    const json::array* const finalizers = array_in(metadata_of(object_), "finalizers");
    return finalizers != nullptr && !finalizers->empty();
  }

  // The kubelet deletes it for good, when its containers are gone.
  Answer<Removal> write_gracefully(std::int64_t period) {
    const bool stays = period > 0 || has_finalizers();
    auto written = write();
    if (written.has_error() || stays) return written;
    if (options_.dry_run) return Removal{written->object, true};
    return remove();
  }

  // Marks what finalizers hold, removes everything else.
  Answer<Removal> finish() {
    if (!has_finalizers()) return remove();
    json::object& metadata = metadata_of(object_);
    if (metadata.contains(kDeletionTime) && integer_in(metadata, kGrace) == 0) {
      return Removal{current_};
    }
    if (!metadata.contains(kDeletionTime)) raise_generation(metadata);
    metadata[kDeletionTime] = time_text(core_.clock.wall());
    metadata[kGrace] = 0;
    return write();
  }

  Answer<Removal> write() {
    if (options_.dry_run) {
      return Removal{make_stored(face_.face, std::move(object_), current_->resource_version)};
    }
    const auto stored = commit(core_, face_.face, std::move(object_));
    if (stored.has_error()) return stored.error();
    return Removal{*stored};
  }

  Answer<Removal> remove() {
    if (options_.dry_run) return Removal{current_, true};
    return Removal{core_.remove(face_.resource, current_->key), true};
  }

  Core& core_;
  const FaceInfo& face_;
  const DeleteOptions& options_;
  ObjectPtr current_;
  std::string_view name_;
  json::object object_;
};

Answer<DeleteOptions> delete_options(const Call& call) {
  const auto body = read_delete_options(call.request);
  if (body.has_error()) return body.error();
  return read_delete_options(*body, call.query);
}

}  // namespace

Answer<ApiAnswer> delete_object(Core& core, const Call& call) {
  const auto options = delete_options(call);
  if (options.has_error()) return options.error();
  const ObjectPtr current = core.store.find(call.resource(), call.key());
  if (!current) return not_found(call.face(), call.route.name);
  const auto removal = Remover(core, call.face(), *options, current).run();
  if (removal.has_error()) return removal.error();
  if (!removal->gone || call.resource() == Resource::kPods) {
    return object_answer(core, call, 200, *removal->object);
  }
  return json_answer(200, deleted_status(call.face(), call.route.name, current->uid));
}

Answer<ApiAnswer> delete_collection(Core& core, const Call& call) {
  const auto options = delete_options(call);
  if (options.has_error()) return options.error();
  const auto wants = read_list_options(call.query, ListUse::kList, core.options.streamed_lists);
  if (wants.has_error()) return wants.error();
  const auto selection =
      make_selection(call.face().face, call.route.namespace_name, call.query.get("labelSelector"),
                     call.query.get("fieldSelector"));
  if (selection.has_error()) return selection.error();
  const auto list = read_list(core.store, *selection, *wants);
  if (list.has_error()) return list.error();
  if (list->expired) return expired_list();  // There is no token to go on with.
  for (const ObjectPtr& listed : list->objects) {
    const ObjectPtr current = core.store.find(call.resource(), listed->key);
    if (!current) continue;
    const auto removal = Remover(core, call.face(), *options, current).run();
    if (removal.has_error()) return removal.error();
  }
  return list_answer(core, call, list->objects, list->metadata);
}

}  // namespace neuron_scheduler::embedded
