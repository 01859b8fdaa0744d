#include "cluster/model/resources.hpp"

#include <algorithm>

namespace neuron_scheduler::model {
namespace {

// Wraps instead of overflowing: exact inverses whatever the amounts are.
std::int64_t wrap(std::int64_t a, std::int64_t b, bool minus) {
  const auto ua = static_cast<std::uint64_t>(a);
  const auto ub = static_cast<std::uint64_t>(b);
  return static_cast<std::int64_t>(minus ? ua - ub : ua + ub);
}

void combine(Resources& to, const Resources& other, bool minus) {
  to.cpu_milli = wrap(to.cpu_milli, other.cpu_milli, minus);
  to.memory_bytes = wrap(to.memory_bytes, other.memory_bytes, minus);
  to.ephemeral_storage_bytes =
      wrap(to.ephemeral_storage_bytes, other.ephemeral_storage_bytes, minus);
  for (const auto& [name, amount] : other.scalars) {
    to.set_scalar(name, wrap(to.scalar(name), amount, minus));
  }
}

}  // namespace

std::int64_t Resources::scalar(const Name& name) const {
  for (const auto& [known, amount] : scalars) {
    if (known == name) return amount;
  }
  return 0;
}

void Resources::set_scalar(const Name& name, std::int64_t amount) {
  const auto found = std::find_if(scalars.begin(), scalars.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (found != scalars.end()) {
    if (amount == 0) {
      scalars.erase(found);
    } else {
      found->second = amount;
    }
    return;
  }
  if (amount == 0) return;
  const auto place = std::find_if(scalars.begin(), scalars.end(),
                                  [&](const auto& entry) { return entry.first > name; });
  scalars.insert(place, {name, amount});
}

void Resources::add(const Resources& other) { combine(*this, other, false); }

void Resources::subtract(const Resources& other) { combine(*this, other, true); }

bool Resources::all_zero() const {
  return cpu_milli == 0 && memory_bytes == 0 && ephemeral_storage_bytes == 0 &&
         std::all_of(scalars.begin(), scalars.end(), [](const auto& s) { return s.second == 0; });
}

bool is_extended_resource(std::string_view name) {
  return name.find('/') != std::string_view::npos &&
         name.find("kubernetes.io/") == std::string_view::npos && !name.starts_with("requests.");
}

bool is_scalar_resource(std::string_view name) {
  return is_extended_resource(name) || name.starts_with("hugepages-") ||
         name.find("kubernetes.io/") != std::string_view::npos ||
         name.starts_with("attachable-volumes-");
}

}  // namespace neuron_scheduler::model
