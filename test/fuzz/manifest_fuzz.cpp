// A file with manifests: whatever the bytes say, reading it ends with documents, or with a reason
// and its line. What was read is the same after it was printed. Simulate makes pods with names of
// it, or says where it is wrong.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/json/serialize.hpp>

#include "cmd/manifest/manifest.hpp"
#include "cmd/manifest/print.hpp"
#include "cmd/neuron-scheduler/simulate/objects.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace manifest = neuron_scheduler::manifest;
  namespace simulate = neuron_scheduler::simulate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto documents = manifest::read_text(text, "f");
  if (!documents) {
    if (!documents.error().message.starts_with("f:")) std::abort();
    return 0;
  }
  for (const auto& document : *documents) {
    if (document.line == 0) std::abort();
    const auto yaml = manifest::yaml_to_object(manifest::to_yaml(document.object));
    const auto json = manifest::yaml_to_object(manifest::to_json(document.object));
    if (!json || !yaml) std::abort();
    if (boost::json::serialize(*yaml) != boost::json::serialize(*json)) std::abort();
  }
  const auto cluster = simulate::make_cluster(std::move(*documents), std::nullopt);
  if (!cluster && !cluster.error().message.starts_with("f:")) std::abort();
  if (!cluster) return 0;
  for (const auto& pod : cluster->pods) {
    if (pod.name().empty() || pod.place.empty() || !pod.created) std::abort();
  }
  return 0;
}
