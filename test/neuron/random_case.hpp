#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "neuron/request.hpp"
#include "test/neuron/naive.hpp"

// Random nodes and pods of all kinds, each told by its seed alone.
namespace neuron_scheduler::naive {

inline constexpr std::string_view kNodeName = "n";

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  // 0 <= result < bound.
  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }
  int between(int low, int high) { return low + below(high - low + 1); }
  bool one_in(int chances) { return below(chances) == 0; }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
  }
  std::mt19937_64& engine() { return random_; }

 private:
  std::mt19937_64 random_;
};

struct RandomCase {
  std::uint64_t seed = 0;
  Node node;  // What the pod does not accept is in node.not_asked.
  std::vector<neuron::ContainerRequest> containers;
  // Values of the UUID annotations.
  std::vector<std::string> use;
  std::vector<std::string> nouse;
  neuron::DevicePolicy policy = neuron::DevicePolicy::kBinpack;
};

[[nodiscard]] RandomCase make_case(const std::vector<Machine>& machines, std::uint64_t seed);

// A node in use, by one of several habits.
[[nodiscard]] Node random_node(const Machine& machine, Draw& draw);
// As many devices or cores as some container of the machine might ask for; sometimes too many.
[[nodiscard]] neuron::ContainerRequest random_request(const Machine& machine, bool in_devices,
                                                      Draw& draw);

// Everything that is needed to see what the case is.
[[nodiscard]] std::string text_of(const RandomCase& random_case);

}  // namespace neuron_scheduler::naive
