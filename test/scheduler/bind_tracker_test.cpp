#include "scheduler/bind_tracker.hpp"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "test/scheduler/fake_plugins.hpp"
#include "test/scheduler/recorder.hpp"
#include "test/support/builders.hpp"

namespace neuron_scheduler::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::NodeBuilder;
using test::PodBuilder;
using Kind = BindOutcome::Kind;
using Strings = std::vector<std::string>;

model::Uid uid(const std::string& name) { return {"uid-" + name}; }

BindAnswer answer(BindEnd end, std::string message = "") {
  return BindAnswer{end, std::move(message), std::nullopt};
}

PodReading found(const PodBuilder& pod) {
  return PodReading{PodReading::Kind::kFound, pod.build(), {}};
}

class BindTrackerTest : public testing::Test {
 protected:
  BindTrackerTest() {
    cache_.set_node(NodeBuilder("n").build());
    cache_.set_node(NodeBuilder("m").build());
    annotations_.keys = {"R"};
  }

  void start(const std::string& pod, const std::string& node = "n") {
    Decision decision;
    decision.kind = Decision::Kind::kPlaced;
    decision.node = cache_.find_node(model::Name(node));
    decision.state.resize(profile_.plugin_count());
    auto claim = Claim::take(profile_, cache_, PodBuilder(pod).build(), decision, clock_.wall(),
                             annotations_);
    tracker_.start(DecidedBind{std::get<Claim>(std::move(claim)), &profile_,
                               profile_.bind().front(), clock_.steady(), clock_.steady(),
                               clock_.steady(), 1});
  }
  // The kind of an outcome; its claim is let go.
  static std::optional<Kind> kind(const std::optional<BindOutcome>& outcome) {
    return outcome ? std::optional(outcome->kind) : std::nullopt;
  }
  std::optional<Kind> answered(const std::string& pod, BindEnd end) {
    return kind(tracker_.on_answer(uid(pod), answer(end)));
  }
  PodBuilder bound(const std::string& pod, const std::string& node) {
    return PodBuilder(pod).bound_to(node).annotation("R", node);
  }
  void advance_to_timer() {
    const auto next = tracker_.next_timer();
    ASSERT_TRUE(next);
    clock_.advance(*next - clock_.steady());
    tracker_.tick();
  }

  test::SimClock clock_;
  test::RecordingApi api_;
  model::Cache cache_{{}};
  model::AnnotationFilter annotations_;
  Strings log_;
  test::FakeReserve* reserve_ = nullptr;
  Profile profile_ = [this] {
    auto plugin = std::make_unique<test::FakeReserve>("R", log_);
    reserve_ = plugin.get();
    return test::profile_of(test::NamedPlugin{"R", std::move(plugin), 1});
  }();
  BindTracker tracker_{clock_, api_, annotations_, 4};
};

TEST_F(BindTrackerTest, ABindThatIsDoneKeepsItsClaim) {
  start("p");
  EXPECT_TRUE(cache_.assumed(uid("p")));
  EXPECT_EQ(cache_.find_pod(uid("p"))->annotations.find(model::Name("R")), "n");
  EXPECT_EQ(tracker_.pending(), 1U);
  {
    auto outcome = tracker_.on_answer(uid("p"), answer(BindEnd::kDone));
    ASSERT_EQ(kind(outcome), Kind::kBound);
    outcome->bind.claim.commit();
  }
  EXPECT_TRUE(cache_.assumed(uid("p")));
  EXPECT_EQ(log_, Strings{"R+p@n"});
  EXPECT_EQ(tracker_.pending(), 0U);
  EXPECT_FALSE(tracker_.contains(uid("p")));
}

TEST_F(BindTrackerTest, ARefusedOrMissingPodIsLetGo) {
  for (const auto end : {BindEnd::kRefused, BindEnd::kNotFound}) {
    log_.clear();
    start("p");
    {
      const auto outcome = tracker_.on_answer(uid("p"), answer(end, "why"));
      ASSERT_EQ(kind(outcome), Kind::kFailed);
      EXPECT_EQ(outcome->message, "why");
      EXPECT_FALSE(tracker_.contains(uid("p")));
      EXPECT_TRUE(cache_.assumed(uid("p")));
    }
    // The claim went with the outcome.
    EXPECT_FALSE(cache_.assumed(uid("p")));
    EXPECT_EQ(log_, (Strings{"R+p@n", "R-p@n"}));
  }
}

