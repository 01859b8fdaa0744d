#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cluster/embedded/server/faults.hpp"
#include "cluster/embedded/store/api.hpp"

// How answers look on the wire, and the answers that the shell gives by itself.
namespace neuron_scheduler::embedded {

// Status line and fields; closes: the connection ends after it.
[[nodiscard]] std::string answer_head(const ApiAnswer& answer, bool closes);
// The same for a stream of chunks.
[[nodiscard]] std::string stream_head(const ApiAnswer& answer);
// The line before a chunk of so many bytes.
[[nodiscard]] std::string chunk_head(std::size_t bytes);

// A v1 Status of kind Failure; reason: empty for the one that goes with the code.
[[nodiscard]] ApiAnswer failure(int code, std::string_view reason, std::string message);
[[nodiscard]] ApiAnswer failure_of(const FaultRule& rule);
[[nodiscard]] ApiAnswer body_is_too_large(std::size_t bytes_max);
// 429, for a client that comes while too much waits to be written.
[[nodiscard]] ApiAnswer overloaded();
// Whole, for a client that comes while all connections are busy.
[[nodiscard]] std::string busy_answer();

// The answer to a request to /faults.
[[nodiscard]] ApiAnswer answer_faults(FaultRules& rules, const ApiRequest& request);

}  // namespace neuron_scheduler::embedded
