// What the cache takes of memory: nodes and bound pods, decoded from JSON as the API server writes
// it, counted by the allocator. Bytes a node, bytes a pod, and what the process has resident.
//
//   ./dev bench memory [NODES [PODS]]
#include <malloc.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "cluster/client/codec.hpp"
#include "cluster/model/cache.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler {
namespace {

constexpr int kCoresPerNode = 32;  // A trn1.32xlarge.

std::string node_json(int number) {
  const std::string name = "ip-10-0-" + std::to_string(number) + ".ec2.internal";
  return R"({"kind":"Node","apiVersion":"v1","metadata":{"name":")" + name +
         R"(","uid":"0b0e5f6c-)" + std::to_string(1000 + number % 9000) + R"(-4c1c-9d4e-)" +
         std::to_string(100000000000 + number) + R"(","resourceVersion":")" +
         std::to_string(1000000 + number) +
         R"(","labels":{"beta.kubernetes.io/arch":"amd64","kubernetes.io/arch":"amd64",)"
         R"("kubernetes.io/hostname":")" +
         name +
         R"(","kubernetes.io/os":"linux","node.kubernetes.io/instance-type":"trn1.32xlarge",)"
         R"("topology.kubernetes.io/region":"us-east-1",)"
         R"("topology.kubernetes.io/zone":"us-east-1a"}},)"
         R"("spec":{},"status":{"capacity":{"cpu":"128","memory":"512Gi","pods":"110",)"
         R"("ephemeral-storage":"500Gi","aws.amazon.com/neuron":"16",)"
         R"("aws.amazon.com/neuroncore":"32"},)"
         R"("allocatable":{"cpu":"127","memory":"500Gi","pods":"110","ephemeral-storage":"450Gi",)"
         R"("aws.amazon.com/neuron":"16","aws.amazon.com/neuroncore":"32"},"conditions":[)"
         R"({"type":"MemoryPressure","status":"False","reason":"KubeletHasSufficientMemory"},)"
         R"({"type":"DiskPressure","status":"False","reason":"KubeletHasNoDiskPressure"},)"
         R"({"type":"Ready","status":"True","reason":"KubeletReady"}]}})";
}

std::string pod_json(int number, int node, int core) {
  const std::string name = "ip-10-0-" + std::to_string(node) + ".ec2.internal";
  const std::string stamp = std::to_string(1790000000000000000 + number);
  return R"({"metadata":{"name":"training-worker-)" + std::to_string(number) +
         R"(","namespace":"default","uid":"5f1f4f0a-)" + std::to_string(1000 + number % 9000) +
         R"(-4b7e-8a53-)" + std::to_string(200000000000 + number) + R"(","resourceVersion":")" +
         std::to_string(2000000 + number) +
         R"(","generation":1,"creationTimestamp":"2026-11-01T10:00:00Z","annotations":{)"
         R"("AWS_NEURON_IDS":")" +
         std::to_string(core) +
         R"(","NEURON_RESOURCE_TYPE":"aws.amazon.com/neuroncore","NEURON_ALLOC_TIME":")" + stamp +
         R"(","NEURON_ALLOCATED":"false","hami.io/aws-neuron-devices-allocated":")" + name +
         "-AWSNeuron-" + std::to_string(core / 2) + ",AWSNeuron,0," + std::to_string(1 + core % 2) +
         R"(:;"}},"spec":{"containers":[{"name":"main","image":"example.com/train:1","resources":{)"
         R"("limits":{"aws.amazon.com/neuroncore":"1"},)"
         R"("requests":{"aws.amazon.com/neuroncore":"1",)"
         R"("cpu":"1","memory":"4Gi"}}}],"schedulerName":"neuron-scheduler","nodeName":")" +
         name +
         R"(","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists",)"
         R"("effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable",)"
         R"("operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0},)"
         R"("status":{"phase":"Running","conditions":[{"type":"PodScheduled","status":"True"}]}})";
}

std::size_t allocated() { return mallinfo2().uordblks; }

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

int number(const char* text, int by_default) {
  int value = by_default;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), value);
  return value;
}

int measure(int nodes, int pods) {
  const auto node_codec = client::make_node_codec(scheduler::node_annotation_filter());
  const auto pod_codec = client::make_pod_codec(scheduler::pod_annotation_filter());
  model::Cache cache(scheduler::SharedPlugins().aggregate_factories());
  const std::size_t empty = allocated();
  for (int i = 0; i < nodes; ++i) {
    auto node = node_codec->decode(node_json(i));
    if (!node) return std::fprintf(stderr, "%s\n", node.error().message.c_str()), 1;
    cache.set_node(std::move(*node));
  }
  const std::size_t with_nodes = allocated();
  for (int i = 0; i < pods; ++i) {
    auto pod = pod_codec->decode(pod_json(i, i % nodes, i / nodes % kCoresPerNode));
    if (!pod || !(*pod)->decode_error.empty()) return std::fputs("a pod is damaged\n", stderr), 1;
    cache.set_pod(*pod);
  }
  const std::size_t with_pods = allocated();
  std::printf("%d nodes: %zu bytes each; %d bound pods: %zu bytes each; resident: %.1f MiB\n",
              nodes, (with_nodes - empty) / static_cast<std::size_t>(nodes), pods,
              (with_pods - with_nodes) / static_cast<std::size_t>(pods), resident_mib());
  return 0;
}

}  // namespace
}  // namespace neuron_scheduler

int main(int argc, char** argv) {
  namespace ns = neuron_scheduler;
  return ns::measure(ns::number(argc > 1 ? argv[1] : nullptr, 5000),
                     ns::number(argc > 2 ? argv[2] : nullptr, 50000));
}
