#include "cluster/client/api_calls.hpp"

#include <algorithm>
#include <utility>

#include "cluster/client/event_correlator.hpp"
#include "cluster/client/protobuf_bodies.hpp"
#include "cluster/client/protobuf_json.hpp"
#include "cluster/client/request_bodies.hpp"
#include "cluster/client/write_queue.hpp"

namespace neuron_scheduler::client {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::minutes kSweepPeriod{1};
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kStrategicMergePatch = "application/strategic-merge-patch+json";

// What the server has shown so far of protobuf: nothing; it answers in it; it takes it; it, or
// somebody in front of it, does not, which stays so.
enum class Protobuf : std::uint8_t { kUnseen, kSpoken, kTaken, kRefused };

std::string_view media_type(bool in_protobuf) {
  return in_protobuf ? kProtobufMediaType : kJsonMediaType;
}

bool protobuf_refused(int status, bool in_protobuf) {
  constexpr int kUnsupportedMediaType = 415;
  return in_protobuf && status == kUnsupportedMediaType;
}

model::BindEnd bind_end(int status, bool in_protobuf) {
  if (protobuf_refused(status, in_protobuf)) return model::BindEnd::kNotTried;  // JSON is next.
  if (status == 200 || status == 201) return model::BindEnd::kDone;
  if (status == 404) return model::BindEnd::kNotFound;
  if (status == 409) return model::BindEnd::kConflict;
  if (status == 401 || status == 429) return model::BindEnd::kNotTried;
  if (status == 408) return model::BindEnd::kUnknown;
  if (status >= 300 && status < 500) return model::BindEnd::kRefused;
  return model::BindEnd::kUnknown;
}

model::BindAnswer bind_answer(const HttpOutcome& outcome, bool in_protobuf) {
  model::BindAnswer answer;
  if (!outcome.answer) {
    answer.end = outcome.failure == HttpFailure::kNotSent ? model::BindEnd::kNotTried
                                                          : model::BindEnd::kUnknown;
    answer.message = outcome.error;
    return answer;
  }
  answer.end = bind_end(outcome.answer->status, in_protobuf);
  if (answer.end == model::BindEnd::kDone) return answer;
  const ApiStatus status = decode_status(outcome.answer->status, outcome.answer->body);
  answer.message = status.message;
  answer.retry_after =
      outcome.answer->retry_after ? outcome.answer->retry_after : status.retry_after;
  return answer;
}

model::PodReading pod_answer(Codec<model::Pod>& codec, const HttpOutcome& outcome) {
  model::PodReading answer;
  if (!outcome.answer) {
    answer.message = outcome.error;
    return answer;
  }
  if (outcome.answer->status == 200) {
    auto pod = codec.decode(outcome.answer->body);
    if (pod.has_value()) {
      answer.kind = model::PodReading::Kind::kFound;
      answer.pod = std::move(*pod);
    } else {
      answer.message = pod.error().message;
    }
    return answer;
  }
  if (outcome.answer->status == 404) answer.kind = model::PodReading::Kind::kNotFound;
  answer.message = decode_status(outcome.answer->status, outcome.answer->body).message;
  return answer;
}

WriteEnd write_end(const HttpOutcome& outcome) {
  WriteEnd end;
  if (!outcome.answer) {
    end.message = outcome.error;
    return end;
  }
  end.status = outcome.answer->status;
  end.fine = (end.status >= 200 && end.status < 300) || end.status == 404 || end.status == 409;
  if (end.fine) return end;
  const ApiStatus status = decode_status(end.status, outcome.answer->body);
  end.message = std::to_string(end.status) + " " + status.message;
  end.retry_after = outcome.answer->retry_after ? outcome.answer->retry_after : status.retry_after;
  return end;
}

WriteQueue::Config status_queue(const ApiOptions& options) {
  WriteQueue::Config config;
  config.kind = Write::kStatus;
  config.later = WriteQueue::Later::kReplaceWaiting;
  config.waiting_max = options.statuses_waiting_max;
  config.under_way_max = options.statuses_under_way_max;
  // kube-scheduler.md §5.3
  config.tries = 4;
  config.retry_delay = milliseconds{10};
  config.retry_factor = 5;
  config.retry_codes = {409, 429, 500, 503};
  config.fine_codes = {404};           // The pod is gone.
  config.fine_cause = "metadata.uid";  // Another pod has its name now.
  return config;
}

WriteQueue::Config event_queue(const ApiOptions& options) {
  WriteQueue::Config config;
  config.kind = Write::kEvent;
  config.waiting_max = options.events_waiting_max;
  config.under_way_max = options.events_under_way_max;
  // kube-scheduler.md §5.4: an answer is final unless it says when to come again, a broken
  // connection is not.
  config.tries = 12;
  config.retry_delay = milliseconds{10'000};
  config.retry_unknown = true;
  config.fine_codes = {409};  // An earlier try did it.
  return config;
}

class HttpApiCalls final : public ApiCalls {
 public:
  HttpApiCalls(const ApiContext& context, ApiOptions options)
      : context_(context),
        options_(std::move(options)),
        statuses_(status_queue(options_), context.http, context.timers, context.observer,
                  context.random),
        events_(event_queue(options_), context.http, context.timers, context.observer,
                context.random),
        correlator_(options_.event_keys_max) {}

  void bind(const model::Binding& binding, std::function<void(model::BindAnswer)> done) override {
    statuses_.forget(binding.pod_uid.text);
    const bool in_protobuf = protobuf_ == Protobuf::kSpoken || protobuf_ == Protobuf::kTaken;
    HttpRequest request =
        write("POST", pod_target(binding.namespace_name.view(), binding.pod_name) + "/binding",
              media_type(in_protobuf), Lane::kBind);
    request.body = in_protobuf ? protobuf::binding_body(binding) : binding_body(binding);
    context_.http.call(std::move(request),
                       [this, in_protobuf, done = std::move(done)](const HttpOutcome& outcome) {
                         if (outcome.answer) learn(*outcome.answer, in_protobuf);
                         done(bind_answer(outcome, in_protobuf));
                       });
  }

  void get_pod(const model::Name& namespace_name, const std::string& name,
               std::function<void(model::PodReading)> done) override {
    HttpRequest request;
    request.method = "GET";
    request.target = pod_target(namespace_name.view(), name);
    request.accept = context_.pods.accept();
    request.deadline = options_.read_timeout;
    context_.http.call(std::move(request),
                       [&pods = context_.pods, done = std::move(done)](const HttpOutcome& outcome) {
                         done(pod_answer(pods, outcome));
                       });
  }

  void patch_unscheduled(const model::Pod& pod, const std::string& reason,
                         const std::string& message) override {
    HttpRequest request =
        write("PATCH", pod_target(pod.namespace_name.view(), pod.name) + "/status",
              kStrategicMergePatch, Lane::kStatus);
    // A condition with a reason is there already, and is False: the pod is not scheduled.
    std::optional<model::WallTime> changed;
    if (pod.waiting->scheduled_condition_reason.empty()) changed = context_.clock.wall();
    request.body = unscheduled_patch(pod, reason, message, changed);
    WriteQueue::Entry entry;
    entry.key = pod.uid.text;
    entry.object = pod.full_name();
    entry.request = std::move(request);
    statuses_.push(std::move(entry));
  }

  void annotate_node(const NodeAnnotation& annotation,
                     std::function<void(WriteEnd)> done) override {
    HttpRequest request =
        write("PATCH", node_target(annotation.node.view()), kMergePatch, Lane::kEvent);
    request.body = node_annotation_patch(annotation.uid, annotation.key, annotation.value);
    context_.http.call(std::move(request), [&observer = context_.observer, node = annotation.node,
                                            done = std::move(done)](const HttpOutcome& outcome) {
      WriteEnd end = write_end(outcome);
      if (!end.fine) observer.write_dropped(Write::kNode, node.view(), end.message);
      done(std::move(end));
    });
  }

  [[nodiscard]] std::size_t writes_pending() const override {
    return statuses_.pending() + events_.pending();
  }

  void write_event(const model::Pod& pod, const model::PodEvent& event,
                   const std::string& reporter) override {
    // Names of events hold their time; two at the same time must not have the same.
    last_event_ = std::max(context_.clock.wall(), last_event_ + std::chrono::nanoseconds{1});
    EventObject object =
        make_event(pod, event, {reporter, reporter + "-" + options_.hostname}, last_event_);
    // A pod is bound once: to remember its Normal events would only push warnings out.
    if (!event.warning) {
      push_event(object);
      return;
    }
    if (const auto due = correlator_.observe(std::move(object), context_.clock.steady())) {
      push_event(*due);
    }
    sweep_later();
  }

 private:
  // path: without a query.
  [[nodiscard]] HttpRequest write(std::string_view method, const std::string& path,
                                  std::string_view content_type, Lane lane) const {
    HttpRequest request;
    request.method = method;
    request.target = path + "?timeout=" + std::to_string(options_.write_timeout.count()) + "s";
    request.content_type = content_type;
    request.accept = context_.pods.accept();  // The answer has the whole object.
    request.lane = lane;
    request.deadline = options_.write_timeout;
    request.gate = options_.may_write;
    return request;
  }

  // From the answer to a Binding.
  void learn(const HttpAnswer& answer, bool in_protobuf) {
    if (protobuf_ == Protobuf::kRefused) return;
    if (protobuf_refused(answer.status, in_protobuf)) {
      protobuf_ = Protobuf::kRefused;
    } else if (in_protobuf && answer.status == 201) {
      protobuf_ = Protobuf::kTaken;
    } else if (protobuf_ == Protobuf::kUnseen && answer.body.starts_with(protobuf::kMagic)) {
      protobuf_ = Protobuf::kSpoken;
    }
  }

  void push_event(const EventObject& event) {
    WriteQueue::Entry entry;
    entry.key = event.pod_uid;
    entry.object = event.namespace_name + '/' + event.pod_name;
    entry.worth = event.text.warning ? WriteQueue::Worth::kWarning : WriteQueue::Worth::kNormal;
    // An event has no second try after a refusal: a Binding must have been taken before.
    const bool in_protobuf = protobuf_ == Protobuf::kTaken;
    entry.request =
        write("POST", events_target(event.namespace_name), media_type(in_protobuf), Lane::kEvent);
    entry.request.body = in_protobuf ? protobuf::event_body(event) : event_body(event);
    if (event.series) {
      entry.worth = WriteQueue::Worth::kRepeat;
      entry.if_missing = std::move(entry.request);
      entry.request = write("PATCH", event_target(event.namespace_name, event.name),
                            kStrategicMergePatch, Lane::kEvent);
      entry.request.body = series_patch(*event.series);
    }
    events_.push(std::move(entry));
  }

  void sweep_later() {
    if (sweep_timer_ || correlator_.size() == 0) return;
    sweep_timer_ = context_.timers.after(kSweepPeriod, [this] {
      sweep_timer_.reset();
      for (const EventObject& event : correlator_.sweep(context_.clock.steady())) push_event(event);
      sweep_later();
    });
  }

  ApiContext context_;
  ApiOptions options_;
  WriteQueue statuses_;
  WriteQueue events_;
  EventCorrelator correlator_;
  std::unique_ptr<Timer> sweep_timer_;
  model::WallTime last_event_{};
  Protobuf protobuf_ = Protobuf::kUnseen;
};

}  // namespace

std::unique_ptr<ApiCalls> make_api_calls(const ApiContext& context, ApiOptions options) {
  return std::make_unique<HttpApiCalls>(context, std::move(options));
}

}  // namespace neuron_scheduler::client
