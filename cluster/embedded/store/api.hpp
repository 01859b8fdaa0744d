#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/model/time.hpp"

// The embedded API server without its sockets: requests in, answers and watch lines out (design.md
// §12). What it does not answer as a real kube-apiserver does is a bug, found by test/contract.
namespace neuron_scheduler::embedded {

// One HTTP request, read whole. The views must stay until handle() returns.
struct ApiRequest {
  std::string_view method;        // GET, POST, PUT, PATCH, DELETE; others are answered with 405.
  std::string_view target;        // Path and query, still percent-encoded.
  std::string_view content_type;  // Of the body; may carry parameters.
  std::string_view accept;
  std::string_view body;  // JSON. The shell converts other representations and bounds the size.
};

using WatchId = std::uint64_t;

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;              // Empty for a watch: its lines come from read_watch().
  std::optional<WatchId> watch;  // Set: send the head, then the watch's lines until it ends.
  std::optional<std::chrono::seconds> retry_after;
  std::vector<std::string> warnings;  // For headers Warning: 299 - "...".
};

struct ApiOptions {
  std::uint64_t seed = 0;  // Of uids and generated names: the same calls give the same objects.
  // Answer sendInitialEvents with 422, as servers before 1.32 may.
  bool streamed_lists = true;
  // Bounds. What is past them is refused (objects, watches) or forgotten (history: 410).
  std::size_t objects_max = 500'000;
  std::size_t objects_bytes_max = std::size_t{4} * 1024 * 1024 * 1024;
  std::size_t watches_max = 1'000;
  std::size_t history_events_max = 100'000;
  std::size_t history_bytes_max = std::size_t{256} * 1024 * 1024;
  std::chrono::seconds bookmark_interval{60};
};

enum class WatchState : std::uint8_t { kOpen, kEnded };

// Objects, their history and who watches them. Everything is called from one thread; no input makes
// it throw, exit or grow past its bounds.
class Api {
 public:
  // clock must outlive it.
  Api(const model::Clock& clock, const ApiOptions& options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  [[nodiscard]] ApiAnswer handle(const ApiRequest& request);

  // Appends what the watch has to say, at most about max_bytes (whole lines, at least one if there
  // is one). kEnded: nothing more will come, and the id is no longer valid. A reader that is too
  // slow for the history is ended with a line of type ERROR and code 410. An unknown id reads as
  // ended.
  [[nodiscard]] WatchState read_watch(WatchId id, std::size_t max_bytes, std::string& out);
  void close_watch(WatchId id);
  // Watches that may have something to read since the last call, ascending.
  [[nodiscard]] std::vector<WatchId> take_ready();

  // Carries out what is due: bookmarks, ends of watches, objects that expire (events).
  void tick();
  // When tick() has something to do; nullopt: only requests can change anything.
  [[nodiscard]] std::optional<model::SteadyTime> next_timer() const;

  // Forgets all history: every watch that is behind and every list that continues gets 410 (a fault
  // for tests: etcd's compaction).
  void compact();
  // Ends every watch at once without a word (a fault for tests: the server restarts).
  void end_watches();

  // The resourceVersion of the last change.
  [[nodiscard]] std::uint64_t resource_version() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace neuron_scheduler::embedded
