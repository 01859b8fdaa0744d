#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/client/observer.hpp"
#include "cluster/model/time.hpp"
#include "metrics/snapshot.hpp"
#include "scheduler/observer.hpp"

namespace neuron_scheduler::metrics {

// What text() is, for the header Content-Type.
inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Counts what scheduler and client report; docs/metrics.md lists all metrics. Names stay.
// One thread; nothing here calls back, blocks or fails.
class Metrics : public scheduler::Observer, public client::Observer {
 public:
  // In Prometheus' text format, families and series in a fixed order. Reads the process's own
  // figures from /proc; what cannot be read there is left out.
  [[nodiscard]] virtual std::string text(const Snapshot& snapshot) const = 0;
};

struct MetricsOptions {
  std::string version;
  // The API server as host:port: the one value of the label host.
  std::string api_host;
  // schedulerName of each profile: their series exist from the start.
  std::vector<std::string> profiles;
  // The watches' ages count from here until their first news.
  model::SteadyTime started;
  std::filesystem::path proc = "/proc";
};

[[nodiscard]] std::unique_ptr<Metrics> make_metrics(MetricsOptions options);

}  // namespace neuron_scheduler::metrics
