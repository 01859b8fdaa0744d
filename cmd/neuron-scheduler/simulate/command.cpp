#include "cmd/neuron-scheduler/simulate/command.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cluster/model/text.hpp"
#include "cmd/manifest/manifest.hpp"
#include "cmd/manifest/print.hpp"
#include "cmd/neuron-scheduler/config/configuration.hpp"
#include "cmd/neuron-scheduler/simulate/engine.hpp"
#include "cmd/neuron-scheduler/simulate/output.hpp"

namespace neuron_scheduler::simulate {
namespace {

constexpr std::size_t kWarningsMax = 50;

void tell(const std::vector<std::string>& warnings, std::ostream& error) {
  const std::size_t shown = std::min(warnings.size(), kWarningsMax);
  for (std::size_t i = 0; i < shown; ++i) {
    error << "warning: " << manifest::printable(warnings[i]) << '\n';
  }
  if (shown < warnings.size()) {
    error << "warning: " << warnings.size() - shown << " more\n";
  }
}

model::Result<std::vector<manifest::Document>> read_all(const std::vector<std::string>& files,
                                                        std::istream& in) {
  std::vector<manifest::Document> all;
  std::size_t bytes_left = manifest::kInputBytesMax;
  for (const std::string& file : files) {
    auto documents = manifest::read_path(file, in, bytes_left);
    if (!documents) return documents.error();
    std::ranges::move(*documents, std::back_inserter(all));
  }
  return all;
}

model::Result<Outcome> outcome_of(const Options& options, const cmd::DrawingStyle& style,
                                  std::istream& in) {
  auto configuration = config::load(options.config);
  if (!configuration) return configuration.error();
  auto documents = read_all(options.files, in);
  if (!documents) return documents.error();
  auto cluster = make_cluster(std::move(*documents), options.now);
  if (!cluster) return cluster.error();
  RunOptions run_options;
  run_options.seed = options.seed;
  run_options.all_pods = options.all_pods;
  run_options.profiles = std::move(configuration->profiles);
  if (options.format == Format::kTable) run_options.draw = style;
  return run(std::move(*cluster), run_options);
}

}  // namespace

cmd::ExitCode run_command(const Options& options, const cmd::DrawingStyle& style, std::istream& in,
                          std::ostream& out, std::ostream& error) {
  auto outcome = outcome_of(options, style, in);
  if (!outcome) {
    for (const std::string& line : model::lines_of(outcome.error().message)) {
      error << "neuron-scheduler: " << manifest::printable(line) << '\n';
    }
    return cmd::kExitUsage;
  }
  tell(outcome->warnings, error);
  const bool pending =
      std::ranges::any_of(outcome->pods, [](const Tried& tried) { return tried.node.empty(); });
  switch (options.format) {
    case Format::kTable:
      out << table_of(*outcome);
      break;
    case Format::kJson:
      out << manifest::to_json(list_of(std::move(*outcome)));
      break;
    case Format::kYaml:
      out << manifest::to_yaml(list_of(std::move(*outcome)));
      break;
  }
  if (!out.flush()) {
    error << "neuron-scheduler: the result could not be written\n";
    return cmd::kExitFailure;
  }
  return pending && options.fail_on_pending ? cmd::kExitPending : cmd::kExitOk;
}

}  // namespace neuron_scheduler::simulate
