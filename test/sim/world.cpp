#include "test/sim/world.hpp"

#include <algorithm>

#include "test/sim/checker.hpp"

namespace neuron_scheduler::sim {

using model::SteadyTime;
using std::chrono::milliseconds;
using std::chrono::minutes;

World::World(std::uint64_t seed) : random_(seed), seed_(seed) {
  for (const auto* name : {"a", "b"}) server_.put_namespace({model::Name(name), "", {}, ""});
  for (int i = 0; i < 4; ++i) add_node();
  start_scheduler();
}

World::~World() = default;

void World::step() {
  const auto events = random_.below(4);
  for (std::uint64_t i = 0; i < events; ++i) something_happens();
  run_until(clock_.steady() + random_.between(0, 800));
  check();
}

void World::come_to_rest() {
  network_.heal();
  lagging_ = false;
  // Longer than any request is held up and any backoff.
  for (int i = 0; i < 5; ++i) {
    run_until(clock_.steady() + minutes(1));
    check();
  }
  check_rest();
}

void World::start_scheduler() {
  scheduler::SchedulerOptions options;
  options.seed = seed_;
  options.binds_max = 8;
  // Nobody wakes by the clock: an event that should have woken a pod and did not shows at rest.
  options.queue.unschedulable_max = std::chrono::hours(24);
  scheduler_ = std::move(scheduler::Scheduler::make(clock_, network_, observer_, options).value());
  network_.connect(scheduler_.get());
  known_nodes_.clear();
  known_pods_.clear();
  deliver_all();
}

void World::deliver_all() {
  node_stream_.clear();
  pod_stream_.clear();
  namespace_stream_.clear();
  server_.news.clear();
  for (const auto& [name, of] : server_.namespaces()) deliver(of);
  for (const auto& [name, node] : server_.nodes()) deliver(node);
  for (const auto& [uid, pod] : server_.pods()) deliver(pod);
}

// Mark and sweep: everything there is, then what is gone.
void World::relist() {
  deliver_all();
  const auto nodes = known_nodes_;
  for (const auto& name : nodes) {
    if (!server_.nodes().contains(name)) deliver(Server::NodeRemoved{model::Name(name)});
  }
  const auto pods = known_pods_;
  for (const auto& [uid, pod] : pods) {
    if (!server_.pods().contains(uid)) deliver(Server::PodRemoved{model::Uid{uid}});
  }
}

void World::run_until(SteadyTime end) {
  for (;;) {
    run_due();
    const auto next = next_due();
    if (!next || *next >= end) break;
    clock_.advance(std::max<std::chrono::nanoseconds>(*next - clock_.steady(), milliseconds(0)));
  }
  clock_.advance(end - clock_.steady());
  run_due();
}

std::optional<SteadyTime> World::next_due() const {
  std::optional<SteadyTime> next = network_.next();
  const auto consider = [&next](std::optional<SteadyTime> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  consider(scheduler_->next_timer());
  if (!node_stream_.empty()) consider(node_stream_.front().due);
  if (!pod_stream_.empty()) consider(pod_stream_.front().due);
  if (!namespace_stream_.empty()) consider(namespace_stream_.front().due);
  return next;
}

void World::run_due() {
  network_.run();
  take_news();
  for (auto* stream : {&node_stream_, &pod_stream_, &namespace_stream_}) {
    while (!stream->empty() && stream->front().due <= clock_.steady()) {
      const Delayed delayed = std::move(stream->front());
      stream->pop_front();
      deliver(delayed.event);
    }
  }
  work();
}

void World::take_news() {
  while (!server_.news.empty()) {
    Server::Event event = std::move(server_.news.front());
    server_.news.pop_front();
    auto& stream = stream_of(event);
    SteadyTime due = clock_.steady() + random_.between(1, lagging_ ? 300 : 5);
    if (!stream.empty()) due = std::max(due, stream.back().due);
    stream.push_back({due, std::move(event)});
  }
}

std::deque<World::Delayed>& World::stream_of(const Server::Event& event) {
  if (std::holds_alternative<model::NamespaceRef>(event)) return namespace_stream_;
  const bool of_node = std::holds_alternative<model::NodeRef>(event) ||
                       std::holds_alternative<Server::NodeRemoved>(event);
  return of_node ? node_stream_ : pod_stream_;
}

void World::deliver(const Server::Event& event) {
  if (const auto* node = std::get_if<model::NodeRef>(&event)) {
    known_nodes_.insert((*node)->name.str());
    scheduler_->on_node(*node);
  } else if (const auto* node_removed = std::get_if<Server::NodeRemoved>(&event)) {
    known_nodes_.erase(node_removed->name.str());
    scheduler_->on_node_removed(node_removed->name);
  } else if (const auto* pod = std::get_if<model::PodRef>(&event)) {
    known_pods_[(*pod)->uid.text] = *pod;
    scheduler_->on_pod(*pod);
  } else if (const auto* of = std::get_if<model::NamespaceRef>(&event)) {
    scheduler_->on_namespace(*of);
  } else {
    const auto& uid = std::get<Server::PodRemoved>(event).uid;
    known_pods_.erase(uid.text);
    scheduler_->on_pod_removed(uid);
  }
}

void World::work() {
  scheduler_->tick();
  int decided = 0;
  while (scheduler_->decide_one()) {
    if (++decided > 1'000) {
      fail("the scheduler does not stop deciding");
      return;
    }
  }
}

void World::check() {
  if (auto fault = first_fault(server_, cpu_most_); !fault.empty()) fail(fault);
  for (const auto& [uid, count] : network_.scheduled_events) {
    if (count > 1) fail(uid + " was reported as scheduled " + std::to_string(count) + " times");
  }
  if (scheduler_->pending_binds() > scheduler_->cache().assumed_count()) {
    fail("a pod is being bound and not assumed");
  }
  check_queue();
}

// No pod is lost: each that waits, as far as the scheduler was told, is in exactly one part of the
// queue.
void World::check_queue() {
  std::size_t waiting = 0;
  for (const auto& [uid, pod] : known_pods_) {
    const bool ours = pod->scheduler_name.view() == "neuron-scheduler";
    const bool waits = ours && !pod->bound() && !pod->terminal && !pod->terminating;
    if (waits && scheduler_->cache().find_pod(pod->uid) == nullptr) ++waiting;
  }
  const auto sizes = scheduler_->queue_sizes();
  const auto queued = sizes.active + sizes.backoff + sizes.unschedulable + sizes.gated;
  if (queued != waiting) {
    fail(std::to_string(waiting) + " pods wait, " + std::to_string(queued) + " are in the queue");
  }
}

void World::check_rest() {
  const auto& cache = scheduler_->cache();
  if (scheduler_->pending_binds() != 0) fail("at rest, a bind is still under way");
  if (cache.assumed_count() != 0) fail("at rest, a pod is still assumed");
  std::size_t bound = 0;
  for (const auto& [uid, pod] : server_.pods()) {
    if (pod->terminal) continue;
    const auto known = cache.find_pod(pod->uid);
    if (pod->bound()) {
      ++bound;
      if (known == nullptr || known->node_name != pod->node_name) fail(uid + " is not counted");
    } else if (pod->scheduler_name.view() == "neuron-scheduler" && !pod->terminating &&
               pod->waiting->scheduling_gates.empty() && pod->waiting->unbuilt_needs.empty()) {
      if (auto node = where_it_fits(server_, *pod); !node.empty()) {
        fail("at rest, " + uid + " is pending and fits on " + node + ": " +
             pod->waiting->scheduled_condition_message);
      }
    }
  }
  if (cache.pod_count() != bound) fail("at rest, pods are counted that do not exist");
}

void World::fail(const std::string& what) {
  if (fault_.empty()) fault_ = "seed " + std::to_string(seed_) + ": " + what;
}

}  // namespace neuron_scheduler::sim
