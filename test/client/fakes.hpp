#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/client/http.hpp"

// Recording fakes of the client's seams: tests look at what was asked and say what happens.
namespace neuron_scheduler::client::test {

class FakeHttp final : public HttpClient {
 public:
  struct Call {
    HttpRequest request;
    std::function<void(HttpOutcome)> done;
  };
  struct Stream {
    HttpRequest request;
    HttpStreamHandler* handler = nullptr;
    bool open = true;
  };

  void call(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    calls.push_back({std::move(request), std::move(done)});
  }

  std::unique_ptr<HttpStream> stream(HttpRequest request, HttpStreamHandler& handler) override {
    streams.push_back(std::make_shared<Stream>(Stream{std::move(request), &handler, true}));
    return std::make_unique<Handle>(streams.back());
  }

  // The oldest call that was not answered yet.
  void answer(int status, std::string body = {},
              std::optional<std::chrono::seconds> retry_after = {}) {
    HttpOutcome outcome;
    outcome.answer = HttpAnswer{status, std::move(body), retry_after};
    finish(std::move(outcome));
  }
  void fail(HttpFailure failure, std::string error = "no luck") {
    HttpOutcome outcome;
    outcome.failure = failure;
    outcome.error = std::move(error);
    finish(std::move(outcome));
  }

  // The newest stream; null if it was closed.
  [[nodiscard]] Stream* open_stream() {
    return streams.empty() || !streams.back()->open ? nullptr : streams.back().get();
  }
  void header(int status, std::optional<std::chrono::seconds> retry_after = {}) {
    open_stream()->handler->on_header(status, retry_after);
  }
  // In pieces of `piece` bytes, as long as the stream is open.
  void data(const std::string& bytes, std::size_t piece = 65'536) {
    const auto stream = streams.back();
    for (std::size_t at = 0; at < bytes.size() && stream->open; at += piece) {
      const std::string part = bytes.substr(at, piece);
      stream->handler->on_data(part);
    }
  }
  void end() { streams.back()->handler->on_end(std::nullopt, ""); }
  void cut(HttpFailure failure, const std::string& error = "connection reset") {
    streams.back()->handler->on_end(failure, error);
  }

  std::deque<Call> calls;  // Not answered yet.
  std::vector<std::shared_ptr<Stream>> streams;

 private:
  class Handle final : public HttpStream {
   public:
    explicit Handle(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() override { stream_->open = false; }

   private:
    std::shared_ptr<Stream> stream_;
  };

  void finish(HttpOutcome outcome) {
    Call call = std::move(calls.front());
    calls.pop_front();
    call.done(std::move(outcome));
  }
};

class FakeTimers final : public TimerService {
 public:
  struct Entry {
    std::chrono::milliseconds delay{};
    std::function<void()> fire;
    bool active = true;
  };

  std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                               std::function<void()> fire) override {
    entries.push_back(std::make_shared<Entry>(Entry{delay, std::move(fire), true}));
    return std::make_unique<Handle>(entries.back());
  }

  [[nodiscard]] std::size_t active() const {
    std::size_t count = 0;
    for (const auto& entry : entries) count += entry->active ? 1U : 0U;
    return count;
  }
  // The active timer that was started last.
  [[nodiscard]] std::chrono::milliseconds delay() const {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if ((*entry)->active) return (*entry)->delay;
    }
    return std::chrono::milliseconds{-1};
  }
  // Every timer that is active now.
  void fire() {
    const auto due = entries;
    for (const auto& entry : due) {
      if (!entry->active) continue;
      entry->active = false;
      std::exchange(entry->fire, nullptr)();
    }
  }

  std::vector<std::shared_ptr<Entry>> entries;

 private:
  class Handle final : public Timer {
   public:
    explicit Handle(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() override { entry_->active = false; }

   private:
    std::shared_ptr<Entry> entry_;
  };
};

}  // namespace neuron_scheduler::client::test
