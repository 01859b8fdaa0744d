#include "cluster/client/limited_http.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kLanes = 4;
constexpr std::size_t kWaitingMax = 10'000;
constexpr std::chrono::minutes kWaitMax{1};
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kFar = 1e18;  // Some thirty years, and few enough to be added up.

class LimitedHttp final : public HttpClient {
 public:
  LimitedHttp(HttpClient& inner, TimerService& timers, const model::Clock& clock, RateLimit limit)
      : inner_(inner),
        timers_(timers),
        clock_(clock),
        token_(static_cast<std::int64_t>(
            std::clamp(kNanosecondsPerSecond / limit.per_second, 1.0, kFar))),
        full_(static_cast<std::int64_t>(std::min(
            static_cast<double>(token_.count()) * static_cast<double>(limit.burst), kFar))),
        saved_(full_),
        filled_at_(clock.steady()) {}

  void call(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    fill();
    if (waiting_count() == 0 && saved_ >= token_) {
      saved_ -= token_;
      inner_.call(std::move(request), std::move(done));
      return;
    }
    Lane& lane = lanes_.at(static_cast<std::size_t>(request.lane));
    if (lane.size() < kWaitingMax) {
      lane.push_back({std::move(request), std::move(done), clock_.steady()});
    } else {
      refused_.push_back(std::move(done));
    }
    arm();
  }

  std::unique_ptr<HttpStream> stream(HttpRequest request, HttpStreamHandler& handler) override {
    fill();
    if (request.target.find("watch=") == std::string::npos) {
      saved_ = std::max(saved_ - token_, -full_ - token_);
    }
    return inner_.stream(std::move(request), handler);
  }

 private:
  struct Waiting {
    HttpRequest request;
    std::function<void(HttpOutcome)> done;
    model::SteadyTime since;
  };
  using Lane = std::deque<Waiting>;

  void fill() {
    const auto now = clock_.steady();
    saved_ = std::min(full_, saved_ + (now - filled_at_));
    filled_at_ = now;
  }

  [[nodiscard]] std::size_t waiting_count() const {
    std::size_t count = 0;
    for (const Lane& lane : lanes_) count += lane.size();
    return count;
  }

  // Fires when the next token is there, or the first one has waited too long.
  void arm() {
    if (refused_.empty() && waiting_count() == 0) return;
    const auto now = clock_.steady();
    nanoseconds wait = std::clamp<nanoseconds>(token_ - saved_, nanoseconds{0}, kWaitMax);
    for (const Lane& lane : lanes_) {
      if (!lane.empty()) wait = std::min(wait, lane.front().since + kWaitMax - now);
    }
    if (!refused_.empty()) wait = nanoseconds{0};
    const auto delay = std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(wait));
    timer_ = timers_.after(delay, [this] { turn(); });
  }

  void turn() {
    fill();
    std::vector<std::function<void(HttpOutcome)>> refused = std::move(refused_);
    refused_.clear();
    std::vector<std::function<void(HttpOutcome)>> late;
    const auto latest = clock_.steady() - kWaitMax;
    for (Lane& lane : lanes_) {
      for (; !lane.empty() && lane.front().since <= latest; lane.pop_front()) {
        late.push_back(std::move(lane.front().done));
      }
      for (; !lane.empty() && saved_ >= token_; lane.pop_front()) {
        saved_ -= token_;
        inner_.call(std::move(lane.front().request), std::move(lane.front().done));
      }
    }
    arm();
    // Last: what is called may call again.
    for (const auto& done : refused) fail(done, "too many requests wait already");
    for (const auto& done : late) fail(done, "it waited for a minute");
  }

  static void fail(const std::function<void(HttpOutcome)>& done, std::string_view why) {
    HttpOutcome outcome;
    outcome.failure = HttpFailure::kNotSent;
    outcome.error = "held back by clientConnection.qps: " + std::string(why);
    done(std::move(outcome));
  }

  HttpClient& inner_;
  TimerService& timers_;
  const model::Clock& clock_;
  // In time that passed: whole numbers, so that a token is there exactly when the timer says so.
  const nanoseconds token_;
  const nanoseconds full_;
  nanoseconds saved_;  // Below 0: taken in advance.
  model::SteadyTime filled_at_;
  std::array<Lane, kLanes> lanes_;
  std::vector<std::function<void(HttpOutcome)>> refused_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace

std::unique_ptr<HttpClient> make_limited_http(HttpClient& inner, TimerService& timers,
                                              const model::Clock& clock, RateLimit limit) {
  return std::make_unique<LimitedHttp>(inner, timers, clock, limit);
}

}  // namespace neuron_scheduler::client
