#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cluster/model/result.hpp"

// Deployments, ReplicaSets, StatefulSets and Jobs as their controllers would turn them into pods
// (design.md §9), with random parts of names replaced by such as depend on the owner's name alone.
namespace neuron_scheduler::simulate {

// The kinds that are expanded; all of them are in a namespace.
[[nodiscard]] bool is_workload(std::string_view group, std::string_view kind);

// A name as an API server makes one of metadata.generateName, but the same for the same number.
[[nodiscard]] std::string generated_name(std::string_view base, std::uint64_t number);

// What the input holds already of what controllers make.
class Existing {
 public:
  struct Pod {
    std::string name;
    bool active = false;     // Neither terminal nor being deleted.
    bool succeeded = false;  // Phase Succeeded.
    std::string completion_index;
  };

  // A Pod or ReplicaSet of the input, or one that was made.
  void add(const boost::json::object& object);
  [[nodiscard]] bool has_pod(std::string_view namespace_name, std::string_view name) const;
  [[nodiscard]] std::size_t pod_count() const { return pods_.size(); }
  [[nodiscard]] std::vector<Pod> pods_of(const boost::json::object& owner) const;
  [[nodiscard]] bool owns_replica_set(const boost::json::object& owner) const;

 private:
  struct Owned {
    std::string owner_uid;
    bool replica_set = false;
    Pod pod;
  };
  // namespace, kind and name of the owner, as one text.
  std::map<std::string, std::vector<Owned>, std::less<>> owned_;
  std::set<std::string, std::less<>> pods_;
};

// What may still be made.
struct Budget {
  std::size_t pods = 0;
  std::size_t bytes = 0;  // Of the pods' templates as JSON.
};

// Why the controller makes no pods now, as the rest of a sentence about the owner; empty: it does.
// Source: syncDeployment, syncReplicaSet, updateStatefulSet and syncJob (pkg/controller, 1.37.2): a
// ReplicaSet of a deleted or paused Deployment goes on, a new one is not made.
[[nodiscard]] std::string_view why_no_pods(const boost::json::object& owner,
                                           const Existing& existing);

// The pods that are missing, without the defaults of an API server; they are added to existing.
// owner: with namespace and uid, and one whose controller makes pods. Error: what is wrong with the
// owner, or the budget is used up.
[[nodiscard]] model::Result<std::vector<boost::json::object>> missing_pods(
    const boost::json::object& owner, Existing& existing, Budget& budget);

}  // namespace neuron_scheduler::simulate
