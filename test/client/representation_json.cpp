#include "test/client/representation.hpp"

namespace neuron_scheduler::test {

std::string as_sent(const std::string& json) { return json; }
std::string list_as_sent(const std::string& json, std::string_view /*kind*/) { return json; }
std::string watch_as_sent(const std::string& lines) { return lines; }

}  // namespace neuron_scheduler::test
