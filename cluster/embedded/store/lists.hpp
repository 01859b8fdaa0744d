#pragma once

#include <vector>

#include "cluster/embedded/store/options.hpp"
#include "cluster/embedded/store/pages.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/status.hpp"
#include "cluster/embedded/store/store.hpp"

namespace neuron_scheduler::embedded {

struct List {
  std::vector<ObjectPtr> objects;
  ListMetadata metadata;
  // The page that was asked for is of a time that is forgotten; metadata.continuation goes on with
  // what there is now.
  bool expired = false;
};

// What the options ask for: of now, of an exact version, or the next page (apiserver
// pkg/storage/etcd3 GetList, pkg/storage/cacher delegate). 400, 410 or 504.
[[nodiscard]] Answer<List> read_list(const Store& store, const Selection& selection,
                                     const ListOptions& options);

}  // namespace neuron_scheduler::embedded
