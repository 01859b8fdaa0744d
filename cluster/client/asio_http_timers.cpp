#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cluster/client/asio_http.hpp"

namespace neuron_scheduler::client {
namespace {

// Shared with the pending wait, so that a timer may be destroyed from its own call-back.
struct TimerState {
  explicit TimerState(boost::asio::io_context& io) : timer(io) {}

  boost::asio::steady_timer timer;
  std::function<void()> fire;
};

class AsioTimer final : public Timer {
 public:
  explicit AsioTimer(std::shared_ptr<TimerState> state) : state_(std::move(state)) {}
  AsioTimer(const AsioTimer&) = delete;
  AsioTimer& operator=(const AsioTimer&) = delete;
  ~AsioTimer() override {
    state_->fire = nullptr;
    state_->timer.cancel();
  }

 private:
  std::shared_ptr<TimerState> state_;
};

class AsioTimers final : public TimerService {
 public:
  explicit AsioTimers(boost::asio::io_context& io) : io_(io) {}

  std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                               std::function<void()> fire) override {
    auto state = std::make_shared<TimerState>(io_);
    state->fire = std::move(fire);
    state->timer.expires_after(delay);
    state->timer.async_wait([state](boost::system::error_code /*cancelled*/) {
      // Taken out first: the call-back may destroy the timer, or what it has captured.
      if (auto due = std::exchange(state->fire, nullptr)) due();
    });
    return std::make_unique<AsioTimer>(std::move(state));
  }

 private:
  boost::asio::io_context& io_;
};

}  // namespace

std::unique_ptr<TimerService> make_asio_timers(boost::asio::io_context& io) {
  return std::make_unique<AsioTimers>(io);
}

}  // namespace neuron_scheduler::client
