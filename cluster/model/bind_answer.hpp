#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cluster/model/pod.hpp"

namespace neuron_scheduler::model {

// How one attempt to send a binding ended (design.md §4).
enum class BindEnd : std::uint8_t {
  kDone,      // 201
  kRefused,   // 400, 403, 413, 422 and other answers that mean "never".
  kConflict,  // 409: how the pod stands must be read.
  kNotFound,  // 404: there is no such pod any more.
  kNotTried,  // 401, 429, 415 for protobuf, or the request was never sent: certainly not carried
              // out.
  kUnknown,   // Sent, but no whole answer, or 5xx, or 408: may have been carried out, or be so yet.
};

struct BindAnswer {
  BindEnd end = BindEnd::kUnknown;
  std::string message;  // Empty with kDone.
  std::optional<std::chrono::milliseconds> retry_after;
};

// How a pod stands, from a GET.
struct PodReading {
  enum class Kind : std::uint8_t { kFound, kNotFound, kFailed };
  Kind kind = Kind::kFailed;
  PodRef pod;           // kFound
  std::string message;  // The others.
};

}  // namespace neuron_scheduler::model
