#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "cluster/embedded/store/lists.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/text.hpp"
#include "cluster/embedded/store/verbs.hpp"

namespace neuron_scheduler::embedded {
namespace {

// kube-apiserver --min-request-timeout: a watch without a timeout gets this up to twice this.
constexpr std::chrono::seconds kWatchTimeoutMin{1800};

std::string field_selector(const Call& call) {
  std::string selector{call.query.get("fieldSelector")};
  if (!call.route.name.empty()) selector = "metadata.name=" + call.route.name;  // /watch/.../name
  return selector;
}

}  // namespace

Answer<ApiAnswer> get_object(Core& core, const Call& call) {
  const auto asked = read_resource_version(call.query, ListUse::kGet);
  if (asked.has_error()) return asked.error();
  if (asked->value_or(0) > core.store.resource_version()) {
    return too_large_resource_version(**asked, core.store.resource_version());
  }
  const ObjectPtr object = core.store.find(call.resource(), call.key());
  if (!object) return not_found(call.face(), call.route.name);
  return object_answer(core, call, 200, *object);
}

Answer<ApiAnswer> list_objects(Core& core, const Call& call) {
  const auto options = read_list_options(call.query, ListUse::kList, core.options.streamed_lists);
  if (options.has_error()) return options.error();
  const auto selection =
      make_selection(call.face().face, call.route.namespace_name, call.query.get("labelSelector"),
                     call.query.get("fieldSelector"));
  if (selection.has_error()) return selection.error();
  const auto list = read_list(core.store, *selection, *options);
  if (list.has_error()) return list.error();
  if (!list->expired) return list_answer(core, call, list->objects, list->metadata);
  boost::json::object gone = to_object(expired_continue());
  gone["metadata"] = boost::json::object{{"continue", list->metadata.continuation}};
  return json_answer(410, gone);
}

Answer<ApiAnswer> open_watch(Core& core, const Call& call) {
  const auto wants = read_list_options(call.query, ListUse::kWatch, core.options.streamed_lists);
  if (wants.has_error()) return wants.error();
  auto selection = make_selection(call.face().face, call.route.namespace_name,
                                  call.query.get("labelSelector"), field_selector(call));
  if (selection.has_error()) return selection.error();
  if (core.watches.count() >= core.options.watches_max) {
    return too_many_requests("too many watches are open, please try again later",
                             std::chrono::seconds{1});
  }
  const std::uint64_t now = core.store.resource_version();
  const std::uint64_t asked = wants->resource_version.value_or(0);
  // Without a version a watch begins with what there is, as a streamed list does (apimachinery
  // SetListOptionsDefaults); before there were streamed lists it did so without the bookmark.
  const bool initial = wants->send_initial_events.value_or(asked == 0);
  const bool streamed = wants->send_initial_events.has_value() || core.options.streamed_lists;

  WatchOptions options;
  options.selection = std::move(*selection);
  options.representation = call.representation;
  options.include = call.include;
  options.initial = initial;
  options.after = initial || asked == 0 ? now : asked;
  options.bookmarks = wants->bookmarks;
  options.initial_end_bookmark = initial && streamed && wants->bookmarks;
  options.bookmark_interval = core.options.bookmark_interval;
  options.timeout = kWatchTimeoutMin + std::chrono::seconds{core.names.number() % 1800};
  constexpr std::int64_t kTimeoutMax = std::int64_t{365} * 24 * 3600;
  if (const auto seconds = wants->timeout_seconds.value_or(0); seconds > 0) {
    options.timeout = std::chrono::seconds{std::min(seconds, kTimeoutMax)};
  }
  const std::uint64_t forgotten = core.store.history(call.resource()).forgotten;
  if (initial && asked > now) {
    options.error = too_large_resource_version(asked, now);
  } else if (!initial && options.after < forgotten) {
    options.error = expired_watch(asked, forgotten);
  }
  ApiAnswer answer;
  answer.watch = core.watches.open(std::move(options));
  return answer;
}

}  // namespace neuron_scheduler::embedded
