#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/neuron-scheduler/options.hpp"
#include "cmd/neuron-scheduler/process.hpp"

int main(int argc, char** argv) {
  using namespace neuron_scheduler::cmd;
  try {
    const ParsedOptions parsed = parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (parsed.run) return run_scheduler(parsed.options);
    std::fputs(parsed.output.c_str(), parsed.exit_code == kExitOk ? stdout : stderr);
    return parsed.exit_code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neuron-scheduler: %s\n", error.what());
    return kExitFailure;
  }
}
