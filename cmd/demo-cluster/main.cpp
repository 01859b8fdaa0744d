#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/demo-cluster/options.hpp"
#include "cmd/demo-cluster/process.hpp"

int main(int argc, char** argv) {
  namespace demo = neuron_scheduler::demo;
  try {
    const demo::ParsedOptions parsed =
        demo::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (parsed.run) return demo::run_demo_cluster(parsed.options);
    std::fputs(parsed.output.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "demo-cluster: %s\n", error.what());
    return neuron_scheduler::cmd::kExitFailure;
  }
}
