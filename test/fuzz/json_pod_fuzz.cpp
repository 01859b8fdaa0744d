// A pod as a GET answers it: nothing that the bytes say may crash, hang or leave a pod without
// identity.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cluster/client/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuron_scheduler;
  static const auto codec = [] {
    model::AnnotationFilter filter;
    filter.keys = {"hami.io/aws-neuron-devices-allocated", "AWS_NEURON_IDS"};
    filter.value_bytes_max = 256;
    return client::make_pod_codec(std::move(filter));
  }();
  const auto pod = codec->decode(std::string(reinterpret_cast<const char*>(data), size));
  if (pod.has_error()) return 0;
  if ((*pod)->uid.text.empty() || (*pod)->name.empty()) std::abort();
  if (!(*pod)->decode_error.empty() && !(*pod)->containers.empty()) std::abort();
  if ((*pod)->requests.cpu_milli < 0 || (*pod)->requests.memory_bytes < 0) std::abort();
  return 0;
}
