#include "cluster/embedded/store/watches.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "cluster/embedded/store/schema.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

void begin_line(std::string_view type, std::string& out) {
  out += R"({"type":")";
  out += type;
  out += R"(","object":)";
}

// An object of the kind that has metadata alone, with what its type always writes.
json::object bookmark(const FaceInfo& face, Representation representation, json::object metadata) {
  if (representation != Representation::kObject) {
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", "meta.k8s.io/v1"},
            {"metadata", std::move(metadata)}};
  }
  json::object object{{"metadata", std::move(metadata)}};
  std::vector<std::string> warnings;
  (void)decode_object(face.face, FieldValidation::kIgnore, object, warnings);  // It has no faults.
  return object;
}

}  // namespace

// The next by the clock, or one shortly before the end, from where the client goes on then
// (apiserver pkg/storage/cacher nextBookmarkTime).
model::SteadyTime Watches::Watch::bookmark_after(model::SteadyTime now) const {
  constexpr std::chrono::seconds kBeforeTheEnd{2};
  const model::SteadyTime usual = now + options.bookmark_interval;
  const model::SteadyTime last = deadline - kBeforeTheEnd;
  return last > now ? std::min(usual, last) : usual;
}

model::SteadyTime Watches::Watch::timer() const {
  return options.bookmarks ? std::min(deadline, next_bookmark) : deadline;
}

WatchId Watches::open(WatchOptions options) {
  Watch watch;
  watch.options = std::move(options);
  const WatchOptions& wants = watch.options;
  watch.resource = info(wants.selection.face).resource;
  watch.initial = wants.initial;
  watch.initial_end_due = wants.initial_end_bookmark;
  watch.next = store_.history(watch.resource).after(wants.after);
  watch.deadline = clock_.steady() + wants.timeout;
  watch.next_bookmark = watch.bookmark_after(clock_.steady());
  const WatchId id = ++last_id_;
  timers_.emplace(watch.timer(), id);
  watches_.emplace(id, std::move(watch));
  return id;
}

WatchState Watches::read(WatchId id, std::size_t max_bytes, std::string& out) {
  const auto entry = watches_.find(id);
  if (entry == watches_.end()) return WatchState::kEnded;
  Watch& watch = entry->second;
  const std::size_t size_max = out.size() + std::max(max_bytes, std::size_t{1});
  if (watch.options.error) fail(watch, *watch.options.error, out);
  if (!watch.ended && read_initial(watch, size_max, out) && read_changes(watch, size_max, out)) {
    read_bookmark(watch, out);
  }
  if (!watch.ended) return WatchState::kOpen;
  erase(entry);
  return WatchState::kEnded;
}

void Watches::close(WatchId id) {
  const auto entry = watches_.find(id);
  if (entry != watches_.end()) erase(entry);
}

void Watches::erase(Entries::iterator entry) {
  timers_.erase({entry->second.timer(), entry->first});
  watches_.erase(entry);
}

void Watches::end_all() {
  for (auto& [id, watch] : watches_) {
    watch.ended = true;
    watch.options.error.reset();
    watch.ready = true;
  }
}

std::vector<WatchId> Watches::take_ready() {
  std::vector<WatchId> ready;
  for (auto& [id, watch] : watches_) {
    if (watch.ready || changed_[static_cast<std::size_t>(watch.resource)]) ready.push_back(id);
    watch.ready = false;
  }
  changed_.fill(false);
  return ready;
}

void Watches::tick() {
  const model::SteadyTime now = clock_.steady();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const WatchId id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Watch& watch = watches_.at(id);
    watch.ready = true;
    if (watch.deadline <= now) {
      watch.ended = true;
      watch.deadline = model::SteadyTime::max();
      watch.next_bookmark = model::SteadyTime::max();
    } else {
      watch.bookmark_due = true;
      watch.next_bookmark = watch.bookmark_after(now);
    }
    timers_.emplace(watch.timer(), id);
  }
}

std::optional<model::SteadyTime> Watches::next_timer() const {
  if (timers_.empty() || timers_.begin()->first == model::SteadyTime::max()) return std::nullopt;
  return timers_.begin()->first;
}

