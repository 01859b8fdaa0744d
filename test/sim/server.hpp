#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "cluster/model/namespace.hpp"
#include "cluster/model/node.hpp"
#include "cluster/model/pod.hpp"
#include "scheduler/api.hpp"

namespace neuron_scheduler::sim {

// The API server's part in scheduling: objects, and the rules by which it takes a Binding
// (kube-scheduler.md §5.2). Like the real one, it asks neither whether the node exists nor whether
// it has room.
class Server {
 public:
  struct NodeRemoved {
    model::Name name;
  };
  struct PodRemoved {
    model::Uid uid;
  };
  using Event =
      std::variant<model::NodeRef, NodeRemoved, model::PodRef, PodRemoved, model::NamespaceRef>;

  void put_node(model::Node node);
  void remove_node(const std::string& name);
  void put_pod(model::Pod pod);
  void remove_pod(const std::string& uid);
  void put_namespace(model::Namespace changed);

  [[nodiscard]] scheduler::BindAnswer bind(const model::Binding& binding);
  [[nodiscard]] scheduler::PodReading read(const model::Binding& binding) const;

  // In order of their names and uids.
  [[nodiscard]] const std::map<std::string, model::NodeRef>& nodes() const { return nodes_; }
  [[nodiscard]] const std::map<std::string, model::PodRef>& pods() const { return pods_; }
  [[nodiscard]] const std::map<std::string, model::NamespaceRef>& namespaces() const {
    return namespaces_;
  }

  // What happened since it was last emptied, for the watches.
  std::deque<Event> news;

 private:
  [[nodiscard]] model::PodRef find_by_name(const model::Binding& binding) const;

  std::map<std::string, model::NodeRef> nodes_;
  std::map<std::string, model::PodRef> pods_;
  std::map<std::string, model::NamespaceRef> namespaces_;
  std::uint64_t version_ = 0;
};

}  // namespace neuron_scheduler::sim
