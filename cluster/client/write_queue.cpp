#include "cluster/client/write_queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cluster/client/codec.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr std::chrono::milliseconds kRetryAfterMin{1'000};
constexpr std::chrono::milliseconds kRetryAfterMax{60'000};

bool succeeded(const HttpAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

// The server asks for patience: client-go, too, tries again after these alone.
bool says_when(const HttpAnswer& answer) {
  return answer.retry_after && (answer.status == 429 || answer.status >= 500);
}

std::string message_of(const HttpOutcome& outcome) {
  if (!outcome.answer) return outcome.error;
  const ApiStatus status = decode_status(outcome.answer->status, outcome.answer->body);
  return std::to_string(outcome.answer->status) + " " + status.message;
}

bool is_about(const HttpAnswer& answer, const std::string& field) {
  if (field.empty() || answer.status != 422) return false;
  const auto causes = decode_status(answer.status, answer.body).causes;
  return std::any_of(causes.begin(), causes.end(),
                     [&](const std::string& cause) { return cause.starts_with(field + ": "); });
}

}  // namespace

WriteQueue::WriteQueue(Config config, HttpClient& http, TimerService& timers, Observer& observer,
                       std::function<std::uint32_t()> random)
    : config_(std::move(config)),
      http_(http),
      timers_(timers),
      observer_(observer),
      random_(std::move(random)) {}

void WriteQueue::push(Entry entry) {
  if (config_.later == Later::kReplaceWaiting) forget(entry.key);
  const Ticket ticket = next_ticket_++;
  Item& item = items_[ticket];
  item.entry = std::move(entry);
  item.next_delay = config_.retry_delay;
  by_key_.emplace(item.entry.key, ticket);
  idle_like(item).insert(ticket);
  ready_first_of(item.entry.key);
  // First, so that a queue without waiting places can still send.
  send_next();
  drop_surplus();
}

void WriteQueue::forget(const std::string& key) {
  std::vector<Ticket> idle;
  for (auto at = by_key_.lower_bound({key, 0}); at != by_key_.end() && at->first == key; ++at) {
    Item& item = items_.at(at->second);
    if (item.state == State::kUnderWay) {
      item.outdated = true;
    } else {
      idle.push_back(at->second);
    }
  }
  for (const Ticket ticket : idle) erase(ticket);
}

void WriteQueue::send_next() {
  while (under_way_ < config_.under_way_max && !ready_.empty()) {
    const Ticket ticket = *ready_.begin();
    Item& item = items_.at(ticket);
    ready_.erase(ready_.begin());
    idle_like(item).erase(ticket);
    item.state = State::kUnderWay;
    ++item.tries;
    ++under_way_;
    send(ticket, item);
  }
}

void WriteQueue::send(Ticket ticket, const Item& item) {
  http_.call(item.creating ? *item.entry.if_missing : item.entry.request,
             [this, ticket](const HttpOutcome& outcome) { finished(ticket, outcome); });
}

void WriteQueue::finished(Ticket ticket, const HttpOutcome& outcome) {
  Item& item = items_.at(ticket);
  if (!item.outdated) {
    if (item.entry.if_missing && !item.creating && outcome.answer &&
        outcome.answer->status == kNotFound) {
      item.creating = true;
      send(ticket, item);
      return;
    }
    if (worth_another_try(item, outcome)) {
      pause(ticket, item, delay_before_next(item, outcome));
      return;
    }
    if (!is_fine(item, outcome)) {
      observer_.write_dropped(config_.kind, item.entry.object, message_of(outcome));
    }
  }
  --under_way_;
  erase(ticket);
  send_next();
}

void WriteQueue::pause(Ticket ticket, Item& item, std::chrono::milliseconds delay) {
  item.state = State::kPaused;
  item.creating = false;
  item.pause = timers_.after(delay, [this, ticket] { resume(ticket); });
  idle_like(item).insert(ticket);
  --under_way_;
  send_next();
  drop_surplus();
}

void WriteQueue::resume(Ticket ticket) {
  Item& item = items_.at(ticket);
  item.pause.reset();
  item.state = State::kWaiting;
  ready_.insert(ticket);
  send_next();
}

void WriteQueue::drop_surplus() {
  while (items_.size() - under_way_ > config_.waiting_max) {
    const auto least = std::find_if(idle_.begin(), idle_.end(),
                                    [](const std::set<Ticket>& some) { return !some.empty(); });
    const Ticket ticket = *least->begin();
    observer_.write_dropped(config_.kind, items_.at(ticket).entry.object, "the queue is full");
    erase(ticket);
  }
}

void WriteQueue::erase(Ticket ticket) {
  const auto place = items_.find(ticket);
  const std::string key = place->second.entry.key;
  idle_like(place->second).erase(ticket);
  ready_.erase(ticket);
  by_key_.erase({key, ticket});
  items_.erase(place);
  ready_first_of(key);
}

void WriteQueue::ready_first_of(const std::string& key) {
  const auto first = by_key_.lower_bound({key, 0});
  if (first == by_key_.end() || first->first != key) return;
  if (items_.at(first->second).state == State::kWaiting) ready_.insert(first->second);
}

bool WriteQueue::is_fine(const Item& item, const HttpOutcome& outcome) const {
  if (!outcome.answer) return false;
  return succeeded(*outcome.answer) || is_about(*outcome.answer, config_.fine_cause) ||
         (!item.entry.if_missing && config_.fine_codes.contains(outcome.answer->status));
}

bool WriteQueue::worth_another_try(const Item& item, const HttpOutcome& outcome) const {
  if (item.tries >= config_.tries) return false;
  if (outcome.answer) {
    return says_when(*outcome.answer) || config_.retry_codes.contains(outcome.answer->status) ||
           (item.creating && outcome.answer->status == kConflict);
  }
  return outcome.failure == HttpFailure::kNotSent ||
         (config_.retry_unknown && outcome.failure == HttpFailure::kUnknown);
}

std::chrono::milliseconds WriteQueue::delay_before_next(Item& item, const HttpOutcome& outcome) {
  std::chrono::milliseconds delay = item.next_delay;
  item.next_delay *= config_.retry_factor;
  if (outcome.answer && says_when(*outcome.answer)) {
    delay = std::clamp<std::chrono::milliseconds>(*outcome.answer->retry_after, kRetryAfterMin,
                                                  kRetryAfterMax);
  }
  const auto tenth = static_cast<std::uint64_t>(delay.count() / 10);
  const auto jitter = static_cast<std::int64_t>(((tenth + 1) * random_()) >> 32U);
  return delay + std::chrono::milliseconds(jitter);
}

}  // namespace neuron_scheduler::client
