#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cluster/embedded/store/resource.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

// The cells of one object's row, as many as its face has columns (pkg/printers/internalversion). An
// event is in the form of its face.
[[nodiscard]] boost::json::array cells_of(Face face, const boost::json::object& object,
                                          model::WallTime now);

// How long ago the time was; "<unknown>" where it is none.
[[nodiscard]] std::string age_of(std::string_view time, model::WallTime now);

// READY and STATUS of a pod, apart from the other columns.
struct PodSummary {
  std::int64_t ready = 0;
  std::int64_t containers = 0;
  std::int64_t restarts = 0;
  std::string last_restart;  // A time, or empty.
  std::string status;
};
[[nodiscard]] PodSummary summarize(const boost::json::object& pod);

}  // namespace neuron_scheduler::embedded
