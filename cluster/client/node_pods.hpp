#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/client/codec.hpp"
#include "cluster/client/http.hpp"
#include "cluster/model/name.hpp"
#include "cluster/model/pod.hpp"

namespace neuron_scheduler::client {

// The pods bound to one node that are not terminal, as the server has them now.
struct NodePods {
  std::string problem;  // Not empty: they could not be read, and the rest is empty.
  std::string resource_version;
  std::vector<model::PodRef> pods;
};

// Reads them consistently, never out of a server's cache that may be behind. Each reading ends
// within 10 s, with done, which comes from the event loop and never from inside read(). Destroying
// it cancels.
class NodePodsReader {
 public:
  virtual ~NodePodsReader() = default;
  virtual void read(const model::Name& node, std::function<void(NodePods)> done) = 0;
};

// All must outlive it.
[[nodiscard]] std::unique_ptr<NodePodsReader> make_node_pods_reader(HttpClient& http,
                                                                    TimerService& timers,
                                                                    Codec<model::Pod>& codec);

}  // namespace neuron_scheduler::client
