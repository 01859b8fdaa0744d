// A node as a GET answers it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cluster/client/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuron_scheduler;
  static const auto codec = client::make_json_node_codec(model::AnnotationFilter{});
  const auto node = codec->decode(std::string(reinterpret_cast<const char*>(data), size));
  if (node.has_error()) return 0;
  if ((*node)->uid.text.empty() || (*node)->name.empty()) std::abort();
  if (!(*node)->decode_error.empty() && !(*node)->taints.empty()) std::abort();
  if ((*node)->allocatable_pods < 0 || (*node)->allocatable.cpu_milli < 0) std::abort();
  return 0;
}
