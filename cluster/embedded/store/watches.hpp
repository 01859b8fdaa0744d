#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cluster/embedded/store/api.hpp"
#include "cluster/embedded/store/pages.hpp"
#include "cluster/embedded/store/store.hpp"
#include "cluster/embedded/store/table.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::embedded {

struct WatchOptions {
  Selection selection;
  Representation representation = Representation::kObject;
  IncludeObject include = IncludeObject::kMetadata;
  std::uint64_t after = 0;  // Changes after this resourceVersion; it may be yet to come.
  bool initial = false;     // First what there is at `after`, which is now.
  bool bookmarks = false;
  bool initial_end_bookmark = false;  // One after what there is.
  std::chrono::nanoseconds bookmark_interval{};
  std::chrono::nanoseconds timeout{};
  std::optional<Status> error;  // All that it will say.
};

// Who watches. A watch is a place in its resource's history; it holds no objects, so that what it
// costs is bounded by the history. One that the history has overtaken is ended.
//
//   initial: pages of what there was ──► changes ──► ended (time is up, 410, end_all)
class Watches {
 public:
  // Both must outlive it.
  Watches(const Store& store, const model::Clock& clock) : store_(store), clock_(clock) {}

  [[nodiscard]] std::size_t count() const { return watches_.size(); }
  [[nodiscard]] WatchId open(WatchOptions options);
  [[nodiscard]] WatchState read(WatchId id, std::size_t max_bytes, std::string& out);
  void close(WatchId id);
  void end_all();

  // The resource has a new change.
  void changed(Resource resource) { changed_[static_cast<std::size_t>(resource)] = true; }
  void all_changed() { changed_.fill(true); }
  [[nodiscard]] std::vector<WatchId> take_ready();

  void tick();
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;

 private:
  struct Watch {
    WatchOptions options;
    Resource resource = Resource::kPods;
    bool initial = false;
    std::string initial_from;  // The key to go on from.
    std::uint64_t next = 0;    // The number of the next change.
    bool bookmark_due = false;
    bool initial_end_due = false;
    bool columns_sent = false;
    bool ready = true;
    bool ended = false;
    model::SteadyTime deadline{};
    model::SteadyTime next_bookmark{};

    [[nodiscard]] model::SteadyTime timer() const;
    [[nodiscard]] model::SteadyTime bookmark_after(model::SteadyTime now) const;
  };
  using Entries = std::map<WatchId, Watch>;

  void erase(Entries::iterator entry);
  // False: there is room for no more, or an error was said.
  [[nodiscard]] bool read_initial(Watch& watch, std::size_t size_max, std::string& out) const;
  [[nodiscard]] bool read_changes(Watch& watch, std::size_t size_max, std::string& out) const;
  void read_bookmark(Watch& watch, std::string& out) const;
  void append_change(Watch& watch, const Event& event, std::string& out) const;
  void append(Watch& watch, std::string_view type, const StoredObject& object,
              std::string& out) const;
  void fail(Watch& watch, const Status& status, std::string& out) const;

  const Store& store_;
  const model::Clock& clock_;
  Entries watches_;
  std::set<std::pair<model::SteadyTime, WatchId>> timers_;
  std::array<bool, kResources> changed_{};
  WatchId last_id_ = 0;
};

}  // namespace neuron_scheduler::embedded
