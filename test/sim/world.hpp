#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/observer.hpp"
#include "scheduler/scheduler.hpp"
#include "test/sim/network.hpp"
#include "test/sim/random.hpp"
#include "test/sim/server.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::sim {

// A cluster, users, other schedulers and faults, all decided by one seed, around the real scheduler
// core. After every step its invariants are checked; fault() says which one broke first.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  // Something happens, time passes, news arrives, the scheduler works.
  void step();
  // Faults end; runs until nothing happens any more, and checks what must hold then.
  void come_to_rest();

  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] const std::vector<std::string>& sent() const { return network_.sent; }
  [[nodiscard]] std::size_t bound_by_us() const { return network_.scheduled_events.size(); }

 private:
  class Silent final : public scheduler::Observer {
   public:
    void attempt(scheduler::AttemptResult, std::string_view, std::chrono::nanoseconds) override {}
    void pod_bound(std::chrono::nanoseconds, std::uint32_t) override {}
    void bind_unknown() override {}
    void bind_conflict() override {}
    void notice(std::string_view /*pod*/, std::string_view /*note*/) override {}
  };
  struct Delayed {
    model::SteadyTime due;
    Server::Event event;
  };

  // What happens (world_events.cpp).
  void something_happens();
  void create_pod();
  void create_foreign_pod();
  void delete_some_pod();
  void end_some_pod();
  void change_some_pod();
  void bind_by_hand();
  void add_node();
  void remove_some_node();
  void change_some_node();
  void relabel_some_namespace();
  void restart_scheduler();
  [[nodiscard]] model::Node new_node(const std::string& name);
  [[nodiscard]] model::PodRef some_pod(bool bound);
  [[nodiscard]] model::NodeRef some_node();

  void start_scheduler();
  void relist();
  // Forgets what was on its way; everything that there is now arrives instead.
  void deliver_all();
  void run_until(model::SteadyTime end);
  [[nodiscard]] std::deque<Delayed>& stream_of(const Server::Event& event);
  [[nodiscard]] std::optional<model::SteadyTime> next_due() const;
  void run_due();
  void take_news();
  void deliver(const Server::Event& event);
  void work();

  void check();
  void check_queue();
  void check_rest();
  void fail(const std::string& what);

  Random random_;
  test::SimClock clock_;
  Silent observer_;
  Server server_;
  Network network_{clock_, server_, random_};
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  // Three streams, each in order, all late.
  std::deque<Delayed> node_stream_;
  std::deque<Delayed> pod_stream_;
  std::deque<Delayed> namespace_stream_;
  std::set<std::string> known_nodes_;
  std::map<std::string, model::PodRef> known_pods_;  // As last delivered, by uid.
  std::map<std::string, std::int64_t> cpu_most_;
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
  bool lagging_ = true;
  std::string fault_;
};

}  // namespace neuron_scheduler::sim
