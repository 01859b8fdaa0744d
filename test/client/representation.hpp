#pragma once

#include <string>
#include <string_view>

// The tests of the codecs are built twice: into cluster_client_test, where servers speak JSON, and
// into cluster_client_protobuf_test, where they speak protobuf. What protobuf cannot say, such as a
// number where a text belongs, stays JSON.
namespace neuron_scheduler::test {

[[nodiscard]] std::string as_sent(const std::string& json);
[[nodiscard]] std::string list_as_sent(const std::string& json, std::string_view kind);
// Lines, one for each event; stays JSON if one of them has to.
[[nodiscard]] std::string watch_as_sent(const std::string& lines);

}  // namespace neuron_scheduler::test
