#include "metrics/metrics.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <prometheus/text_serializer.h>

#include "metrics/decisions.hpp"
#include "metrics/definitions.hpp"
#include "metrics/families.hpp"
#include "metrics/process.hpp"
#include "metrics/registered.hpp"

namespace neuron_scheduler::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

constexpr std::array kResources = {client::Resource::kPods, client::Resource::kNodes,
                                   client::Resource::kNamespaces};
constexpr std::array kWrites = {client::Write::kBinding, client::Write::kStatus,
                                client::Write::kEvent, client::Write::kNode};
constexpr std::string_view kOther = "other";
// The statuses that an API server answers with; the server cannot make more series than these.
constexpr std::array<std::string_view, 24> kCodes = {
    "<error>", "200", "201", "202", "204", "301", "302", "307", "400", "401", "403", "404",
    "405",     "406", "408", "409", "410", "413", "415", "422", "429", "500", "503", "504"};
constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PATCH", "PUT", "DELETE"};

// Always one of our own texts, which outlive the caller's.
template <std::size_t Size>
std::string_view known_or_other(const std::array<std::string_view, Size>& known,
                                std::string_view value) {
  const auto found = std::ranges::find(known, value);
  return found == known.end() ? kOther : *found;
}

// client-go's.
const Buckets& request_buckets() {
  static const Buckets buckets = {0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
  return buckets;
}

class PrometheusMetrics final : public Metrics {
 public:
  explicit PrometheusMetrics(MetricsOptions options);

  std::string text(const Snapshot& snapshot) const override;

  void attempt(scheduler::AttemptResult result, std::string_view profile,
               std::chrono::nanoseconds duration) override {
    decisions_.attempt(result, profile, duration);
  }
  void pod_bound(std::chrono::nanoseconds since_first_queued, std::uint32_t attempts) override {
    decisions_.pod_bound(since_first_queued, attempts);
  }
  void queued(scheduler::QueueName queue, scheduler::Cause cause) override {
    decisions_.queued(queue, cause);
  }
  void extension_point(std::string_view point, scheduler::Code status, std::string_view profile,
                       std::chrono::nanoseconds took) override {
    decisions_.extension_point(point, status, profile, took);
  }
  void decided(std::chrono::nanoseconds took) override { decisions_.decided(took); }
  void bind_unknown() override { decisions_.bind_unknown(); }
  void bind_conflict() override { decisions_.bind_conflict(); }
  // Counted where it shows how many there are now: in the snapshot.
  void notice(std::string_view /*pod*/, std::string_view /*note*/) override {}

  void request_finished(std::string_view method, std::string_view code, std::string_view host,
                        std::chrono::nanoseconds duration) override;
  void list_started(client::Resource resource, std::string_view reason) override {
    if (!reason.empty()) relists_[index(resource)]->Increment();
  }
  void list_finished(client::Resource, std::size_t, std::size_t) override {}
  void watch_started(client::Resource, std::string_view) override {}
  void watch_failed(client::Resource resource, std::string_view,
                    std::chrono::milliseconds) override {
    watch_failures_[index(resource)]->Increment();
  }
  void watch_event(client::Resource resource, model::SteadyTime at) override {
    last_news_[index(resource)] = at;
  }
  void decode_error(client::Resource resource, std::string_view, std::string_view) override {
    decode_errors_[index(resource)]->Increment();
  }
  void write_dropped(client::Write write, std::string_view, std::string_view) override {
    writes_dropped_[index(write)]->Increment();
  }
  void leader_changed(std::string_view lease, std::string_view /*holder*/, bool leading) override {
    leader_status_.Add({{"name", std::string(lease)}}).Set(leading ? 1 : 0);
  }
  void lease_failed(std::string_view /*lease*/, std::string_view /*message*/) override {}

 private:
  using ResourceCounters = std::array<Counter*, kResources.size()>;

  Counter& requests(std::string_view method, std::string_view code);
  ResourceCounters resource_counters(const Definition& definition);

  const MetricsOptions options_;
  prometheus::Registry registry_;
  Decisions decisions_{registry_, options_.profiles};
  Family<Counter>& request_counts_ = counters(registry_, kRequests);
  std::map<std::pair<std::string_view, std::string_view>, Counter*> requests_;
  std::map<std::string_view, Histogram*> request_durations_;
  const ResourceCounters relists_ = resource_counters(kRelists);
  const ResourceCounters watch_failures_ = resource_counters(kWatchFailures);
  const ResourceCounters decode_errors_ = resource_counters(kDecodeErrors);
  std::array<Counter*, kWrites.size()> writes_dropped_{};
  Family<prometheus::Gauge>& leader_status_ = gauges(registry_, kLeaderStatus);
  std::array<model::SteadyTime, kResources.size()> last_news_;
};

PrometheusMetrics::PrometheusMetrics(MetricsOptions options) : options_(std::move(options)) {
  Family<Histogram>& request_durations = histograms(registry_, kRequestDuration);
  for (const std::string_view method : kMethods) {
    request_durations_[method] = &request_durations.Add(
        {{"verb", std::string(method)}, {"host", options_.api_host}}, request_buckets());
  }
  request_durations_[kOther] = &request_durations.Add(
      {{"verb", std::string(kOther)}, {"host", options_.api_host}}, request_buckets());
  // What every scheduler meets; other pairs appear when they happen.
  for (const auto& [method, success] :
       {std::pair{"GET", "200"}, {"POST", "201"}, {"PATCH", "200"}}) {
    requests(method, success);
    requests(method, "<error>");
  }

  Family<Counter>& writes_dropped = counters(registry_, kWritesDropped);
  for (const client::Write write : kWrites) {
    writes_dropped_[index(write)] =
        &writes_dropped.Add({{"write", std::string(client::to_string(write))}});
  }
  last_news_.fill(options_.started);
}

std::string PrometheusMetrics::text(const Snapshot& snapshot) const {
  Families families = registry_.Collect();
  append_snapshot(snapshot, families);
  append_process(read_process_stats(options_.proc / "self", options_.proc / "stat"), families);
  SampledFamily(kBuildInfo, prometheus::MetricType::Gauge, {"version"})
      .add({options_.version}, 1)
      .append_to(families);
  SampledFamily news_age(kNewsAge, prometheus::MetricType::Gauge, {"resource"});
  for (const client::Resource resource : kResources) {
    news_age.add({client::to_string(resource)},
                 seconds(snapshot.now - last_news_[index(resource)]));
  }
  news_age.append_to(families);
  sort(families);
  return prometheus::TextSerializer().Serialize(families);
}

void PrometheusMetrics::request_finished(std::string_view method, std::string_view code,
                                         std::string_view /*host*/,
                                         std::chrono::nanoseconds duration) {
  const std::string_view known_method = known_or_other(kMethods, method);
  requests(known_method, known_or_other(kCodes, code)).Increment();
  request_durations_[known_method]->Observe(seconds(duration));
}

Counter& PrometheusMetrics::requests(std::string_view method, std::string_view code) {
  Counter*& counter = requests_[{method, code}];
  if (counter == nullptr) {
    counter = &request_counts_.Add({{"code", std::string(code)},
                                    {"method", std::string(method)},
                                    {"host", options_.api_host}});
  }
  return *counter;
}

PrometheusMetrics::ResourceCounters PrometheusMetrics::resource_counters(
    const Definition& definition) {
  Family<Counter>& family = counters(registry_, definition);
  ResourceCounters made{};
  for (const client::Resource resource : kResources) {
    made[index(resource)] = &family.Add({{"resource", std::string(client::to_string(resource))}});
  }
  return made;
}

}  // namespace

std::unique_ptr<Metrics> make_metrics(MetricsOptions options) {
  return std::make_unique<PrometheusMetrics>(std::move(options));
}

}  // namespace neuron_scheduler::metrics
