#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cmd/neuron-scheduler/drawing.hpp"
#include "cmd/neuron-scheduler/options.hpp"
#include "cmd/neuron-scheduler/process.hpp"
#include "cmd/neuron-scheduler/simulate/command.hpp"

int main(int argc, char** argv) {
  namespace cmd = neuron_scheduler::cmd;
  try {
    const cmd::ParsedOptions parsed =
        cmd::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (parsed.run) return cmd::run_scheduler(parsed.options);
    if (parsed.simulate) {
      return neuron_scheduler::simulate::run_command(*parsed.simulate, cmd::standard_output_style(),
                                                     std::cin, std::cout, std::cerr);
    }
    std::fputs(parsed.output.c_str(), parsed.exit_code == cmd::kExitOk ? stdout : stderr);
    return parsed.exit_code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neuron-scheduler: %s\n", error.what());
    return cmd::kExitFailure;
  }
}
