#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "cluster/client/http.hpp"
#include "cluster/client/observer.hpp"

namespace neuron_scheduler::client {

// Writes that may be lost: a bounded queue, a few under way at a time, some tries for each. Writes
// of one key go out one after the other. What pauses before its next try waits like the rest and
// holds no place among those under way. Every step costs at most O(log n).
class WriteQueue {
 public:
  enum class Later : std::uint8_t { kKeepBoth, kReplaceWaiting };
  // A full queue gives up the least worth first, and of that the oldest.
  enum class Worth : std::uint8_t { kRepeat, kNormal, kWarning };

  struct Config {
    Write kind = Write::kEvent;
    // What a write does to others of the same key that are not under way.
    Later later = Later::kKeepBoth;
    std::size_t waiting_max = 1000;  // Those between two tries included.
    std::size_t under_way_max = 8;
    int tries = 1;
    std::chrono::milliseconds retry_delay{0};
    int retry_factor = 1;  // Each further delay is so much longer.
    // Answers after which to try again, besides 429 and 5xx that say when.
    std::set<int> retry_codes;
    bool retry_unknown = false;  // No answer to what was sent: try again (the write is idempotent).
    std::set<int> fine_codes;    // Answers that are no failure, besides 2xx.
    std::string fine_cause;      // Neither is a 422 about this field; empty: none.
  };

  struct Entry {
    std::string key;
    std::string object;  // namespace/name, for messages.
    HttpRequest request;
    // Sent at once after a 404, as part of the same try. If that one meets a 409, the object came
    // into being meanwhile: `request` is tried again. fine_codes are not for such an entry.
    std::optional<HttpRequest> if_missing;
    Worth worth = Worth::kWarning;
  };

  // random: as InformerContext. All must outlive it, and no call-back of http may come after it is
  // gone.
  WriteQueue(Config config, HttpClient& http, TimerService& timers, Observer& observer,
             std::function<std::uint32_t()> random);

  void push(Entry entry);
  // Drops what waits under this key: it is out of date.
  void forget(const std::string& key);
  // Waiting and under way.
  [[nodiscard]] std::size_t pending() const { return items_.size(); }

 private:
  using Ticket = std::uint64_t;  // Grows with each push.
  enum class State : std::uint8_t { kWaiting, kUnderWay, kPaused };

  struct Item {
    Entry entry;
    State state = State::kWaiting;
    bool creating = false;  // if_missing is what is sent.
    bool outdated = false;  // Under way, but not to be tried again.
    int tries = 0;
    std::chrono::milliseconds next_delay{0};
    std::unique_ptr<Timer> pause;
  };

  void send_next();
  void send(Ticket ticket, const Item& item);
  void finished(Ticket ticket, const HttpOutcome& outcome);
  void pause(Ticket ticket, Item& item, std::chrono::milliseconds delay);
  void resume(Ticket ticket);
  void drop_surplus();
  // Not under way. Lets the next one of its key go.
  void erase(Ticket ticket);
  void ready_first_of(const std::string& key);
  [[nodiscard]] bool is_fine(const Item& item, const HttpOutcome& outcome) const;
  [[nodiscard]] bool worth_another_try(const Item& item, const HttpOutcome& outcome) const;
  [[nodiscard]] std::chrono::milliseconds delay_before_next(Item& item, const HttpOutcome& outcome);
  [[nodiscard]] std::set<Ticket>& idle_like(const Item& item) {
    return idle_.at(static_cast<std::size_t>(item.entry.worth));
  }

  Config config_;
  HttpClient& http_;
  TimerService& timers_;
  Observer& observer_;
  std::function<std::uint32_t()> random_;
  Ticket next_ticket_ = 0;
  std::map<Ticket, Item> items_;
  std::set<std::pair<std::string, Ticket>> by_key_;
  std::set<Ticket> ready_;                // The first of their keys, waiting.
  std::array<std::set<Ticket>, 3> idle_;  // Waiting or paused, by worth.
  std::size_t under_way_ = 0;
};

}  // namespace neuron_scheduler::client
