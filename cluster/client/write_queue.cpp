#include "cluster/client/write_queue.hpp"

#include <algorithm>
#include <utility>

#include "cluster/client/codec.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::chrono::seconds kRetryAfterMax{60};

bool succeeded(const HttpAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

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

void WriteQueue::push(std::string key, std::string object, HttpRequest request) {
  if (config_.later == Later::kReplaceWaiting) forget(key);
  if (waiting_.size() >= config_.waiting_max) {
    observer_.write_dropped(config_.kind, waiting_.front().object, "the queue is full");
    waiting_.pop_front();
  }
  Item item;
  item.key = std::move(key);
  item.object = std::move(object);
  item.request = std::move(request);
  item.next_delay = config_.retry_delay;
  waiting_.push_back(std::move(item));
  send_next();
}

void WriteQueue::forget(const std::string& key) {
  std::erase_if(waiting_, [&](const Item& item) { return item.key == key; });
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  found->second.outdated = true;
  // Between two tries: there will be no other, and its place is free.
  if (!found->second.timer) return;
  under_way_.erase(found);
  send_next();
}

void WriteQueue::send_next() {
  while (under_way_.size() < config_.under_way_max) {
    const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const Item& item) {
      return !under_way_.contains(item.key);
    });
    if (next == waiting_.end()) return;
    std::string key = next->key;
    const auto [place, is_new] = under_way_.emplace(std::move(key), std::move(*next));
    waiting_.erase(next);
    send(place->second);
  }
}

void WriteQueue::send(Item& item) {
  ++item.tries;
  http_.call(item.request,
             [this, key = item.key](const HttpOutcome& outcome) { finished(key, outcome); });
}

void WriteQueue::finished(const std::string& key, const HttpOutcome& outcome) {
  const auto place = under_way_.find(key);
  if (place == under_way_.end()) return;
  Item& item = place->second;
  if (!item.outdated && worth_another_try(item, outcome)) {
    item.timer = timers_.after(delay_before_next(item, outcome), [this, key] {
      const auto found = under_way_.find(key);
      if (found == under_way_.end()) return;
      found->second.timer.reset();
      send(found->second);
    });
    return;
  }
  const bool fine = outcome.answer && (succeeded(*outcome.answer) ||
                                       config_.fine_codes.contains(outcome.answer->status) ||
                                       is_about(*outcome.answer, config_.fine_cause));
  if (!fine && !item.outdated) {
    observer_.write_dropped(config_.kind, item.object, message_of(outcome));
  }
  under_way_.erase(place);
  send_next();
}

bool WriteQueue::worth_another_try(const Item& item, const HttpOutcome& outcome) const {
  if (item.tries >= config_.tries) return false;
  if (outcome.answer) return config_.retry_codes.contains(outcome.answer->status);
  return outcome.failure == HttpFailure::kNotSent ||
         (config_.retry_unknown && outcome.failure == HttpFailure::kUnknown);
}

std::chrono::milliseconds WriteQueue::delay_before_next(Item& item, const HttpOutcome& outcome) {
  const auto tenth = static_cast<std::uint64_t>(item.next_delay.count() / 10);
  const auto jitter = static_cast<std::int64_t>(((tenth + 1) * random_()) >> 32U);
  std::chrono::milliseconds delay = item.next_delay + std::chrono::milliseconds(jitter);
  item.next_delay *= config_.retry_factor;
  if (outcome.answer && outcome.answer->retry_after) {
    delay = std::max<std::chrono::milliseconds>(
        delay, std::min(*outcome.answer->retry_after, kRetryAfterMax));
  }
  return delay;
}

}  // namespace neuron_scheduler::client