TEST_F(BindTrackerTest, TheSameBindingGoesOutAgainUntilItIsClear) {
  start("p");
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(answered("p", BindEnd::kUnknown), std::nullopt);
    EXPECT_TRUE(cache_.assumed(uid("p")));
    waits.push_back(
        std::chrono::duration_cast<milliseconds>(*tracker_.next_timer() - clock_.steady()).count());
    advance_to_timer();
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{200, 400, 800, 1600, 3200, 5000, 5000}));
  ASSERT_EQ(api_.sent.size(), 8U);
  for (const auto& binding : api_.sent) EXPECT_EQ(binding, api_.sent.front());
  EXPECT_EQ(answered("p", BindEnd::kDone), Kind::kBound);
  EXPECT_EQ(tracker_.next_timer(), std::nullopt);
}

TEST_F(BindTrackerTest, ARefusalAfterAnUnknownEndProvesNothing) {
  start("p");
  EXPECT_EQ(answered("p", BindEnd::kUnknown), std::nullopt);
  advance_to_timer();
  EXPECT_EQ(answered("p", BindEnd::kRefused), std::nullopt);
  EXPECT_TRUE(cache_.assumed(uid("p")));
  advance_to_timer();
  EXPECT_EQ(api_.sent.size(), 3U);
  EXPECT_EQ(answered("p", BindEnd::kNotFound), Kind::kFailed);
}

TEST_F(BindTrackerTest, WhatWasNotTriedWaitsAsAsked) {
  start("p");
  EXPECT_EQ(kind(tracker_.on_answer(uid("p"), {BindEnd::kNotTried, "slow down", seconds(7)})),
            std::nullopt);
  EXPECT_EQ(tracker_.next_timer(), clock_.steady() + seconds(7));
  advance_to_timer();
  EXPECT_EQ(api_.sent.size(), 2U);
  // However long the server asks for, and a repetition that was never tried may still be refused.
  EXPECT_EQ(kind(tracker_.on_answer(uid("p"), {BindEnd::kNotTried, "", seconds(1'000'000)})),
            std::nullopt);
  EXPECT_EQ(tracker_.next_timer(), clock_.steady() + seconds(60));
  advance_to_timer();
  EXPECT_EQ(answered("p", BindEnd::kRefused), Kind::kFailed);
}

struct ReadingCase {
  const char* name;
  bool unknown_before;
  PodReading reading;
  std::optional<Kind> want;
};

void PrintTo(const ReadingCase& row, std::ostream* out) { *out << row.name; }

class ConflictTest : public BindTrackerTest, public testing::WithParamInterface<ReadingCase> {};

TEST_P(ConflictTest, IsDecidedByAReading) {
  start("p");
  if (GetParam().unknown_before) {
    EXPECT_EQ(answered("p", BindEnd::kUnknown), std::nullopt);
    advance_to_timer();
  }
  EXPECT_EQ(kind(tracker_.on_answer(uid("p"), answer(BindEnd::kConflict, "conflict"))),
            std::nullopt);
  ASSERT_EQ(api_.reads.size(), 1U);
  const auto outcome = tracker_.on_reading(uid("p"), GetParam().reading);
  EXPECT_EQ(kind(outcome), GetParam().want);
  EXPECT_EQ(tracker_.contains(uid("p")), !GetParam().want.has_value());
  if (GetParam().want == Kind::kFailed) {
    EXPECT_EQ(outcome->message, "conflict");
  }
  const std::size_t sent = GetParam().unknown_before ? 2 : 1;
  if (!GetParam().want) {
    advance_to_timer();
    // A reading that failed is repeated, everything else is sent again.
    const bool failed = GetParam().reading.kind == PodReading::Kind::kFailed;
    EXPECT_EQ(api_.reads.size(), failed ? 2U : 1U);
    EXPECT_EQ(api_.sent.size(), failed ? sent : sent + 1);
  }
}

PodBuilder pod() { return PodBuilder("p"); }

