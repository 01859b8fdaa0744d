#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cluster/embedded/store/core.hpp"

// Answers in the representation that the call asked for.
namespace neuron_scheduler::embedded {

[[nodiscard]] ApiAnswer object_answer(const Core& core, const Call& call, int status,
                                      const StoredObject& object);
// An object that is not, or not yet, in the store, with kind and apiVersion.
[[nodiscard]] ApiAnswer object_answer(const Core& core, const Call& call, int status,
                                      const boost::json::object& object);

struct ListMetadata {
  std::uint64_t resource_version = 0;
  std::string continuation;
  std::optional<std::size_t> remaining;
};
[[nodiscard]] ApiAnswer list_answer(const Core& core, const Call& call,
                                    std::span<const ObjectPtr> objects,
                                    const ListMetadata& metadata);

[[nodiscard]] ApiAnswer json_answer(int status, const boost::json::object& object);
[[nodiscard]] ApiAnswer failure_answer(const Status& status);

}  // namespace neuron_scheduler::embedded
