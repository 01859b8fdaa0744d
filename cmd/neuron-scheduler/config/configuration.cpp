#include "cmd/neuron-scheduler/config/configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include "cluster/model/name_rules.hpp"
#include "cluster/model/text.hpp"
#include "cluster/model/time.hpp"
#include "cmd/manifest/manifest.hpp"
#include "cmd/manifest/print.hpp"
#include "cmd/neuron-scheduler/config/profiles.hpp"

namespace neuron_scheduler::config {
namespace {

namespace json = boost::json;
using scheduler::ArgsReader;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kBackoffSecondsMax = 86'400;
constexpr std::chrono::hours kLeaseTimeMax{24};
constexpr std::size_t kMistakesMax = 200;  // That are shown.

void check_type(ArgsReader& file) {
  for (const auto& [key, wanted] :
       {std::pair<std::string_view, std::string_view>{"apiVersion", kApiVersion},
        {"kind", "KubeSchedulerConfiguration"}}) {
    if (file.has(key)) {
      (void)file.choice(key, wanted, {wanted});
    } else {
      file.error(key, "Required value");
      (void)file.value(key);
    }
  }
}

// What has no meaning here, but is checked (docs/differences.md).
void read_without_effect(ArgsReader& file) {
  constexpr std::int64_t kParallelism = 16;
  (void)file.integer("parallelism", kParallelism, 1, kInt32Max);
  (void)file.boolean("enableProfiling", true);
  (void)file.boolean("enableContentionProfiling", true);
}

void read_not_built(ArgsReader& file) {
  if (file.boolean("delayCacheUntilActive", false)) {
    file.invalid("delayCacheUntilActive", "is not built yet: every replica keeps its cache");
  }
  const json::value* extenders = file.value("extenders");
  if (extenders == nullptr) return;
  if (!extenders->is_array()) {
    file.invalid("extenders", "must be a list of objects");
  } else if (!extenders->get_array().empty()) {
    file.error("extenders[0]", "extenders are not built yet");
  }
}

void read_backoff(ArgsReader& file, scheduler::QueueTimes& times) {
  const auto read = [&](std::string_view key, milliseconds by_default) {
    const auto whole = std::chrono::duration_cast<seconds>(by_default).count();
    return seconds{file.integer(key, whole, 1, kBackoffSecondsMax)};
  };
  times.initial_backoff = read("podInitialBackoffSeconds", times.initial_backoff);
  times.max_backoff = read("podMaxBackoffSeconds", times.max_backoff);
  if (times.max_backoff < times.initial_backoff) {
    file.invalid("podMaxBackoffSeconds",
                 "must be greater than or equal to podInitialBackoffSeconds");
  }
}

// Zero means that nothing is said, as in kube-scheduler.
std::optional<milliseconds> read_lease_time(ArgsReader& section, std::string_view key) {
  const auto time = model::parse_duration(section.text(key, "0"));
  if (!time) {
    section.invalid(key, "must be a duration like \"15s\"");
  } else if (*time < milliseconds{0}) {
    section.invalid(key, "must be greater than zero");
  } else if (*time > kLeaseTimeMax) {
    section.invalid(key, "must not be longer than 24h");
  } else if (*time > milliseconds{0}) {
    return std::chrono::ceil<milliseconds>(*time);
  }
  return std::nullopt;
}

LeaderElection read_leader_election(ArgsReader& file) {
  LeaderElection election;
  auto section = file.object("leaderElection");
  if (!section) return election;
  if (const bool elect = section->boolean("leaderElect", true); section->has("leaderElect")) {
    election.leader_elect = elect;
  }
  election.lease_duration = read_lease_time(*section, "leaseDuration");
  election.renew_deadline = read_lease_time(*section, "renewDeadline");
  election.retry_period = read_lease_time(*section, "retryPeriod");
  const std::string lock = section->text("resourceLock", "leases");
  if (!lock.empty() && lock != "leases") {
    section->invalid("resourceLock", "resourceLock value must be \"leases\"");
  }
  const auto name = [&](std::string_view key, model::Complaints (*check)(std::string_view)) {
    std::string given = section->text(key, "");
    if (!given.empty()) {
      for (const auto& complaint : check(given)) section->invalid(key, complaint);
    }
    return given.empty() ? std::nullopt : std::optional(std::move(given));
  };
  election.resource_name = name("resourceName", model::check_dns_subdomain);
  election.resource_namespace = name("resourceNamespace", model::check_dns_label);
  return election;
}

std::optional<client::RateLimit> read_rate(ArgsReader& section) {
  constexpr double kQpsMax = 1e6;
  constexpr std::int64_t kBurst = 100;  // kube-scheduler's.
  const auto burst = section.integer("burst", 0, 0, kInt32Max);
  const json::value* given = section.value("qps");
  if (given != nullptr && !given->is_number()) {
    section.invalid("qps", "must be a number");
    return std::nullopt;
  }
  const double qps = given == nullptr ? 0 : given->to_number<double>();
  if (qps > kQpsMax) {
    section.invalid("qps", "must not be more than 1000000");
    return std::nullopt;
  }
  if (qps == 0 && burst != 0) {
    section.error("burst", "has no meaning without qps: there is no limit then");
  }
  // A negative number means no limit, as in client-go.
  if (qps <= 0) return std::nullopt;
  return client::RateLimit{qps, static_cast<std::size_t>(burst == 0 ? kBurst : burst)};
}

void read_client_connection(ArgsReader& file, Configuration& configuration) {
  auto section = file.object("clientConnection");
  if (!section) return;
  configuration.kubeconfig = section->text("kubeconfig", "");
  configuration.requests = read_rate(*section);
  // One for both directions: a server that is not asked for protobuf is sent none.
  for (const char* const key : {"contentType", "acceptContentTypes"}) {
    const std::string type = section->text(key, "");
    if (type == client::kJsonMediaType) {
      configuration.format = client::Format::kJson;
    } else if (!type.empty() && type != client::kProtobufMediaType &&
               type != "application/vnd.kubernetes.protobuf,application/json") {
      section->invalid(key,
                       "must be \"application/json\" or \"application/vnd.kubernetes.protobuf\"");
    }
  }
}

model::Error error_of(const std::string& file, const std::vector<std::string>& mistakes) {
  std::string text;
  const std::size_t shown = std::min(mistakes.size(), kMistakesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    text += (text.empty() ? "" : "\n") + file + ": " + manifest::printable(mistakes[i]);
  }
  if (shown < mistakes.size()) {
    text += '\n' + file + ": and " + std::to_string(mistakes.size() - shown) + " more";
  }
  return model::invalid(std::move(text));
}

}  // namespace

std::vector<std::string> Configuration::scheduler_names() const {
  std::vector<std::string> names;
  names.reserve(profiles.size());
  for (const auto& profile : profiles) names.push_back(profile.scheduler_name);
  return names;
}

Configuration read_object(ArgsReader& file) {
  Configuration configuration;
  check_type(file);
  read_without_effect(file);
  configuration.leader_election = read_leader_election(file);
  read_client_connection(file, configuration);
  configuration.profiles = read_profiles(file);
  read_backoff(file, configuration.queue);
  read_not_built(file);
  file.refuse_unknown();
  return configuration;
}

model::Result<Configuration> read_text(std::string_view text, const std::string& file) {
  const auto object = manifest::yaml_to_object(text);
  if (!object) return error_of(file, {object.error().message});
  ArgsReader reader(*object, "");
  Configuration configuration = read_object(reader);
  std::vector<std::string> mistakes = reader.errors();
  // Only making the plugins tells whether they take their arguments.
  const auto add = [&](const model::Error& error) {
    std::ranges::move(model::lines_of(error.message), std::back_inserter(mistakes));
  };
  const auto shared = scheduler::SharedPlugins::read(configuration.profiles);
  if (!shared) add(shared.error());
  for (const auto& profile : configuration.profiles) {
    const auto made =
        scheduler::Profile::make(profile, shared ? *shared : scheduler::SharedPlugins());
    if (!made) add(made.error());
  }
  if (!mistakes.empty()) return error_of(file, mistakes);
  return configuration;
}

model::Result<Configuration> load(const std::string& file) {
  if (file.empty()) return Configuration{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return error_of(file, {std::strerror(errno)});
  std::string text(kFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return error_of(file, {"cannot be read"});
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kFileBytesMax) {
    return error_of(file, {"more than " + std::to_string(kFileBytesMax) + " bytes"});
  }
  return read_text(text, file);
}

}  // namespace neuron_scheduler::config