INSTANTIATE_TEST_SUITE_P(
    Readings, ConflictTest,
    testing::Values(
        ReadingCase{"BoundByUs", true, found(pod().bound_to("n").annotation("R", "n")),
                    Kind::kBound},
        ReadingCase{"BoundThereWithOtherAnnotations", true,
                    found(pod().bound_to("n").annotation("R", "x")), Kind::kTaken},
        ReadingCase{"BoundThereWithout", false, found(pod().bound_to("n")), Kind::kTaken},
        ReadingCase{"BoundElsewhere", true, found(pod().bound_to("m").annotation("R", "n")),
                    Kind::kTaken},
        ReadingCase{"Gone", true, PodReading{PodReading::Kind::kNotFound, nullptr, ""},
                    Kind::kFailed},
        ReadingCase{"OtherUid", true, found(pod().uid("other").bound_to("n")), Kind::kFailed},
        ReadingCase{"Deleting", true, found(pod().terminating()), Kind::kFailed},
        ReadingCase{"UnboundAndNeverUnknown", false, found(pod()), Kind::kFailed},
        ReadingCase{"GatedAndNeverUnknown", false, found(pod().gate("g")), Kind::kFailed},
        ReadingCase{"UnboundAfterUnknown", true, found(pod()), std::nullopt},
        ReadingCase{"Failed", false, PodReading{PodReading::Kind::kFailed, nullptr, "timeout"},
                    std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST_F(BindTrackerTest, TheWatchMayConfirmFirst) {
  start("p");
  EXPECT_EQ(kind(tracker_.on_bound(*bound("p", "n").build())), Kind::kBound);
  EXPECT_EQ(tracker_.pending(), 0U);
  // Only once, and the answer is still to come.
  EXPECT_EQ(kind(tracker_.on_bound(*bound("p", "n").build())), std::nullopt);
  EXPECT_TRUE(tracker_.contains(uid("p")));
  EXPECT_EQ(answered("p", BindEnd::kDone), std::nullopt);
  EXPECT_FALSE(tracker_.contains(uid("p")));
}

TEST_F(BindTrackerTest, TheWatchMayConfirmWhileTheRepetitionWaits) {
  start("p");
  EXPECT_EQ(answered("p", BindEnd::kUnknown), std::nullopt);
  EXPECT_EQ(kind(tracker_.on_bound(*bound("p", "n").build())), Kind::kBound);
  EXPECT_FALSE(tracker_.contains(uid("p")));
  EXPECT_EQ(tracker_.next_timer(), std::nullopt);
}

TEST_F(BindTrackerTest, TheWatchMayShowAnotherNode) {
  start("p");
  EXPECT_EQ(kind(tracker_.on_bound(*bound("p", "m").build())), Kind::kTaken);
}

TEST_F(BindTrackerTest, APodDeletedWhileItIsReadIsDropped) {
  start("p");
  EXPECT_EQ(answered("p", BindEnd::kConflict), std::nullopt);
  EXPECT_EQ(kind(tracker_.on_removed(uid("p"))), Kind::kGone);
  EXPECT_EQ(tracker_.pending(), 0U);
  EXPECT_EQ(kind(tracker_.on_reading(uid("p"), found(pod()))), std::nullopt);
  EXPECT_FALSE(tracker_.contains(uid("p")));
}

TEST_F(BindTrackerTest, IsFullWithDecidedAndUnansweredBinds) {
  for (const auto* name : {"a", "b", "c"}) start(name);
  EXPECT_FALSE(tracker_.full());
  start("d");
  EXPECT_TRUE(tracker_.full());
  EXPECT_EQ(kind(tracker_.on_removed(uid("a"))), Kind::kGone);
  EXPECT_TRUE(tracker_.full());
  EXPECT_EQ(answered("a", BindEnd::kUnknown), std::nullopt);
  EXPECT_FALSE(tracker_.full());
}

TEST_F(BindTrackerTest, OrderedBindsToOneNodeGoOutOneAfterTheOther) {
  reserve_->in_order = true;
  start("a");
  start("b");
  start("x", "m");
  start("c");
  EXPECT_EQ(api_.sent_to(), (Strings{"a@n", "x@m"}));
  EXPECT_EQ(answered("a", BindEnd::kUnknown), std::nullopt);
  EXPECT_EQ(api_.sent.size(), 2U);
  advance_to_timer();
  EXPECT_EQ(answered("a", BindEnd::kDone), Kind::kBound);
  EXPECT_EQ(api_.sent_to(), (Strings{"a@n", "x@m", "a@n", "b@n"}));
  // One in the middle of the line goes without a word.
  start("d");
  EXPECT_EQ(kind(tracker_.on_removed(uid("c"))), Kind::kGone);
  EXPECT_EQ(api_.sent.size(), 4U);
  // What the watch settles makes room as well.
  EXPECT_EQ(kind(tracker_.on_bound(*bound("b", "n").build())), Kind::kBound);
  EXPECT_EQ(api_.sent_to().back(), "d@n");
  EXPECT_EQ(answered("d", BindEnd::kRefused), Kind::kFailed);
  EXPECT_EQ(tracker_.pending(), 1U);
}

TEST_F(BindTrackerTest, OtherBindsDoNotWaitForEachOther) {
  start("a");
  start("b");
  EXPECT_EQ(api_.sent_to(), (Strings{"a@n", "b@n"}));
}

TEST_F(BindTrackerTest, AnswersForUnknownPodsAreDropped) {
  EXPECT_EQ(answered("x", BindEnd::kDone), std::nullopt);
  EXPECT_EQ(kind(tracker_.on_reading(uid("x"), found(pod()))), std::nullopt);
  start("p");
  // No reading was asked for.
  EXPECT_EQ(kind(tracker_.on_reading(uid("p"), found(pod()))), std::nullopt);
  EXPECT_EQ(tracker_.pending(), 1U);
}

struct Overtaking {
  const char* name;
  std::function<void(model::Cache&)> happens;
  bool overtaken;
};

void PrintTo(const Overtaking& row, std::ostream* out) { *out << row.name; }

class OvertakenTest : public BindTrackerTest, public testing::WithParamInterface<Overtaking> {};

// What waits in its line while this happens.
TEST_P(OvertakenTest, IsNotSent) {
  reserve_->in_order = true;
  cache_.set_pod(bound("old", "n").build());
  start("first");
  start("second");
  ASSERT_EQ(api_.sent_to(), Strings{"first@n"});
  GetParam().happens(cache_);
  EXPECT_EQ(answered("first", BindEnd::kDone), Kind::kBound);
  const auto overtaken = tracker_.take_overtaken();
  EXPECT_EQ(overtaken.size(), GetParam().overtaken ? 1U : 0U);
  EXPECT_EQ(api_.sent.size(), GetParam().overtaken ? 1U : 2U);
  EXPECT_EQ(tracker_.pending(), GetParam().overtaken ? 0U : 1U);
  if (!GetParam().overtaken) return;
  EXPECT_EQ(overtaken.front().kind, Kind::kFailed);
  EXPECT_EQ(overtaken.front().message, "other pods came to node n before the binding was sent");
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OvertakenTest,
    testing::Values(
        Overtaking{"Nothing", [](model::Cache&) {}, false},
        Overtaking{
            "AStrangerComes",
            [](model::Cache& cache) { cache.set_pod(PodBuilder("x").bound_to("n").build()); },
            true},
        Overtaking{
            "AStrangerComesElsewhere",
            [](model::Cache& cache) { cache.set_pod(PodBuilder("x").bound_to("m").build()); },
            false},
        Overtaking{"AnotherPodChangesWhatItHolds",
                   [](model::Cache& cache) {
                     cache.set_pod(PodBuilder("old").bound_to("n").annotation("R", "x").build());
                   },
                   true},
        Overtaking{"AnotherPodChangesInNothingOfThat",
                   [](model::Cache& cache) {
                     cache.set_pod(PodBuilder("old")
                                       .bound_to("n")
                                       .annotation("R", "n")
                                       .resource_version("9")
                                       .label("a", "b")
                                       .build());
                   },
                   false},
        Overtaking{"APodGoes", [](model::Cache& cache) { cache.remove_pod(uid("old")); }, false},
        Overtaking{"TheFirstIsConfirmed",
                   [](model::Cache& cache) {
                     cache.set_pod(PodBuilder("first").bound_to("n").annotation("R", "n").build());
                   },
                   false},
        Overtaking{"TheFirstIsBoundOtherwise",
                   [](model::Cache& cache) {
                     cache.set_pod(PodBuilder("first").bound_to("n").annotation("R", "x").build());
                   },
                   true}),
    [](const auto& row) { return row.param.name; });

TEST_F(BindTrackerTest, WhatMayBeCarriedOutIsSentAgainWhoeverComes) {
  start("p");
  EXPECT_EQ(answered("p", BindEnd::kUnknown), std::nullopt);
  cache_.set_pod(PodBuilder("x").bound_to("n").build());
  advance_to_timer();
  EXPECT_EQ(api_.sent.size(), 2U);
  EXPECT_TRUE(tracker_.take_overtaken().empty());
}

TEST_F(BindTrackerTest, WhatWasNotTriedIsLookedAtAgainBeforeItGoesOut) {
  start("p");
  EXPECT_EQ(answered("p", BindEnd::kNotTried), std::nullopt);
  cache_.set_pod(PodBuilder("x").bound_to("n").build());
  advance_to_timer();
  EXPECT_EQ(api_.sent.size(), 1U);
  EXPECT_EQ(tracker_.take_overtaken().size(), 1U);
  EXPECT_FALSE(tracker_.contains(uid("p")));
}

}  // namespace
}  // namespace neuron_scheduler::scheduler
