#include "cluster/embedded/store/api.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "cluster/embedded/store/core.hpp"
#include "cluster/embedded/store/discovery.hpp"
#include "cluster/embedded/store/render.hpp"
#include "cluster/embedded/store/verbs.hpp"

namespace neuron_scheduler::embedded {
namespace {

using Place = Route::Place;

Answer<ApiAnswer> on_collection(Core& core, const Call& call) {
  const std::string_view method = call.request.method;
  if (method == "GET") {
    return call.query.flag("watch") || call.route.watch ? open_watch(core, call)
                                                        : list_objects(core, call);
  }
  const bool everywhere = call.face().namespaced && call.route.namespace_name.empty();
  if (method == "POST" && !everywhere) return create_object(core, call);
  if (method == "DELETE" && !everywhere && call.resource() != Resource::kNamespaces) {
    return delete_collection(core, call);
  }
  return method_not_allowed();
}

Answer<ApiAnswer> on_item(Core& core, const Call& call) {
  const std::string_view method = call.request.method;
  if (method == "GET") {
    return call.route.watch ? open_watch(core, call) : get_object(core, call);
  }
  if (call.route.watch) return method_not_allowed();
  if (method == "PUT") return update_object(core, call);
  if (method == "PATCH") return patch_object(core, call);
  if (method == "DELETE") return delete_object(core, call);
  return method_not_allowed();
}

Answer<ApiAnswer> on_subresource(Core& core, const Call& call) {
  const std::string_view method = call.request.method;
  if (call.route.place == Place::kStatus) {
    if (method == "GET") return get_object(core, call);
    if (method == "PUT") return update_object(core, call);
    if (method == "PATCH") return patch_object(core, call);
  } else if (call.route.place == Place::kBinding) {
    if (method == "POST") return bind_pod(core, call);
  } else if (method == "PUT") {
    return update_object(core, call);
  }
  return method_not_allowed();
}

bool is_known_method(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return std::ranges::find(kMethods, method) != std::end(kMethods);
}

Answer<ApiAnswer> respond(Core& core, const ApiRequest& request) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const std::string_view query =
      request.target.substr(std::min(request.target.size(), path.size() + 1));
  if (request.method == "GET") {
    if (auto answer = discover(path, request.accept)) return std::move(*answer);
  }
  auto route = find_route(path);
  if (route.has_error()) return route.error();
  if (!is_known_method(request.method)) return method_not_allowed();
  Call call{.request = request, .route = std::move(*route), .query = Query(query)};
  if (!call.route.watch && !call.query.flag("watch")) {
    const auto timeout = check_timeout(call.query);
    if (timeout.has_error()) return timeout.error();
  }
  const auto representation = negotiate(request.accept);
  if (representation.has_error()) return representation.error();
  call.representation = *representation;
  const auto include = parse_include_object(call.query.get("includeObject"));
  if (include.has_error()) return include.error();
  call.include = *include;
  switch (call.route.place) {
    case Place::kCollection:
      return on_collection(core, call);
    case Place::kItem:
      return on_item(core, call);
    default:
      return on_subresource(core, call);
  }
}

}  // namespace

struct Api::State {
  State(const model::Clock& clock, const ApiOptions& options) : core(clock, options) {}

  Core core;
};

Api::Api(const model::Clock& clock, const ApiOptions& options)
    : state_(std::make_unique<State>(clock, options)) {
  // What every cluster has.
  for (const std::string_view name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    const std::string body = R"({"metadata":{"name":")" + std::string{name} + R"("}})";
    (void)handle({.method = "POST",
                  .target = "/api/v1/namespaces",
                  .content_type = "application/json",
                  .accept = "application/json",
                  .body = body});
  }
}

Api::~Api() = default;

ApiAnswer Api::handle(const ApiRequest& request) {
  try {
    auto answer = respond(state_->core, request);
    return answer.has_value() ? std::move(*answer) : failure_answer(answer.error());
  } catch (const std::exception& error) {
    // Boost.JSON's limits, and memory: what was written before is whole.
    return failure_answer(internal_error(error.what()));
  }
}

WatchState Api::read_watch(WatchId id, std::size_t max_bytes, std::string& out) {
  return state_->core.watches.read(id, max_bytes, out);
}

void Api::close_watch(WatchId id) { state_->core.watches.close(id); }

std::vector<WatchId> Api::take_ready() { return state_->core.watches.take_ready(); }

void Api::tick() {
  Core& core = state_->core;
  core.watches.tick();
  while (const auto key = core.event_expiries.due(core.clock.steady())) {
    core.remove(Resource::kEvents, *key);
  }
}

std::optional<model::SteadyTime> Api::next_timer() const {
  const auto watches = state_->core.watches.next_timer();
  const auto events = state_->core.event_expiries.next();
  if (!watches || !events) return watches ? watches : events;
  return std::min(*watches, *events);
}

void Api::compact() {
  state_->core.store.compact();
  state_->core.watches.all_changed();
}

void Api::end_watches() { state_->core.watches.end_all(); }

std::uint64_t Api::resource_version() const { return state_->core.store.resource_version(); }

}  // namespace neuron_scheduler::embedded
