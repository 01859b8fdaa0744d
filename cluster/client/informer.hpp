#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/client/codec.hpp"
#include "cluster/client/http.hpp"
#include "cluster/client/observer.hpp"
#include "cluster/model/namespace.hpp"
#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"
#include "cluster/model/time.hpp"

// Keeps somebody informed about all pods, nodes or namespaces: a consistent list first, then a
// watch; a relist is mark and sweep on what is known, so that no second copy of the objects exists
// (design.md §2). Known here is only each object's key and resourceVersion.
//
// An object is passed on whenever its resourceVersion is not the known one. Time does not go back:
// an event or a listed object that is older than what is known of it is ignored, and a list that is
// older than what was seen is read again. Only when lists were older for two minutes one is
// applied: then the cluster was restored from a backup, and is followed.
//
// An object with a decode_error is passed on like any other. Bytes that cannot be attributed to an
// object lead to a relist, after a wait (watch_fsm.hpp).
namespace neuron_scheduler::client {

// Call-backs come from the event loop, never from inside start(). Terminal pods look like removed
// ones.
class PodSink {
 public:
  virtual ~PodSink() = default;
  virtual void on_pod(const model::PodRef& pod) = 0;
  virtual void on_pod_removed(const model::Uid& uid) = 0;
  // A whole list is in and applied: the first one, and each relist.
  virtual void on_pods_synced() = 0;
};

class NodeSink {
 public:
  virtual ~NodeSink() = default;
  virtual void on_node(const model::NodeRef& node) = 0;
  virtual void on_node_removed(const model::Name& name) = 0;
  virtual void on_nodes_synced() = 0;
};

class NamespaceSink {
 public:
  virtual ~NamespaceSink() = default;
  virtual void on_namespace(const model::NamespaceRef& changed) = 0;
  virtual void on_namespace_removed(const model::Name& name) = 0;
  virtual void on_namespaces_synced() = 0;
};

// What an informer is made with; all must outlive it.
struct InformerContext {
  HttpClient& http;
  TimerService& timers;
  const model::Clock& clock;
  Observer& observer;
  std::function<std::uint32_t()> random;  // Evenly distributed over its whole range.
};

// Destroying it ends its stream and its timer.
class Informer {
 public:
  virtual ~Informer() = default;
  // Once.
  virtual void start() = 0;
  // The first list is in and applied.
  [[nodiscard]] virtual bool synced() const = 0;
  [[nodiscard]] virtual std::size_t object_count() const = 0;
  // Why list or watch do not work now, with the right that is missing; empty: they do.
  [[nodiscard]] virtual const std::string& problem() const = 0;
  // They do not work since the server does not let us: 401 or 403.
  [[nodiscard]] virtual bool denied() const = 0;
};

class PodInformer : public Informer {
 public:
  // All that happened to pods up to this resourceVersion has been passed on.
  [[nodiscard]] virtual bool reached(std::string_view resource_version) const = 0;
  // Passes on what of these pods, read elsewhere, is newer than what is known.
  virtual void merge(const std::vector<model::PodRef>& pods) = 0;
};

// All pods of all namespaces and schedulers that are not terminal (kube-scheduler.md §2.2). codec
// and sink must outlive the informer.
[[nodiscard]] std::unique_ptr<PodInformer> make_pod_informer(InformerContext context,
                                                             Codec<model::Pod>& codec,
                                                             PodSink& sink);
[[nodiscard]] std::unique_ptr<Informer> make_node_informer(InformerContext context,
                                                           Codec<model::Node>& codec,
                                                           NodeSink& sink);
[[nodiscard]] std::unique_ptr<Informer> make_namespace_informer(InformerContext context,
                                                                Codec<model::Namespace>& codec,
                                                                NamespaceSink& sink);

}  // namespace neuron_scheduler::client
