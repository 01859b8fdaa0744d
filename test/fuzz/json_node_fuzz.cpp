// A node as a GET answers it; and the same bytes as a namespace.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cluster/client/codec.hpp"

namespace {

using namespace neuron_scheduler;

void check_node(const std::string& body) {
  static const auto codec = client::make_node_codec(model::AnnotationFilter{});
  const auto node = codec->decode(body);
  if (node.has_error()) return;
  if ((*node)->uid.text.empty() || (*node)->name.empty()) std::abort();
  if (!(*node)->decode_error.empty() && !(*node)->taints.empty()) std::abort();
  if ((*node)->allocatable_pods < 0 || (*node)->allocatable.cpu_milli < 0) std::abort();
}

void check_namespace(const std::string& body) {
  static const auto codec = client::make_namespace_codec();
  const auto read = codec->decode(body);
  if (read.has_error()) return;
  if ((*read)->name.empty()) std::abort();
  if (!(*read)->decode_error.empty() && !(*read)->labels.entries().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  check_node(body);
  check_namespace(body);
  return 0;
}
