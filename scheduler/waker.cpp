#include "scheduler/waker.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/prepared.hpp"

namespace neuron_scheduler::scheduler {
namespace {

bool has_wide_plugin(const Profile& profile) {
  const auto plugins = profile.deciding();
  return std::any_of(plugins.begin(), plugins.end(),
                     [](const auto& extension) { return extension.plugin->wide(); });
}

bool may_help(const Profile& profile, const Event& event, const model::Pod& pod) {
  const auto plugins = profile.deciding();
  return std::any_of(plugins.begin(), plugins.end(), [&](const auto& extension) {
    const Plugin& plugin = *extension.plugin;
    return plugin.wide() && plugin.concerned_by(event) && plugin.may_help(event, pod);
  });
}

bool concerned(const Profile& profile, const Event& event) {
  const auto plugins = profile.deciding();
  return std::any_of(plugins.begin(), plugins.end(), [&](const auto& extension) {
    return extension.plugin->wide() && extension.plugin->concerned_by(event);
  });
}

// What the pod's node limit (PreFilter) and filters say. An error: the decision shall show it.
bool may_fit(Prepared& prepared, const model::NodeView& node) {
  const auto& only = prepared.nodes();
  if (only && !std::binary_search(only->begin(), only->end(), node.node().name)) return false;
  const Status status = prepared.filter(node);
  return status.code == Code::kNotSearched || !status.rejected();
}

}  // namespace

Waker::Waker(std::span<const Profile> profiles, const model::Cache& cache, Queue& queue)
    : profiles_(profiles), cache_(cache), queue_(queue) {}

void Waker::note(Cause cause, const model::Name& node, const model::Pod* pod) {
  const model::NodeView* view = node.empty() ? nullptr : cache_.find_node(node);
  const auto pods = view == nullptr ? std::span<const model::PodRef>() : view->pods();
  if (view != nullptr && !view->exists()) view = nullptr;
  // A pod that came takes; it gives nothing to a pod that looks at its node alone.
  if (view != nullptr && cause != Cause::kAssignedPodAdd) note_here(cause, node);
  note_wide(Event{cause, view, pods, pod});
}

void Waker::note_namespace(const NamespaceChange& change) {
  note_wide(Event{.cause = Cause::kNamespaceUpdate, .namespace_change = &change});
}

void Waker::note_here(Cause cause, const model::Name& node) { changed_.try_emplace(node, cause); }

void Waker::note_wide(const Event& event) {
  if (queue_.likenesses() == 0) return;
  const bool any = std::any_of(profiles_.begin(), profiles_.end(),
                               [&](const Profile& profile) { return concerned(profile, event); });
  if (!any) return;
  for (const auto& example : queue_.one_of_each_likeness()) {
    for (const auto& pod : queue_.all_like(*example)) {
      if (may_help(profile_of(*pod), event, *pod)) queue_.wake(pod->uid, event.cause);
    }
  }
}

void Waker::sweep() {
  if (changed_.empty()) return;
  const auto changed = std::exchange(changed_, {});
  const auto examples = queue_.one_of_each_likeness();
  if (examples.empty()) return;
  Nodes nodes;
  for (const auto& [name, cause] : changed) {
    const model::NodeView* view = cache_.find_node(name);
    if (view != nullptr && view->exists()) nodes.emplace_back(view, cause);
  }
  if (nodes.empty()) return;
  if (nodes.size() * examples.size() <= kQuestionsMax) {
    for (const auto& example : examples) ask_for(example, nodes);
    return;
  }
  for (const auto& example : examples) {
    for (const auto& pod : queue_.all_like(*example)) queue_.wake(pod->uid, nodes.front().second);
  }
}

void Waker::ask_for(const model::PodRef& example, const Nodes& nodes) {
  const Profile& profile = profile_of(*example);
  Prepared narrow(profile, *example, cache_, Prepared::Part::kNarrow);
  if (narrow.end().rejected()) return;
  Nodes fitting;
  for (const auto& node : nodes) {
    if (may_fit(narrow, *node.first)) fitting.push_back(node);
  }
  if (fitting.empty()) return;
  const bool ask_wide = has_wide_plugin(profile);
  for (const auto& pod : queue_.all_like(*example)) {
    if (!ask_wide) {
      queue_.wake(pod->uid, fitting.front().second);
      continue;
    }
    Prepared wide(profile, *pod, cache_, Prepared::Part::kWide);
    if (wide.end().rejected()) continue;
    const auto found = std::find_if(fitting.begin(), fitting.end(),
                                    [&](const auto& node) { return may_fit(wide, *node.first); });
    if (found != fitting.end()) queue_.wake(pod->uid, found->second);
  }
}

const Profile& Waker::profile_of(const model::Pod& pod) const {
  return *std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& profile) {
    return profile.scheduler_name() == pod.scheduler_name;
  });
}

}  // namespace neuron_scheduler::scheduler
