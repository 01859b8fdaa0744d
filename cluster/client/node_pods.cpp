#include "cluster/client/node_pods.hpp"

#include <list>
#include <utility>

#include "cluster/client/request_bodies.hpp"

namespace neuron_scheduler::client {
namespace {

constexpr std::chrono::milliseconds kReadMax{10'000};
constexpr std::size_t kErrorBodyBytesMax = std::size_t{64} * 1024;

// One list under way: a stream, so that no size of pods is too large for memory.
class Reading final : private HttpStreamHandler {
 public:
  // ended: the end, after which the reading may be destroyed.
  Reading(HttpClient& http, TimerService& timers, Codec<model::Pod>& codec, const model::Name& node,
          std::function<void(NodePods)> ended)
      : reader_(codec.list_reader()), ended_(std::move(ended)) {
    HttpRequest request;
    request.method = "GET";
    request.target =
        "/api/v1/pods?fieldSelector=" +
        escape_url("spec.nodeName=" + node.str() + ",status.phase!=Succeeded,status.phase!=Failed");
    request.accept = codec.accept();
    request.deadline = kReadMax;
    request.read_idle_max = kReadMax;
    stream_ = http.stream(std::move(request), *this);
    timer_ = timers.after(kReadMax, [this] {
      fail("no whole list within " + std::to_string(kReadMax.count()) + " ms");
    });
  }

 private:
  void on_header(int status, std::optional<std::chrono::seconds> /*retry_after*/) override {
    status_ = status;
  }

  void on_data(std::string_view bytes) override {
    if (status_ != 200) {
      error_body_ += bytes.substr(0, kErrorBodyBytesMax - error_body_.size());
      return;
    }
    reader_->feed(bytes);
    while (true) {
      const auto next = reader_->next();
      if (next.has_error()) return fail(next.error().message);
      if (*next == nullptr) break;
      found_.pods.push_back(*next);
    }
    if (reader_->resource_version().empty()) return;
    found_.resource_version = reader_->resource_version();
    end();
  }

  void on_end(std::optional<HttpFailure> failure, const std::string& error) override {
    if (failure) return fail(error);
    if (status_ == 200) return fail("the list ends early");
    fail(std::to_string(status_) + " " + decode_status(status_, error_body_).message);
  }

  void fail(std::string problem) {
    found_ = {};
    found_.problem = std::move(problem);
    end();
  }

  void end() {
    stream_.reset();
    timer_.reset();
    auto ended = std::move(ended_);
    ended(std::move(found_));
  }

  std::unique_ptr<ListReader<model::Pod>> reader_;
  std::function<void(NodePods)> ended_;
  int status_ = 0;
  std::string error_body_;
  NodePods found_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<HttpStream> stream_;
};

class StreamingReader final : public NodePodsReader {
 public:
  StreamingReader(HttpClient& http, TimerService& timers, Codec<model::Pod>& codec)
      : http_(http), timers_(timers), codec_(codec) {}

  void read(const model::Name& node, std::function<void(NodePods)> done) override {
    const auto place = readings_.emplace(readings_.end());
    // Taken out first: done may destroy this, or begin another reading.
    *place = std::make_unique<Reading>(http_, timers_, codec_, node,
                                       [this, place, done = std::move(done)](NodePods found) {
                                         const std::unique_ptr<Reading> ended = std::move(*place);
                                         readings_.erase(place);
                                         done(std::move(found));
                                       });
  }

 private:
  HttpClient& http_;
  TimerService& timers_;
  Codec<model::Pod>& codec_;
  std::list<std::unique_ptr<Reading>> readings_;
};

}  // namespace

std::unique_ptr<NodePodsReader> make_node_pods_reader(HttpClient& http, TimerService& timers,
                                                      Codec<model::Pod>& codec) {
  return std::make_unique<StreamingReader>(http, timers, codec);
}

}  // namespace neuron_scheduler::client
