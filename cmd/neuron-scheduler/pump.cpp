#include "cmd/neuron-scheduler/pump.hpp"

#include <algorithm>
#include <utility>

namespace neuron_scheduler::cmd {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Pump::Pump(scheduler::Scheduler& scheduler, const model::Clock& clock, client::TimerService& timers,
           Post post, Limits limits)
    : scheduler_(scheduler),
      clock_(clock),
      timers_(timers),
      post_(std::move(post)),
      limits_(limits) {}

void Pump::on_bind_answer(const model::Binding& binding, scheduler::BindAnswer answer) {
  add(Answer{binding, std::move(answer)});
}

void Pump::on_pod_reading(const model::Binding& binding, scheduler::PodReading reading) {
  add(Reading{binding, std::move(reading)});
}

void Pump::hold(std::function<void()> synced) {
  on_hold_ = true;
  synced_ = std::move(synced);
}

void Pump::lead() {
  on_hold_ = false;
  wake();
}

void Pump::drain(std::function<void()> drained) {
  scheduler_.stop();
  drained_ = std::move(drained);
  wake();
}

void Pump::add(News news) {
  news_.push_back(std::move(news));
  // No decision is under way in a handler, so that applying here is as good as in a turn.
  if (news_.size() >= limits_.news_max) apply_all();
  wake();
}

void Pump::apply(const News& news) {
  std::visit(Overloaded{
                 [&](const model::PodRef& pod) { scheduler_.on_pod(pod); },
                 [&](const PodGone& gone) { scheduler_.on_pod_removed(gone.uid); },
                 [&](const model::NodeRef& node) { scheduler_.on_node(node); },
                 [&](const NodeGone& gone) { scheduler_.on_node_removed(gone.name); },
                 [&](const model::NamespaceRef& changed) { scheduler_.on_namespace(changed); },
                 [&](const NamespaceGone& gone) { scheduler_.on_namespace_removed(gone.name); },
                 [&](const Answer& got) { scheduler_.on_bind_answer(got.binding, got.answer); },
                 [&](const Reading& got) { scheduler_.on_pod_reading(got.binding, got.reading); },
                 [](const std::function<void()>& then) { then(); },
                 [&](Synced what) { mark_synced(what); },
             },
             news);
}

void Pump::mark_synced(Synced what) {
  switch (what) {
    case Synced::kPods:
      pods_synced_ = true;
      return;
    case Synced::kNodes:
      nodes_synced_ = true;
      return;
    case Synced::kNamespaces:
      namespaces_synced_ = true;
      return;
  }
}

void Pump::apply_all() {
  while (!news_.empty()) {
    const News news = std::move(news_.front());
    news_.pop_front();
    apply(news);
  }
}

void Pump::wake() {
  if (std::exchange(turn_posted_, true)) return;
  post_([this] { turn(); });
}

void Pump::turn() {
  turn_posted_ = false;
  apply_all();
  if (synced_ && all_synced()) std::exchange(synced_, nullptr)();
  scheduler_.tick();
  if (decide()) {
    wake();
    return;
  }
  if (drained_ && scheduler_.pending_binds() == 0) std::exchange(drained_, nullptr)();
  arm_timer();
}

bool Pump::decide() {
  if (on_hold_ || !all_synced()) return false;
  const auto end = clock_.steady() + limits_.turn_max;
  for (std::size_t decided = 0; decided < limits_.decisions_per_turn; ++decided) {
    if (!scheduler_.decide_one()) return false;
    if (clock_.steady() >= end) break;
  }
  return true;
}

void Pump::arm_timer() {
  timer_.reset();
  const auto next = scheduler_.next_timer();
  if (!next) return;
  // Rounded up: a timer that fires early would only be armed again.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - clock_.steady());
  timer_ = timers_.after(std::max(wait, std::chrono::milliseconds{0}), [this] { wake(); });
}

}  // namespace neuron_scheduler::cmd
