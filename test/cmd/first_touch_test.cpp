#include "cmd/neuron-scheduler/first_touch.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "test/support/builders.hpp"

namespace neuron_scheduler::cmd {
namespace {

using test::PodBuilder;
using Strings = std::vector<std::string>;

class FakeReader final : public client::NodePodsReader {
 public:
  void read(const model::Name& node, std::function<void(client::NodePods)> done) override {
    nodes.push_back(node.str());
    done_.push_back(std::move(done));
  }
  // The oldest reading that has not ended.
  void answer(client::NodePods found) {
    auto done = std::move(done_.front());
    done_.erase(done_.begin());
    done(std::move(found));
  }
  void answer(std::string resource_version, std::vector<model::PodRef> pods = {}) {
    answer(client::NodePods{"", std::move(resource_version), std::move(pods)});
  }

  Strings nodes;

 private:
  std::vector<std::function<void(client::NodePods)>> done_;
};

class FakeInformer final : public client::PodInformer {
 public:
  void start() override {}
  [[nodiscard]] bool synced() const override { return true; }
  [[nodiscard]] std::size_t object_count() const override { return 0; }
  [[nodiscard]] const std::string& problem() const override { return problem_; }
  [[nodiscard]] bool denied() const override { return false; }
  [[nodiscard]] bool reached(std::string_view version) const override { return version <= at; }
  void merge(const std::vector<model::PodRef>& pods) override {
    for (const model::PodRef& pod : pods) merged.push_back(pod->name);
  }

  std::string at = "10";
  Strings merged;

 private:
  std::string problem_;
};

class FirstTouchTest : public testing::Test {
 protected:
  void bind(const std::string& node) {
    touch.before_binding(
        model::Name(node), [this, node](const std::optional<model::BindAnswer>& instead) {
          std::string how = "goes out";
          if (instead) {
            how = instead->end == model::BindEnd::kRefused ? "refused: " : "not tried: ";
            how += instead->message;
          }
          ends.push_back(node + " " + how);
        });
  }
  Strings take() { return std::exchange(ends, {}); }
  // The scheduler has been told of everything.
  void apply() {
    for (const auto& then : std::exchange(news, {})) then();
  }

  FakeReader reader;
  FakeInformer informer;
  Strings counted;
  std::vector<std::function<void()>> news;
  FirstTouch touch{reader, informer,
                   [this](const model::Pod& pod) {
                     return std::find(counted.begin(), counted.end(), pod.name) != counted.end();
                   },
                   [this](std::function<void()> then) { news.push_back(std::move(then)); }};
  Strings ends;
};

const std::string kLater =
    " not tried: the node's pods are read first, as by every new leader; it follows";

TEST_F(FirstTouchTest, ANodeIsReadBeforeItsFirstBindingAndOnlyThen) {
  counted = {"known"};
  bind("n");
  EXPECT_EQ(take(), Strings{});
  EXPECT_EQ(reader.nodes, Strings{"n"});
  reader.answer("20", {PodBuilder("known").bound_to("n").build()});
  // What was decided before the reading does not go out unseen.
  EXPECT_EQ(take(), Strings{"n" + kLater});
  EXPECT_EQ(informer.merged, Strings{"known"});
  apply();
  bind("n");
  EXPECT_EQ(take(), Strings{"n goes out"});
  bind("m");
  EXPECT_EQ(take(), Strings{});
  EXPECT_EQ(reader.nodes, (Strings{"n", "m"}));
}

TEST_F(FirstTouchTest, NothingGoesOutBeforeTheSchedulerKnowsWhatWasRead) {
  bind("n");
  reader.answer("20");
  bind("n");
  EXPECT_EQ(take(), Strings{"n" + kLater});
  EXPECT_EQ(reader.nodes, (Strings{"n", "n"}));
}

TEST_F(FirstTouchTest, APodThatWasNotKnownThereTakesTheDecisionBack) {
  counted = {"known"};
  bind("n");
  reader.answer(
      "20", {PodBuilder("known").bound_to("n").build(), PodBuilder("new").bound_to("n").build()});
  EXPECT_EQ(take(), Strings{"n refused: the node has the pod default/new, which a leader before "
                            "this one bound"});
  // It is told of before the pod is tried anew, and the next decision knows it.
  EXPECT_EQ(informer.merged, (Strings{"known", "new"}));
  apply();
  bind("n");
  EXPECT_EQ(take(), Strings{"n goes out"});
  EXPECT_EQ(reader.nodes, Strings{"n"});
}

TEST_F(FirstTouchTest, AReadingThatFailsIsTriedAgainWithTheBinding) {
  bind("n");
  reader.answer(client::NodePods{"503 away", "", {}});
  EXPECT_EQ(take(), Strings{"n not tried: reading the node's pods, as every new leader does: 503 "
                            "away"});
  apply();
  bind("n");
  EXPECT_EQ(reader.nodes, (Strings{"n", "n"}));
  reader.answer("20");
  apply();
  bind("n");
  EXPECT_EQ(take(), (Strings{"n" + kLater, "n goes out"}));
}

TEST_F(FirstTouchTest, NothingIsReadOnceTheWatchHasComeAsFarAsAReading) {
  bind("n");
  reader.answer("20");
  informer.at = "19";
  bind("m");
  EXPECT_EQ(reader.nodes, (Strings{"n", "m"}));
  reader.answer("30");
  EXPECT_EQ(take(), (Strings{"n" + kLater, "m" + kLater}));
  // As far as the first reading: what the leader before did is older than both.
  informer.at = "20";
  bind("o");
  EXPECT_EQ(take(), Strings{"o" + kLater});
  apply();
  // A new list later takes nothing of that back.
  informer.at = "";
  for (const auto* node : {"o", "p"}) bind(node);
  EXPECT_EQ(take(), (Strings{"o goes out", "p goes out"}));
  EXPECT_EQ(reader.nodes, (Strings{"n", "m"}));
}

TEST_F(FirstTouchTest, AFewNodesAreReadAtATimeAndNoneInVain) {
  for (const auto* node : {"1", "2", "3", "4", "5", "6"}) bind(node);
  EXPECT_EQ(reader.nodes, (Strings{"1", "2", "3", "4"}));
  reader.answer("20");
  EXPECT_EQ(reader.nodes, (Strings{"1", "2", "3", "4", "5"}));
  informer.at = "20";
  reader.answer("20");
  EXPECT_EQ(reader.nodes, (Strings{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(take(), (Strings{"1" + kLater, "2" + kLater, "6" + kLater}));
}

}  // namespace
}  // namespace neuron_scheduler::cmd
