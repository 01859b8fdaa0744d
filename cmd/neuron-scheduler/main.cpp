#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/neuron-scheduler/options.hpp"
#include "cmd/neuron-scheduler/process.hpp"

int main(int argc, char** argv) {
  namespace cmd = neuron_scheduler::cmd;
  try {
    const cmd::ParsedOptions parsed =
        cmd::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (parsed.run) return cmd::run_scheduler(parsed.options);
    std::fputs(parsed.output.c_str(), parsed.exit_code == cmd::kExitOk ? stdout : stderr);
    return parsed.exit_code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neuron-scheduler: %s\n", error.what());
    return cmd::kExitFailure;
  }
}
