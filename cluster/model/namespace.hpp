#pragma once

#include <memory>
#include <string>

#include "cluster/model/name.hpp"
#include "cluster/model/selector.hpp"

namespace neuron_scheduler::model {

// A namespace as decisions need it, never changed after it is made. One whose labels could not be
// decoded has a decode_error and nothing but its identity.
struct Namespace {
  Name name;
  std::string resource_version;
  Labels labels;
  std::string decode_error;
};

using NamespaceRef = std::shared_ptr<const Namespace>;

}  // namespace neuron_scheduler::model