bool Watches::read_initial(Watch& watch, std::size_t size_max, std::string& out) const {
  if (!watch.initial) return true;
  const WatchOptions& wants = watch.options;
  const History& history = store_.history(watch.resource);
  if (wants.after < history.forgotten) {
    fail(watch, expired_watch(wants.after, history.forgotten), out);
    return false;
  }
  while (watch.initial) {
    if (out.size() >= size_max) {
      watch.ready = true;
      return false;
    }
    const Page page = read_page(store_, wants.selection, wants.after, watch.initial_from, kNoLimit,
                                size_max - out.size());
    for (const ObjectPtr& object : page.objects) append(watch, "ADDED", *object, out);
    watch.initial_from = page.next;
    watch.initial = !page.next.empty();
  }
  // What came meanwhile.
  watch.next = history.after(wants.after);
  return true;
}

bool Watches::read_changes(Watch& watch, std::size_t size_max, std::string& out) const {
  const History& history = store_.history(watch.resource);
  if (watch.initial_end_due && out.size() < size_max) {
    // Before any change: the bookmark's version is that of what was there.
    read_bookmark(watch, out);
  }
  if (watch.next < history.first) {
    fail(watch, expired_watch(watch.options.after, history.forgotten), out);
    return false;
  }
  for (; watch.next < history.end(); ++watch.next) {
    if (out.size() >= size_max) {
      watch.ready = true;
      return false;
    }
    append_change(watch, history.events[static_cast<std::size_t>(watch.next - history.first)], out);
  }
  return true;
}

// What a change is to one who sees only what matches (apiserver pkg/storage/cacher).
void Watches::append_change(Watch& watch, const Event& event, std::string& out) const {
  WatchOptions& wants = watch.options;
  if (event.resource_version() <= wants.after) return;  // after was yet to come.
  const Selection& selection = wants.selection;
  if (!selection.range.contains(event.object->key)) return;
  const bool matched = event.previous && selection.matches(*event.previous);
  const bool matches = !event.deleted && selection.matches(*event.object);
  if (matches) {
    append(watch, matched ? "MODIFIED" : "ADDED", *event.object, out);
  } else if (matched && event.deleted) {
    append(watch, "DELETED", *event.object, out);
  } else if (matched) {
    // As it was when it matched, at the version at which it no longer does.
    append(watch, "DELETED", *at_version(*event.previous, event.resource_version()), out);
  }
}

void Watches::append(Watch& watch, std::string_view type, const StoredObject& object,
                     std::string& out) const {
  const WatchOptions& wants = watch.options;
  const Face face = wants.selection.face;
  begin_line(type, out);
  if (wants.representation == Representation::kObject) {
    append_json(face, object, out);
  } else {
    const json::object shown = to_object(face, object);
    if (wants.representation == Representation::kTable) {
      const std::array<const json::object*, 1> rows{&shown};
      const TableOptions options{
          .include = wants.include, .columns = !watch.columns_sent, .now = clock_.wall()};
      json::object metadata{{"resourceVersion", std::to_string(object.resource_version)}};
      out += json::serialize(make_table(face, rows, std::move(metadata), options));
      watch.columns_sent = true;
    } else {
      out += json::serialize(partial_metadata(shown));
    }
  }
  out += "}\n";
}

// The end of what was there, or how far the history has been read: then the watch has read all.
void Watches::read_bookmark(Watch& watch, std::string& out) const {
  if (!watch.initial_end_due && !watch.bookmark_due) return;
  const bool initial_end = watch.initial_end_due;
  const FaceInfo& face = info(watch.options.selection.face);
  const std::uint64_t version =
      initial_end ? watch.options.after : std::max(watch.options.after, store_.resource_version());
  json::object metadata{{"resourceVersion", std::to_string(version)}};
  if (initial_end) {
    metadata["annotations"] = json::object{{"k8s.io/initial-events-end", "true"}};
  }
  begin_line("BOOKMARK", out);
  if (watch.options.representation == Representation::kTable) {
    const TableOptions options{
        .include = watch.options.include, .columns = !watch.columns_sent, .now = clock_.wall()};
    out += json::serialize(make_table(face.face, {}, std::move(metadata), options));
    watch.columns_sent = true;
  } else {
    out += json::serialize(bookmark(face, watch.options.representation, std::move(metadata)));
  }
  out += "}\n";
  watch.initial_end_due = false;
  watch.bookmark_due = false;
}

void Watches::fail(Watch& watch, const Status& status, std::string& out) const {
  begin_line("ERROR", out);
  out += to_json(status);
  if (out.ends_with('\n')) out.pop_back();
  out += "}\n";
  watch.ended = true;
}

}  // namespace neuron_scheduler::embedded
