#include "cluster/embedded/store/kubelet_follower.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <boost/json/parse.hpp>

#include "cluster/embedded/store/body.hpp"
#include "cluster/embedded/store/text.hpp"

namespace neuron_scheduler::embedded {
namespace {

namespace json = boost::json;

constexpr int kOk = 200;
constexpr std::string_view kPageSize = "500";

// Null if it cannot be read.
json::value parse(std::string_view text) {
  constexpr std::size_t kAroundObject = 2;  // A list and its items, or an event.
  json::parse_options options = stored_parse_options();
  options.max_depth += kAroundObject;
  json::error_code error;
  json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, json::storage_ptr(), options);
  return error ? json::value() : value;
}

std::string version_of(const json::object& object) {
  const json::object* const metadata = object_in(object, "metadata");
  return metadata == nullptr ? std::string() : std::string(text_in(*metadata, "resourceVersion"));
}

}  // namespace

Follower::Follower(Api& api, std::string path_and_query, Sink sink)
    : api_(api), target_(std::move(path_and_query)), sink_(std::move(sink)) {
  target_ += target_.find('?') == std::string::npos ? '?' : '&';
}

Follower::~Follower() {
  if (watch_) api_.close_watch(*watch_);
}

bool Follower::read(std::size_t bytes_max) {
  if (lists_) return read_page();
  if (!watch_) start_watch();
  return !watch_ || read_lines(bytes_max);
}

ApiAnswer Follower::get(const std::string& parameters) {
  const std::string target = target_ + parameters;
  ApiRequest request;
  request.method = "GET";
  request.target = target;
  request.accept = "application/json";
  return api_.handle(request);
}

bool Follower::read_page() {
  std::string parameters = "limit=" + std::string(kPageSize);
  if (continue_.empty()) {
    sink_.on_list_begin();
  } else {
    parameters += "&continue=" + continue_;
  }
  const ApiAnswer answer = get(parameters);
  const json::value value = parse(answer.body);
  const json::object* const list = value.if_object();
  if (answer.status != kOk || list == nullptr) {
    // The list's history is gone: from the start. Anything else will not get better soon.
    const bool starts_again = !continue_.empty();
    continue_.clear();
    return !starts_again;
  }
  each_object(*list, "items",
              [this](const json::object& item, std::size_t) { sink_.on_object("ADDED", item); });
  const json::object* const metadata = object_in(*list, "metadata");
  continue_ = metadata == nullptr ? std::string() : std::string(text_in(*metadata, "continue"));
  if (!continue_.empty()) return false;
  version_ = version_of(*list);
  lists_ = false;
  sink_.on_list_end();
  start_watch();
  return true;
}

void Follower::start_watch() {
  const ApiAnswer answer = get("watch=true&allowWatchBookmarks=true&resourceVersion=" + version_);
  watch_ = answer.watch;
  if (!watch_) lists_ = true;  // Its version is forgotten, most likely.
}

bool Follower::read_lines(std::size_t bytes_max) {
  lines_.clear();
  if (api_.read_watch(*watch_, bytes_max, lines_) == WatchState::kEnded) watch_.reset();
  std::string_view rest = lines_;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (take_line(line)) continue;
    if (watch_) api_.close_watch(*watch_);
    watch_.reset();
    lists_ = true;
    return false;
  }
  return watch_.has_value() && lines_.size() < bytes_max;
}

bool Follower::take_line(std::string_view line) {
  const json::value value = parse(line);
  const json::object* const event = value.if_object();
  const json::object* const object = event == nullptr ? nullptr : object_in(*event, "object");
  if (object == nullptr) return true;  // One object is missed, and no other.
  const std::string_view type = text_in(*event, "type");
  if (type == "ERROR") return false;
  version_ = version_of(*object);
  if (type != "BOOKMARK") sink_.on_object(type, *object);
  return true;
}

}  // namespace neuron_scheduler::embedded
