#include "cluster/client/observed_http.hpp"

#include <utility>

namespace neuron_scheduler::client {
namespace {

// One request under way.
class Measured {
 public:
  Measured(Observer& observer, const model::Clock& clock, const std::string& host,
           std::string method)
      : observer_(observer),
        clock_(clock),
        host_(host),
        method_(std::move(method)),
        start_(clock.steady()) {}

  void finish(std::optional<int> status) {
    observer_.request_finished(method_, status ? std::to_string(*status) : "<error>", host_,
                               clock_.steady() - start_);
  }

 private:
  Observer& observer_;
  const model::Clock& clock_;
  const std::string& host_;
  std::string method_;
  model::SteadyTime start_;
};

class ObservedStream final : public HttpStream, private HttpStreamHandler {
 public:
  ObservedStream(HttpClient& inner, HttpRequest request, HttpStreamHandler& handler,
                 Measured measured)
      : handler_(handler), measured_(std::move(measured)) {
    stream_ = inner.stream(std::move(request), *this);
  }

 private:
  void on_header(int status, std::optional<std::chrono::seconds> retry_after) override {
    header_seen_ = true;
    measured_.finish(status);
    handler_.on_header(status, retry_after);
  }
  void on_data(std::string_view bytes) override { handler_.on_data(bytes); }
  void on_end(std::optional<HttpFailure> failure, const std::string& error) override {
    if (!header_seen_) measured_.finish(std::nullopt);
    handler_.on_end(failure, error);
  }

  HttpStreamHandler& handler_;
  Measured measured_;
  bool header_seen_ = false;
  std::unique_ptr<HttpStream> stream_;
};

class ObservedHttp final : public HttpClient {
 public:
  ObservedHttp(HttpClient& inner, Observer& observer, const model::Clock& clock, std::string host)
      : inner_(inner), observer_(observer), clock_(clock), host_(std::move(host)) {}

  void call(HttpRequest request, std::function<void(HttpOutcome)> done) override {
    Measured measured(observer_, clock_, host_, request.method);
    inner_.call(std::move(request), [measured = std::move(measured),
                                     done = std::move(done)](HttpOutcome outcome) mutable {
      measured.finish(outcome.answer ? std::optional(outcome.answer->status) : std::nullopt);
      done(std::move(outcome));
    });
  }

  std::unique_ptr<HttpStream> stream(HttpRequest request, HttpStreamHandler& handler) override {
    Measured measured(observer_, clock_, host_, request.method);
    return std::make_unique<ObservedStream>(inner_, std::move(request), handler,
                                            std::move(measured));
  }

 private:
  HttpClient& inner_;
  Observer& observer_;
  const model::Clock& clock_;
  std::string host_;
};

}  // namespace

std::unique_ptr<HttpClient> make_observed_http(HttpClient& inner, Observer& observer,
                                               const model::Clock& clock, std::string host) {
  return std::make_unique<ObservedHttp>(inner, observer, clock, std::move(host));
}

}  // namespace neuron_scheduler::client
