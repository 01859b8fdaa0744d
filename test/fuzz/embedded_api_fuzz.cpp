// A sequence of requests to the embedded API server, one a line:
//   METHOD TARGET TYPE ACCEPT BODY   TYPE and ACCEPT are keys of the tables below, BODY is the rest
//   READ N BYTES | CLOSE N | TICK SECONDS | COMPACT | END
// Two mirrors watch it all the time; what they have been told must be what a list shows.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "cluster/embedded/store/api.hpp"
#include "cluster/model/text.hpp"
#include "cluster/model/time.hpp"

namespace {

namespace embedded = neuron_scheduler::embedded;
namespace json = boost::json;
namespace model = neuron_scheduler::model;

constexpr std::size_t kLinesMax = 200;

struct Key {
  char key;
  std::string_view text;
};
constexpr Key kTypes[] = {{'j', "application/json"},
                          {'m', "application/merge-patch+json"},
                          {'s', "application/strategic-merge-patch+json"},
                          {'p', "application/json-patch+json; charset=utf-8"},
                          {'a', "application/apply-patch+yaml"},
                          {'x', "text/plain"}};
constexpr Key kAccepts[] = {
    {'o', "application/json"},
    {'t', "application/json;as=Table;v=v1;g=meta.k8s.io"},
    {'p', "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"},
    {'l', "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"},
    {'x', "text/html"}};

template <std::size_t N>
std::string_view lookup(const Key (&keys)[N], std::string_view word) {
  const auto* const found = std::ranges::find_if(
      keys, [&](const Key& key) { return word.size() == 1 && word.front() == key.key; });
  return found == std::end(keys) ? std::string_view{} : found->text;
}

class FuzzClock final : public model::Clock {
 public:
  [[nodiscard]] model::WallTime wall() const override {
    return model::WallTime{std::chrono::seconds{1'767'225'600}} + passed_;
  }
  [[nodiscard]] model::SteadyTime steady() const override { return model::SteadyTime{passed_}; }
  void advance(std::chrono::seconds by) { passed_ += by; }

 private:
  std::chrono::nanoseconds passed_{};
};

void check(bool holds) {
  if (!holds) std::abort();
}

json::value parsed(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 512;
  json::value value = json::parse(text, error, {}, options);
  check(!error);
  return value;
}

using Seen = std::map<std::string, std::string>;  // Name with namespace -> resourceVersion.

std::string text_at(const json::object& object, std::string_view key) {
  const auto* const value = object.if_contains(key);
  return value == nullptr ? std::string{} : std::string{value->as_string()};
}

void note(Seen& seen, const json::object& metadata) {
  seen[text_at(metadata, "namespace") + '/' + text_at(metadata, "name")] =
      text_at(metadata, "resourceVersion");
}

// What a watch of pods says, put together, and held against a list.
class Mirror {
 public:
  Mirror(embedded::Api& api, std::string query) : api_(api), query_(std::move(query)) {}

  void compare() {
    if (!watching_) open();
    std::string text;
    const bool open =
        api_.read_watch(watch_, std::size_t{1} << 24, text) == embedded::WatchState::kOpen;
    take(text);
    if (!open) watching_ = false;
    if (watching_) check(seen_ == listed());
  }

 private:
  embedded::ApiAnswer get(const std::string& query) {
    const std::string target = "/api/v1/pods?" + query + query_;
    return api_.handle({"GET", target, "", "application/json", ""});
  }

  void open() {
    const embedded::ApiAnswer answer = get("watch=1&");
    if (!answer.watch) return;  // There are too many.
    watching_ = true;
    watch_ = *answer.watch;
    seen_.clear();
  }

  void take(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      check(end != std::string_view::npos);
      const json::value event = parsed(text.substr(0, end));
      text.remove_prefix(end + 1);
      const std::string type{event.at("type").as_string()};
      if (type == "ERROR") continue;
      const json::object& metadata = event.at("object").at("metadata").as_object();
      const std::string key = text_at(metadata, "namespace") + '/' + text_at(metadata, "name");
      check(seen_.contains(key) == (type != "ADDED"));
      if (type == "DELETED") {
        seen_.erase(key);
      } else {
        note(seen_, metadata);
      }
    }
  }

  Seen listed() {
    const embedded::ApiAnswer answer = get("");
    check(answer.status == 200);
    Seen seen;
    const json::value list = parsed(answer.body);
    for (const json::value& item : list.at("items").as_array()) {
      note(seen, item.at("metadata").as_object());
    }
    return seen;
  }

  embedded::Api& api_;
  std::string query_;
  bool watching_ = false;
  embedded::WatchId watch_ = 0;
  Seen seen_;
};

std::string_view next_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

std::uint64_t number(std::string_view text, std::int64_t most) {
  const auto parsed_number = model::parse_integer(text);
  return static_cast<std::uint64_t>(std::clamp(parsed_number.value_or(0), std::int64_t{0}, most));
}

class Session {
 public:
  explicit Session(const embedded::ApiOptions& options) : api_(clock_, options) {}

  void run(std::string_view line) {
    const std::string_view method = next_word(line);
    if (method == "READ") {
      const embedded::WatchId id = number(next_word(line), 1 << 20);
      read(id, number(line, 1 << 20));
    } else if (method == "CLOSE") {
      api_.close_watch(number(line, 1 << 20));
    } else if (method == "TICK") {
      clock_.advance(std::chrono::seconds{number(line, 100'000)});
      api_.tick();
      const auto next = api_.next_timer();
      check(!next || *next > clock_.steady());
    } else if (method == "COMPACT") {
      api_.compact();
    } else if (method == "END") {
      api_.end_watches();
    } else {
      request(method, line);
    }
  }

  void compare() {
    all_.compare();
    unbound_.compare();
    labelled_.compare();
  }

 private:
  void request(std::string_view method, std::string_view line) {
    const std::string_view target = next_word(line);
    const std::string_view type = lookup(kTypes, next_word(line));
    const std::string_view accept = lookup(kAccepts, next_word(line));
    const std::uint64_t before = api_.resource_version();
    const embedded::ApiAnswer answer = api_.handle({method, target, type, accept, line});
    check(answer.status >= 200 && answer.status < 600);
    check(api_.resource_version() >= before);
    // Deleting a collection may fail in its middle.
    if (method == "GET" || (answer.status >= 400 && method != "DELETE")) {
      check(api_.resource_version() == before);
    }
    if (answer.watch) {
      check(answer.status == 200 && answer.body.empty());
    } else if (answer.content_type == "application/json") {
      parsed(answer.body);
    }
  }

  void read(embedded::WatchId id, std::size_t bytes_max) {
    std::string text;
    (void)api_.read_watch(id, bytes_max, text);
    check(text.empty() || text.back() == '\n');
  }

  FuzzClock clock_;
  embedded::Api api_;
  Mirror all_{api_, ""};
  Mirror unbound_{api_, "fieldSelector=spec.nodeName%3D"};
  Mirror labelled_{api_, "labelSelector=x"};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  embedded::ApiOptions options;
  options.objects_max = 64;
  options.watches_max = 8;
  options.history_events_max = 48;
  Session session(options);
  session.compare();
  for (std::size_t i = 0; i < kLinesMax && !input.empty(); ++i) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    session.run(line);
    session.compare();
  }
  return 0;
}
