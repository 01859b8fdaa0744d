#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "cluster/client/http.hpp"
#include "cluster/client/observer.hpp"

namespace neuron_scheduler::client {

// Writes that may be lost: a bounded queue that drops its oldest, a few under way at a time, some
// tries for each. Writes of one key go out one after the other.
class WriteQueue {
 public:
  enum class Later : std::uint8_t { kKeepBoth, kReplaceWaiting };

  struct Config {
    Write kind = Write::kEvent;
    // What a write does to waiting ones of the same key, or to one that waits for its next try.
    Later later = Later::kKeepBoth;
    std::size_t waiting_max = 1000;
    std::size_t under_way_max = 8;
    int tries = 1;
    std::chrono::milliseconds retry_delay{0};
    int retry_factor = 1;        // Each further delay is so much longer.
    std::set<int> retry_codes;   // Answers after which to try again.
    bool retry_unknown = false;  // No answer to what was sent: try again (the write is idempotent).
    std::set<int> fine_codes;    // Answers that are no failure, besides 2xx.
    std::string fine_cause;      // Neither is a 422 about this field; empty: none.
  };

  // random: as InformerContext. All must outlive it, and no call-back of http may come after it is
  // gone.
  WriteQueue(Config config, HttpClient& http, TimerService& timers, Observer& observer,
             std::function<std::uint32_t()> random);

  // object: namespace/name, for messages.
  void push(std::string key, std::string object, HttpRequest request);
  // Drops what waits under this key: it is out of date.
  void forget(const std::string& key);
  // Waiting and under way.
  [[nodiscard]] std::size_t pending() const { return waiting_.size() + under_way_.size(); }

 private:
  struct Item {
    std::string key;
    std::string object;
    HttpRequest request;
    int tries = 0;
    std::chrono::milliseconds next_delay{0};
    bool outdated = false;  // Under way, but not to be tried again.
    std::unique_ptr<Timer> timer;
  };

  void send_next();
  void send(Item& item);
  void finished(const std::string& key, const HttpOutcome& outcome);
  [[nodiscard]] bool worth_another_try(const Item& item, const HttpOutcome& outcome) const;
  [[nodiscard]] std::chrono::milliseconds delay_before_next(Item& item, const HttpOutcome& outcome);

  Config config_;
  HttpClient& http_;
  TimerService& timers_;
  Observer& observer_;
  std::function<std::uint32_t()> random_;
  std::deque<Item> waiting_;
  std::unordered_map<std::string, Item> under_way_;  // By key.
};

}  // namespace neuron_scheduler::client
