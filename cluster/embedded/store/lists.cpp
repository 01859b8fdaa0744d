#include "cluster/embedded/store/lists.hpp"

#include <utility>

namespace neuron_scheduler::embedded {
namespace {

using Match = ListOptions::Match;

struct Moment {
  std::uint64_t version = 0;
};

// Of which version the first page is.
Answer<Moment> moment_of(const Store& store, const History& history, const ListOptions& options) {
  const std::uint64_t now = store.resource_version();
  const std::uint64_t asked = options.resource_version.value_or(0);
  if (asked == 0) return Moment{now};
  if (asked > now) return too_large_resource_version(asked, now);
  const bool exact =
      options.match == Match::kExact || (options.match == Match::kUnset && options.limit > 0);
  if (!exact) return Moment{now};
  if (asked < history.forgotten) return expired_list();
  return Moment{asked};
}

}  // namespace

Answer<List> read_list(const Store& store, const Selection& selection, const ListOptions& options) {
  const History& history = store.history(info(selection.face).resource);
  List list;
  std::string from;
  std::size_t limit = options.limit == 0 ? kNoLimit : options.limit;
  std::uint64_t at = 0;
  if (!options.continuation.empty()) {
    if (options.resource_version.value_or(0) != 0) {
      return bad_request("specifying resource version is not allowed when using continue");
    }
    auto continuation = decode_continuation(selection, options.continuation);
    if (continuation.has_error()) return continuation.error();
    from = std::move(continuation->from);
    const std::int64_t asked = continuation->resource_version;
    at = asked < 0 ? store.resource_version() : static_cast<std::uint64_t>(asked);
    if (at > store.resource_version()) {
      return too_large_resource_version(at, store.resource_version());
    }
    if (at < history.forgotten) {
      list.expired = true;
      list.metadata.continuation = encode_continuation(selection, {-1, from});
      return list;
    }
  } else {
    const auto moment = moment_of(store, history, options);
    if (moment.has_error()) return moment.error();
    at = moment->version;
    // Served from memory, where a page costs no less than all.
    const bool any = options.resource_version && *options.resource_version == 0;
    if (any && options.match == Match::kUnset) limit = kNoLimit;
  }
  Page page = read_page(store, selection, at, from, limit, kNoLimit);
  list.metadata.resource_version = at;
  if (!page.next.empty()) {
    list.metadata.continuation =
        encode_continuation(selection, {static_cast<std::int64_t>(at), page.next});
    if (selection.selects_all()) {
      list.metadata.remaining = count_from(store, selection, at, page.next);
    }
  }
  list.objects = std::move(page.objects);
  return list;
}

}  // namespace neuron_scheduler::embedded
