#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/client/observer.hpp"

namespace neuron_scheduler::client::test {

// One line for each call.
class RecordingObserver final : public Observer {
 public:
  void request_finished(std::string_view method, std::string_view code, std::string_view host,
                        std::chrono::nanoseconds duration) override {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    add("request", {method, code, host, std::to_string(ms) + "ms"});
  }
  void list_started(Resource resource, std::string_view reason) override {
    add("list", {to_string(resource), reason});
  }
  void list_finished(Resource resource, std::size_t objects, std::size_t swept) override {
    add("listed", {to_string(resource), std::to_string(objects), std::to_string(swept)});
  }
  void watch_started(Resource resource, std::string_view version) override {
    add("watch", {to_string(resource), version});
  }
  void watch_failed(Resource resource, std::string_view message,
                    std::chrono::milliseconds wait) override {
    add("failed", {to_string(resource), message, std::to_string(wait.count()) + "ms"});
  }
  void watch_event(Resource /*resource*/, model::SteadyTime at) override { last_event = at; }
  void decode_error(Resource resource, std::string_view object, std::string_view message) override {
    add("undecodable", {to_string(resource), object, message});
  }
  void write_dropped(Write write, std::string_view object, std::string_view message) override {
    add("dropped", {to_string(write), object, message});
  }

  void leader_changed(std::string_view lease, std::string_view holder, bool leading) override {
    add("leader", {lease, holder, leading ? "us" : "not us"});
  }
  void lease_failed(std::string_view lease, std::string_view message) override {
    add("lease failed", {lease, message});
  }

  // The lines since the last call.
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

  model::SteadyTime last_event{};

 private:
  void add(std::string_view what, std::initializer_list<std::string_view> words) {
    std::string line(what);
    for (const std::string_view word : words) line += " [" + std::string(word) + "]";
    lines_.push_back(std::move(line));
  }

  std::vector<std::string> lines_;
};

}  // namespace neuron_scheduler::client::test
