#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/embedded/store/api.hpp"
#include "cluster/embedded/store/query.hpp"
#include "cluster/embedded/store/random_names.hpp"
#include "cluster/embedded/store/route.hpp"
#include "cluster/embedded/store/store.hpp"
#include "cluster/embedded/store/table.hpp"
#include "cluster/embedded/store/watches.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

// When objects go by themselves: events, an hour after they were last written.
class Expiries {
 public:
  void set(const std::string& key, model::SteadyTime when);
  void erase(std::string_view key);
  // A key whose time has come; nullopt: none.
  [[nodiscard]] std::optional<std::string> due(model::SteadyTime now) const;
  [[nodiscard]] std::optional<model::SteadyTime> next() const;

 private:
  std::map<std::string, model::SteadyTime, std::less<>> times_;
  std::set<std::pair<model::SteadyTime, std::string>> order_;
};

// What the verbs work on.
struct Core {
  Core(const model::Clock& clock_used, const ApiOptions& options_used);

  // Writes the object that has been made with store.next_version().
  void put(Resource resource, ObjectPtr object);
  ObjectPtr remove(Resource resource, std::string_view key);

  const model::Clock& clock;
  const ApiOptions options;
  Store store;
  Watches watches;
  RandomNames names;
  Expiries event_expiries;
};

// A request, understood as far as path, query and headers go.
struct Call {
  const ApiRequest& request;
  Route route;
  Query query;
  Representation representation = Representation::kObject;
  IncludeObject include = IncludeObject::kMetadata;

  [[nodiscard]] const FaceInfo& face() const { return *route.face; }
  [[nodiscard]] Resource resource() const { return route.face->resource; }
  [[nodiscard]] std::string key() const { return object_key(route.namespace_name, route.name); }
};

}  // namespace neuron_scheduler::embedded
