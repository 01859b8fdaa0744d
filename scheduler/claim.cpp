#include "scheduler/claim.hpp"

#include <iterator>
#include <memory>
#include <utility>

namespace neuron_scheduler::scheduler {
namespace {

// The pod as the watch will show it once it is bound, so that aggregates read the same from both.
model::PodRef as_bound(const model::Pod& pod, const model::Binding& binding,
                       const model::AnnotationFilter& readable) {
  auto bound = std::make_shared<model::Pod>(pod);
  bound->node_name = binding.node_name;
  for (const auto& [key, value] : binding.annotations) {
    if (readable.wants(key)) bound->annotations.set(model::Name(key), value);
  }
  return bound;
}

}  // namespace

std::variant<Claim, ClaimFailure> Claim::take(const Profile& profile, model::Cache& cache,
                                              const model::PodRef& pod, const Decision& decision,
                                              model::WallTime now,
                                              const model::AnnotationFilter& readable) {
  Claim claim(profile, cache, pod, decision.node->node().name);
  for (const auto& [index, plugin] : profile.reserve()) {
    const Status status =
        plugin->reserve(decision.state[index].get(), *pod, *decision.node, now, claim.binding_);
    if (status.rejected()) {
      return ClaimFailure{Decision::Kind::kRejected,
                          "0/1 nodes are available: 1 " + joined_reasons(status) + '.'};
    }
    if (!status.is_ok()) {
      return ClaimFailure{Decision::Kind::kError,
                          plugin_error("Reserve", profile.plugin_name(index), status)};
    }
  }
  if (!cache.assume(as_bound(*pod, claim.binding_, readable))) {
    return ClaimFailure{Decision::Kind::kError,
                        "pod " + pod->full_name() + " is already assumed or bound"};
  }
  claim.strangers_ = claim.strangers();
  return claim;
}

std::uint64_t Claim::strangers() const {
  const model::NodeView* node = cache_->find_node(binding_.node_name);
  return node == nullptr ? 0 : node->strangers();
}

Claim::Claim(const Profile& profile, model::Cache& cache, model::PodRef pod,
             const model::Name& node)
    : profile_(&profile), cache_(&cache), pod_(std::move(pod)) {
  binding_.namespace_name = pod_->namespace_name;
  binding_.pod_name = pod_->name;
  binding_.pod_uid = pod_->uid;
  binding_.node_name = node;
}

Claim::Claim(Claim&& other) noexcept
    : profile_(other.profile_),
      cache_(other.cache_),
      pod_(std::move(other.pod_)),
      binding_(std::move(other.binding_)),
      strangers_(other.strangers_),
      armed_(std::exchange(other.armed_, false)) {}

Claim::~Claim() {
  if (!armed_) return;
  const auto plugins = profile_->reserve();
  for (auto extension = plugins.rbegin(); extension != plugins.rend(); ++extension) {
    extension->plugin->unreserve(*pod_, binding_);
  }
  cache_->forget(binding_.pod_uid);
}

}  // namespace neuron_scheduler::scheduler
