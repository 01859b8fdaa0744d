// A configuration file: whatever the bytes say, reading it ends with profiles that can be made, or
// with its mistakes, each with the file's name.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cluster/model/text.hpp"
#include "cmd/neuron-scheduler/config/configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = neuron_scheduler::config;
  using neuron_scheduler::scheduler::Profile;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto configuration = config::read_text(text, "f");
  if (!configuration) {
    const auto lines = neuron_scheduler::model::lines_of(configuration.error().message);
    if (lines.empty()) std::abort();
    for (const auto& line : lines) {
      if (!line.starts_with("f: ")) std::abort();
    }
    return 0;
  }
  if (configuration->profiles.empty()) std::abort();
  if (configuration->profiles.size() > config::kProfilesMax) std::abort();
  for (const auto& profile : configuration->profiles) {
    if (!Profile::make(profile)) std::abort();
  }
  if (configuration->queue.max_backoff < configuration->queue.initial_backoff) std::abort();
  const auto& requests = configuration->requests;
  if (requests && (!(requests->per_second > 0) || requests->burst == 0)) std::abort();
  return 0;
}
