#include "cmd/neuron-scheduler/drawing.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "neuron/topology.hpp"
#include "scheduler/registry.hpp"
#include "test/support/neuron_builders.hpp"

namespace neuron_scheduler::cmd {
namespace {

using test::cores_pod;
using test::devices_pod;
using test::inf2_node;
using test::neuron_node;
using test::NodeBuilder;
using test::PodBuilder;
using test::trn1_node;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kIds = "AWS_NEURON_IDS";
const std::string kLongName = "x1" + std::string(70, '-') + "y2";

NodeBuilder plain_node(std::string_view name) {
  return NodeBuilder(name).label("node.kubernetes.io/instance-type", "m5.large");
}

// A cluster, as it is written down.
class World {
 public:
  World& node(const NodeBuilder& node) {
    nodes_.push_back(node.build());
    return *this;
  }
  // "namespace/name" or a name in "default".
  World& pod(const std::string& name, PodBuilder pod, std::string_view node) {
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos) {
      pod.namespace_name(name.substr(0, slash));
      pod.raw().name = name.substr(slash + 1);
    }
    pods_.push_back(pod.uid("uid of " + name).bound_to(node).build());
    return *this;
  }
  World& devices(const std::string& name, int count, std::string_view node, std::string ids) {
    return pod(name, devices_pod(name, count).annotation(kIds, std::move(ids)), node);
  }
  World& cores(const std::string& name, int count, std::string_view node, std::string ids) {
    return pod(name, cores_pod(name, count).annotation(kIds, std::move(ids)), node);
  }
  World& foreign(const std::string& name, int count, std::string_view node) {
    return pod(name, devices_pod(name, count), node);
  }
  World& core_each(std::string_view node, int count) {
    for (int core = 0; core < count; ++core) {
      cores("pod-" + std::to_string(core), 1, node, std::to_string(core));
    }
    return *this;
  }
  World& many_plain(int count) {
    for (int number = 0; number < count; ++number) node(plain_node(numbered("p-", number)));
    return *this;
  }
  World& many_small(int count) {
    for (int number = 0; number < count; ++number) {
      node(neuron_node(numbered("s-", number), "inf2.xlarge", 1, 2));
    }
    return *this;
  }

  [[nodiscard]] std::string drawn(const DrawingStyle& style) const {
    model::Cache cache(scheduler::SharedPlugins().aggregate_factories());
    for (const auto& node : nodes_) cache.set_node(node);
    for (const auto& pod : pods_) cache.set_pod(pod);
    return draw_nodes(cache, style);
  }
  [[nodiscard]] World reversed() const {
    World other = *this;
    std::ranges::reverse(other.nodes_);
    std::ranges::reverse(other.pods_);
    return other;
  }

 private:
  static std::string numbered(const char* prefix, int number) {
    return prefix + std::string(number < 10 ? "0" : "") + std::to_string(number);
  }

  std::vector<model::NodeRef> nodes_;
  std::vector<model::PodRef> pods_;
};

struct Case {
  const char* name;
  DrawingStyle style;
  World world;
  const char* want;  // After the first end of line.
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Drawing : public testing::TestWithParam<Case> {};

TEST_P(Drawing, IsExactlyThis) {
  const Case& row = GetParam();
  EXPECT_EQ('\n' + row.world.drawn(row.style), row.want);
}

TEST_P(Drawing, DoesNotDependOnTheOrderOfArrival) {
  const Case& row = GetParam();
  EXPECT_EQ(row.world.reversed().drawn(row.style), row.world.drawn(row.style));
}

// Columns of the longest line; each character has one.
std::size_t columns_of(std::string_view text) {
  std::size_t longest = 0;
  std::size_t columns = 0;
  for (const char character : text) {
    if ((static_cast<unsigned char>(character) & 0xc0) != 0x80) ++columns;
    if (character == '\n') columns = 0;
    longest = std::max(longest, columns);
  }
  return longest;
}

TEST_P(Drawing, IsNeverWiderThanAsked) {
  for (int width = kDrawingWidthMin; width <= 140; ++width) {
    const std::string text = GetParam().world.drawn({.width = width});
    EXPECT_LE(columns_of(text), static_cast<std::size_t>(width)) << text;
  }
}

TEST_P(Drawing, SaysTheSameInAsciiAndInColour) {
  const Case& row = GetParam();
  const std::string plain = row.world.drawn({});
  const std::string ascii = row.world.drawn({.unicode = false});
  EXPECT_TRUE(std::ranges::all_of(ascii, [](char c) { return c == '\n' || (c >= 32 && c < 127); }));
  EXPECT_EQ(std::ranges::count(ascii, '\n'), std::ranges::count(plain, '\n'));
  std::string bare;
  bool inside = false;
  for (const char character : row.world.drawn({.color = true})) {
    if (character == '\x1b') inside = true;
    if (!inside) bare += character;
    if (character == 'm') inside = false;
  }
  EXPECT_EQ(bare, plain);
}

INSTANTIATE_TEST_SUITE_P(
    Clusters, Drawing,
    testing::Values(
        Case{"Torus",
             {},
             World()
                 .node(trn1_node("trn1-32xlarge-0"))
                 .cores("team-a/one-core-a", 1, "trn1-32xlarge-0", "30")
                 .cores("team-a/one-core-b", 1, "trn1-32xlarge-0", "31")
                 .devices("four-devices", 4, "trn1-32xlarge-0", "4,5,6,7")
                 .devices("pick-device", 1, "trn1-32xlarge-0", "9"),
             R"(
trn1-32xlarge-0 │ trn1.32xlarge │ 4x4 torus × 2 cores │ 20 of 32 cores free
          12          13          14          15
           ╎           ╎           ╎           ╎
       ┌───┴───┐   ┌───┴───┐   ┌───┴───┐   ┌───┴───┐
   3 ╌╌┤  0 ·· ├───┤  1 ·· ├───┤  2 ·· ├───┤  3 ·· ├╌╌ 0
       └───┬───┘   └───┬───┘   └───┬───┘   └───┬───┘
       ┌───┴───┐   ┌───┴───┐   ┌───┴───┐   ┌───┴───┐
   7 ╌╌┤  4 AA ├───┤  5 AA ├───┤  6 AA ├───┤  7 AA ├╌╌ 4
       └───┬───┘   └───┬───┘   └───┬───┘   └───┬───┘
       ┌───┴───┐   ┌───┴───┐   ┌───┴───┐   ┌───┴───┐
  11 ╌╌┤  8 ·· ├───┤  9 BB ├───┤ 10 ·· ├───┤ 11 ·· ├╌╌ 8
       └───┬───┘   └───┬───┘   └───┬───┘   └───┬───┘
       ┌───┴───┐   ┌───┴───┐   ┌───┴───┐   ┌───┴───┐
  15 ╌╌┤ 12 ·· ├───┤ 13 ·· ├───┤ 14 ·· ├───┤ 15 CD ├╌╌ 12
       └───┬───┘   └───┬───┘   └───┬───┘   └───┬───┘
           ╎           ╎           ╎           ╎
           0           1           2           3
  A four-devices        B pick-device         C team-a/one-core-a
  D team-a/one-core-b   · free
)"},
        Case{
            "TorusInAscii",
            {.unicode = false},
            World().node(trn1_node("n")).cores("a", 1, "n", "31").devices("b", 4, "n", "8,9,10,11"),
            R"(
n | trn1.32xlarge | 4x4 torus x 2 cores | 23 of 32 cores free
          12          13          14          15
           |           |           |           |
       +---+---+   +---+---+   +---+---+   +---+---+
   3 --+  0 .. +---+  1 .. +---+  2 .. +---+  3 .. +-- 0
       +---+---+   +---+---+   +---+---+   +---+---+
       +---+---+   +---+---+   +---+---+   +---+---+
   7 --+  4 .. +---+  5 .. +---+  6 .. +---+  7 .. +-- 4
       +---+---+   +---+---+   +---+---+   +---+---+
       +---+---+   +---+---+   +---+---+   +---+---+
  11 --+  8 AA +---+  9 AA +---+ 10 AA +---+ 11 AA +-- 8
       +---+---+   +---+---+   +---+---+   +---+---+
       +---+---+   +---+---+   +---+---+   +---+---+
  15 --+ 12 .. +---+ 13 .. +---+ 14 .. +---+ 15 .B +-- 12
       +---+---+   +---+---+   +---+---+   +---+---+
           |           |           |           |
           0           1           2           3
  A b      B a      . free
)"},
        Case{"TorusNarrow",
             {.width = 40},
             World()
                 .node(trn1_node("trn1-32xlarge-0"))
                 .devices("four-devices", 4, "trn1-32xlarge-0", "4,5,6,7"),
             R"(
trn1-32xlarge-0 │ trn1.32xlarge
  4x4 torus × 2 cores
  24 of 32 cores free
       12      13      14      15
        ╎       ╎       ╎       ╎
     ┌──┴──┐ ┌──┴──┐ ┌──┴──┐ ┌──┴──┐
   3╌┤ 0 ··├─┤ 1 ··├─┤ 2 ··├─┤ 3 ··├╌0
     └──┬──┘ └──┬──┘ └──┬──┘ └──┬──┘
     ┌──┴──┐ ┌──┴──┐ ┌──┴──┐ ┌──┴──┐
   7╌┤ 4 AA├─┤ 5 AA├─┤ 6 AA├─┤ 7 AA├╌4
     └──┬──┘ └──┬──┘ └──┬──┘ └──┬──┘
     ┌──┴──┐ ┌──┴──┐ ┌──┴──┐ ┌──┴──┐
  11╌┤ 8 ··├─┤ 9 ··├─┤10 ··├─┤11 ··├╌8
     └──┬──┘ └──┬──┘ └──┬──┘ └──┬──┘
     ┌──┴──┐ ┌──┴──┐ ┌──┴──┐ ┌──┴──┐
  15╌┤12 ··├─┤13 ··├─┤14 ··├─┤15 ··├╌12
     └──┬──┘ └──┬──┘ └──┬──┘ └──┬──┘
        ╎       ╎       ╎       ╎
        0       1       2       3
  A four-devices   · free
)"},
        Case{"TorusOfEightCores",
             {},
             World()
                 .node(neuron_node("trn2", "trn2.48xlarge", 16, 128))
                 .cores("three", 3, "trn2", "8,9,10")
                 .cores("five", 5, "trn2", "11,12,13,14,15")
                 .devices("row", 4, "trn2", "12,13,14,15"),
             R"(
trn2 │ trn2.48xlarge │ 4x4 torus × 8 cores │ 88 of 128 cores free
             12              13              14              15
              ╎               ╎               ╎               ╎
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
   3 ╌╌┤  0 ········ ├─┤  1 AAABBBBB ├─┤  2 ········ ├─┤  3 ········ ├╌╌ 0
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
   7 ╌╌┤  4 ········ ├─┤  5 ········ ├─┤  6 ········ ├─┤  7 ········ ├╌╌ 4
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
  11 ╌╌┤  8 ········ ├─┤  9 ········ ├─┤ 10 ········ ├─┤ 11 ········ ├╌╌ 8
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
  15 ╌╌┤ 12 CCCCCCCC ├─┤ 13 CCCCCCCC ├─┤ 14 CCCCCCCC ├─┤ 15 CCCCCCCC ├╌╌ 12
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
              ╎               ╎               ╎               ╎
              0               1               2               3
  A three   B five    C row     · free
)"},
        Case{"TorusOfEightCoresNarrow",
             {.width = 40},
             World()
                 .node(neuron_node("trn2", "trn2.48xlarge", 16, 128))
                 .cores("three", 3, "trn2", "8,9,10")
                 .cores("five", 5, "trn2", "11,12,13,14,15"),
             R"(
trn2 │ trn2.48xlarge
  4x4 torus × 8 cores
  120 of 128 cores free
       12     13     14     15
        ╎      ╎      ╎      ╎
     ┌──┴─┐ ┌──┴─┐ ┌──┴─┐ ┌──┴─┐
     │ 0  │ │ 1  │ │ 2  │ │ 3  │
   3╌┤····├─┤AAAB├─┤····├─┤····├╌0
     │····│ │BBBB│ │····│ │····│
     └──┬─┘ └──┬─┘ └──┬─┘ └──┬─┘
     ┌──┴─┐ ┌──┴─┐ ┌──┴─┐ ┌──┴─┐
     │ 4  │ │ 5  │ │ 6  │ │ 7  │
   7╌┤····├─┤····├─┤····├─┤····├╌4
     │····│ │····│ │····│ │····│
     └──┬─┘ └──┬─┘ └──┬─┘ └──┬─┘
     ┌──┴─┐ ┌──┴─┐ ┌──┴─┐ ┌──┴─┐
     │ 8  │ │ 9  │ │10  │ │11  │
  11╌┤····├─┤····├─┤····├─┤····├╌8
     │····│ │····│ │····│ │····│
     └──┬─┘ └──┬─┘ └──┬─┘ └──┬─┘
     ┌──┴─┐ ┌──┴─┐ ┌──┴─┐ ┌──┴─┐
     │12  │ │13  │ │14  │ │15  │
  15╌┤····├─┤····├─┤····├─┤····├╌12
     │····│ │····│ │····│ │····│
     └──┬─┘ └──┬─┘ └──┬─┘ └──┬─┘
        ╎      ╎      ╎      ╎
        0      1      2      3
  A three   B five    · free
)"},
        Case{"Ring",
             {},
             World()
                 .node(inf2_node("inf2-48xlarge-0"))
                 .devices("four", 4, "inf2-48xlarge-0", "4,5,6,7")
                 .cores("one", 1, "inf2-48xlarge-0", "22"),
             R"(
inf2-48xlarge-0 │ inf2.48xlarge │ ring of 12 × 2 cores │ 15 of 24 cores free
  ┌───────┐   ┌───────┐   ┌───────┐   ┌───────┐   ┌───────┐   ┌───────┐
  │  0 ·· ├───┤  1 ·· ├───┤  2 ·· ├───┤  3 ·· ├───┤  4 AA ├───┤  5 AA │
  └───┬───┘   └───────┘   └───────┘   └───────┘   └───────┘   └───┬───┘
  ┌───┴───┐   ┌───────┐   ┌───────┐   ┌───────┐   ┌───────┐   ┌───┴───┐
  │ 11 B· ├───┤ 10 ·· ├───┤  9 ·· ├───┤  8 ·· ├───┤  7 AA ├───┤  6 AA │
  └───────┘   └───────┘   └───────┘   └───────┘   └───────┘   └───────┘
  A four   B one    · free
)"},
        Case{"RingNarrow",
             {.width = 40},
             World()
                 .node(inf2_node("inf2-48xlarge-0"))
                 .devices("four", 4, "inf2-48xlarge-0", "4,5,6,7"),
             R"(
inf2-48xlarge-0 │ inf2.48xlarge
  ring of 12 × 2 cores
  16 of 24 cores free
  ┌──┐ ┌──┐ ┌──┐ ┌──┐ ┌──┐ ┌──┐
  │ 0│ │ 1│ │ 2│ │ 3│ │ 4│ │ 5│
  │··├─┤··├─┤··├─┤··├─┤AA├─┤AA│
  └─┬┘ └──┘ └──┘ └──┘ └──┘ └─┬┘
  ┌─┴┐ ┌──┐ ┌──┐ ┌──┐ ┌──┐ ┌─┴┐
  │11│ │10│ │ 9│ │ 8│ │ 7│ │ 6│
  │··├─┤··├─┤··├─┤··├─┤AA├─┤AA│
  └──┘ └──┘ └──┘ └──┘ └──┘ └──┘
  A four   · free
)"},
        Case{"Line",
             {},
             World()
                 .node(neuron_node("inf2-24xlarge-0", "inf2.24xlarge", 6, 12))
                 .devices("two", 2, "inf2-24xlarge-0", "1,2"),
             R"(
inf2-24xlarge-0 │ inf2.24xlarge │ line of 6 × 2 cores │ 8 of 12 cores free
  ┌──────┐   ┌──────┐   ┌──────┐   ┌──────┐   ┌──────┐   ┌──────┐
  │ 0 ·· ├───┤ 1 AA ├───┤ 2 AA ├───┤ 3 ·· ├───┤ 4 ·· ├───┤ 5 ·· │
  └──────┘   └──────┘   └──────┘   └──────┘   └──────┘   └──────┘
  A two    · free
)"},
        Case{"LineFolded",
             {},
             World()
                 .node(neuron_node("inf1-24xlarge-0", "inf1.24xlarge", 16, 64))
                 .cores("nine", 9, "inf1-24xlarge-0", "24,25,26,27,28,29,30,31,32"),
             R"(
inf1-24xlarge-0 │ inf1.24xlarge │ line of 16 × 4 cores │ 55 of 64 cores free
  ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐
  │  0   │ │  1   │ │  2   │ │  3   │ │  4   │ │  5   │ │  6   │ │  7   │
  │ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ AAAA ├─┤ AAAA │
  └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └───┬──┘
  ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐ ┌───┴──┐
  │ 15   │ │ 14   │ │ 13   │ │ 12   │ │ 11   │ │ 10   │ │  9   │ │  8   │
  │ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· ├─┤ A··· │
  └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └──────┘ └──────┘
  A nine   · free
)"},
        Case{"LineFoldedTwice",
             {.width = 40},
             World()
                 .node(neuron_node("inf1", "inf1.24xlarge", 16, 64))
                 .cores("nine", 9, "inf1", "24,25,26,27,28,29,30,31,32"),
             R"(
inf1 │ inf1.24xlarge
  line of 16 × 4 cores
  55 of 64 cores free
  ┌──────┐ ┌──────┐ ┌──────┐ ┌──────┐
  │  0   │ │  1   │ │  2   │ │  3   │
  │ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· │
  └──────┘ └──────┘ └──────┘ └───┬──┘
  ┌──────┐ ┌──────┐ ┌──────┐ ┌───┴──┐
  │  7   │ │  6   │ │  5   │ │  4   │
  │ AAAA ├─┤ AAAA ├─┤ ···· ├─┤ ···· │
  └───┬──┘ └──────┘ └──────┘ └──────┘
  ┌───┴──┐ ┌──────┐ ┌──────┐ ┌──────┐
  │  8   │ │  9   │ │ 10   │ │ 11   │
  │ A··· ├─┤ ···· ├─┤ ···· ├─┤ ···· │
  └──────┘ └──────┘ └──────┘ └───┬──┘
  ┌──────┐ ┌──────┐ ┌──────┐ ┌───┴──┐
  │ 15   │ │ 14   │ │ 13   │ │ 12   │
  │ ···· ├─┤ ···· ├─┤ ···· ├─┤ ···· │
  └──────┘ └──────┘ └──────┘ └──────┘
  A nine   · free
)"},
        Case{"Switched",
             {},
             World()
                 .node(neuron_node("trn3", "trn3.48xlarge", 16, 64))
                 .devices("half", 8, "trn3", "0,1,2,3,4,5,6,7"),
             R"(
trn3 │ trn3.48xlarge │ 16 devices × 4 cores, switched │ 32 of 64 cores free
    ┌─────────┐   ┌─────────┐   ┌─────────┐   ┌─────────┐
    │  0 AAAA │   │  1 AAAA │   │  2 AAAA │   │  3 AAAA │
    └────┬────┘   └────┬────┘   └────┬────┘   └────┬────┘
  ╔══════╪═════════════╪═════════════╪═════════════╪═══════ switch
  ║ ┌────┴────┐   ┌────┴────┐   ┌────┴────┐   ┌────┴────┐
  ║ │  4 AAAA │   │  5 AAAA │   │  6 AAAA │   │  7 AAAA │
  ║ └─────────┘   └─────────┘   └─────────┘   └─────────┘
  ║ ┌─────────┐   ┌─────────┐   ┌─────────┐   ┌─────────┐
  ║ │  8 ···· │   │  9 ···· │   │ 10 ···· │   │ 11 ···· │
  ║ └────┬────┘   └────┬────┘   └────┬────┘   └────┬────┘
  ╚══════╪═════════════╪═════════════╪═════════════╪═══════ switch
    ┌────┴────┐   ┌────┴────┐   ┌────┴────┐   ┌────┴────┐
    │ 12 ···· │   │ 13 ···· │   │ 14 ···· │   │ 15 ···· │
    └─────────┘   └─────────┘   └─────────┘   └─────────┘
  A half   · free
)"},
        Case{"SwitchedFew",
             {},
             World()
                 .node(neuron_node("trn3e", "trn3e.24xlarge", 4, 32))
                 .devices("two", 2, "trn3e", "1,2"),
             R"(
trn3e │ trn3e.24xlarge │ 4 devices × 8 cores, switched │ 16 of 32 cores free
    ┌────────────┐   ┌────────────┐   ┌────────────┐   ┌────────────┐
    │ 0 ········ │   │ 1 AAAAAAAA │   │ 2 AAAAAAAA │   │ 3 ········ │
    └──────┬─────┘   └──────┬─────┘   └──────┬─────┘   └──────┬─────┘
  ═════════╧════════════════╧════════════════╧════════════════╧════════ switch
  A two    · free
)"},
        Case{"OneDevice",
             {},
             World().node(neuron_node("small", "inf2.xlarge", 1, 2)).cores("one", 1, "small", "1"),
             R"(
small │ inf2.xlarge │ 1 device × 2 cores │ 1 of 2 cores free
  ┌──────┐
  │ 0 ·A │
  └──────┘
  A one    · free
)"},
        Case{"LinksNotKnown",
             {},
             World().node(neuron_node("odd", "inf9.xlarge", 5, 10)).devices("one", 1, "odd", "3"),
             R"(
odd │ inf9.xlarge │ 5 devices × 2 cores, links not known │ 8 of 10 cores free
  ┌──────┐   ┌──────┐   ┌──────┐   ┌──────┐   ┌──────┐
  │ 0 ·· │   │ 1 ·· │   │ 2 ·· │   │ 3 AA │   │ 4 ·· │
  └──────┘   └──────┘   └──────┘   └──────┘   └──────┘
  A one    · free
)"},
        Case{"CoresNotKnown",
             {},
             World().node(neuron_node("odd", "inf2.24xlarge", 6, 0)).devices("one", 1, "odd", "3"),
             R"(
odd │ inf2.24xlarge │ line of 6 │ 5 of 6 devices free
  ┌─────┐   ┌─────┐   ┌─────┐   ┌─────┐   ┌─────┐   ┌─────┐
  │ 0 · ├───┤ 1 · ├───┤ 2 · ├───┤ 3 A ├───┤ 4 · ├───┤ 5 · │
  └─────┘   └─────┘   └─────┘   └─────┘   └─────┘   └─────┘
  A one    · free
)"},
        Case{"CordonedAndIll",
             {},
             World()
                 .node(neuron_node("inf1", "inf1.6xlarge", 4, 16)
                           .annotation("hami.io/device-cordon", "1,2")
                           .condition("NeuronHealth", model::ConditionStatus::kTrue,
                                      "NeuronHasError_X"))
                 .cores("still-there", 2, "inf1", "5,6"),
             R"(
inf1 │ inf1.6xlarge │ line of 4 × 4 cores │ 8 of 16 cores idle
  ! takes no new Neuron pods: it has the condition NeuronHealth with an error
  ┌────────┐   ┌────────┐   ┌────────┐   ┌────────┐
  │ 0 ···· ├───┤ 1 ╳AA╳ ├───┤ 2 ╳╳╳╳ ├───┤ 3 ···· │
  └────────┘   └────────┘   └────────┘   └────────┘
  A still-there   · idle          ╳ cordoned
)"},
        Case{"Foreign",
             {},
             World()
                 .node(neuron_node("inf1", "inf1.6xlarge", 4, 16))
                 .foreign("else/where", 1, "inf1")
                 .devices("known", 1, "inf1", "3"),
             R"(
inf1 │ inf1.6xlarge │ line of 4 × 4 cores │ 12 of 16 cores idle
  ! takes no new Neuron pods: it has the foreign Neuron pod else/where, whose
    devices are not known
  ┌────────┐   ┌────────┐   ┌────────┐   ┌────────┐
  │ 0 ···· ├───┤ 1 ···· ├───┤ 2 ···· ├───┤ 3 AAAA │
  └────────┘   └────────┘   └────────┘   └────────┘
  A known        ? else/where   · idle
)"},
        Case{"ForeignThatHasItAll",
             {},
             World()
                 .node(neuron_node("inf1", "inf1.6xlarge", 4, 16))
                 .foreign("all-of-it", 4, "inf1"),
             R"(
inf1 │ inf1.6xlarge │ line of 4 × 4 cores │ 0 of 16 cores free
  ┌────────┐   ┌────────┐   ┌────────┐   ┌────────┐
  │ 0 AAAA ├───┤ 1 AAAA ├───┤ 2 AAAA ├───┤ 3 AAAA │
  └────────┘   └────────┘   └────────┘   └────────┘
  A all-of-it
)"},
        Case{"ClaimedTwice",
             {},
             World()
                 .node(neuron_node("inf1", "inf1.6xlarge", 4, 16))
                 .cores("a", 3, "inf1", "0,1,2")
                 .cores("b", 2, "inf1", "2,3"),
             R"(
inf1 │ inf1.6xlarge │ line of 4 × 4 cores │ 12 of 16 cores free
  ┌────────┐   ┌────────┐   ┌────────┐   ┌────────┐
  │ 0 AA!B ├───┤ 1 ···· ├───┤ 2 ···· ├───┤ 3 ···· │
  └────────┘   └────────┘   └────────┘   └────────┘
  A a                         B b
  · free                      ! claimed by several pods
)"},
        Case{"NotToBeRead",
             {},
             World()
                 .node(neuron_node("bad", "trn1.32xlarge", -1, 32))
                 .node(NodeBuilder("broken").decode_error("metadata.labels: not an object"))
                 .node(NodeBuilder("drained").unschedulable()),
             R"(
bad │ trn1.32xlarge
  ! takes no new Neuron pods: it has an unusable capacity of Neuron devices:
    negative capacity
broken
  ! cannot be read: metadata.labels: not an object
drained │ no Neuron devices
  ! unschedulable: takes no new pods
)"},
        Case{"PlainNodes",
             {},
             World()
                 .node(plain_node("p-0"))
                 .node(plain_node("p-1"))
                 .node(neuron_node("p-2", "inf2.xlarge", 1, 2))
                 .node(plain_node("p-3")),
             R"(
p-0 │ m5.large │ no Neuron devices
p-1 │ m5.large │ no Neuron devices

p-2 │ inf2.xlarge │ 1 device × 2 cores │ 2 of 2 cores free
  ┌──────┐
  │ 0 ·· │
  └──────┘

p-3 │ m5.large │ no Neuron devices
)"},
        Case{"ManyAlike",
             {.width = 72},
             World().many_plain(12).many_small(40).cores("one", 1, "s-07", "1"),
             R"(
p-00 │ m5.large │ no Neuron devices
p-01 │ m5.large │ no Neuron devices
p-02 │ m5.large │ no Neuron devices
  … and 9 more m5.large without Neuron devices

s-00 │ inf2.xlarge │ 1 device × 2 cores │ 2 of 2 cores free
  ┌──────┐
  │ 0 ·· │
  └──────┘
  … and 38 more inf2.xlarge, all free

s-07 │ inf2.xlarge │ 1 device × 2 cores │ 1 of 2 cores free
  ┌──────┐
  │ 0 ·A │
  └──────┘
  A one    · free
)"},
        Case{"ManyAlikeInAscii",
             {.unicode = false},
             World().many_small(3),
             R"(
s-00 | inf2.xlarge | 1 device x 2 cores | 2 of 2 cores free
  +------+
  | 0 .. |
  +------+
  ... and 2 more inf2.xlarge, all free
)"},
        Case{"LongNames",
             {.width = 40},
             World()
                 .node(neuron_node(kLongName, "a-very-long-instance-type.48xlarge", 1, 2))
                 .cores(kLongName, 1, kLongName, "0")
                 .cores("short", 1, kLongName, "1"),
             R"(
x1------------------…-----------------y2
  a-very-long-…pe.48xlarge
  1 device × 2 cores │ 0 of 2 cores free
  ┌──────┐
  │ 0 AB │
  └──────┘
  A x1----------------…---------------y2
  B short
)"},
        Case{"HostileNames",
             {.width = 60},
             World()
                 .node(neuron_node("n\x1b[31m\r\n", "t\a\x9b\u202e\u00e9", 1, 2))
                 .cores("p\x1b]0;x\a", 1, "n\x1b[31m\r\n", "0"),
             R"(
n?[31m?? │ t??? │ 1 device × 2 cores │ 1 of 2 cores free
  ┌──────┐
  │ 0 A· │
  └──────┘
  A p?]0;x?   · free
)"},
        Case{"MoreOwnersThanSigns",
             {},
             World().node(neuron_node("trn2", "trn2.48xlarge", 16, 64)).core_each("trn2", 64),
             R"(
trn2 │ trn2.48xlarge │ 4x4 torus × 4 cores │ 0 of 64 cores free
             12              13              14              15
              ╎               ╎               ╎               ╎
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
   3 ╌╌┤  0 AAABACAD ├─┤  1 AEAFAGAH ├─┤  2 AIAJAKAL ├─┤  3 AMANAOAP ├╌╌ 0
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
   7 ╌╌┤  4 AQARASAT ├─┤  5 AUAVAWAX ├─┤  6 AYAZAaAb ├─┤  7 AcAdAeAf ├╌╌ 4
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
  11 ╌╌┤  8 AgAhAiAj ├─┤  9 AkAlAmAn ├─┤ 10 AoApAqAr ├─┤ 11 AsAtAuAv ├╌╌ 8
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
       ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐ ┌──────┴──────┐
  15 ╌╌┤ 12 AwAxAyAz ├─┤ 13 A0A1A2A3 ├─┤ 14 A4A5A6A7 ├─┤ 15 A8A9BABB ├╌╌ 12
       └──────┬──────┘ └──────┬──────┘ └──────┬──────┘ └──────┬──────┘
              ╎               ╎               ╎               ╎
              0               1               2               3
  AA pod-0    AB pod-1    AC pod-2    AD pod-3    AE pod-4    AF pod-5
  AG pod-6    AH pod-7    AI pod-8    AJ pod-9    AK pod-10   AL pod-11
  AM pod-12   AN pod-13   AO pod-14   AP pod-15   AQ pod-16   AR pod-17
  AS pod-18   AT pod-19   AU pod-20   AV pod-21   AW pod-22   AX pod-23
  AY pod-24   AZ pod-25   Aa pod-26   Ab pod-27   Ac pod-28   Ad pod-29
  Ae pod-30   Af pod-31   Ag pod-32   Ah pod-33   Ai pod-34   Aj pod-35
  Ak pod-36   Al pod-37   Am pod-38   An pod-39   Ao pod-40   Ap pod-41
  Aq pod-42   Ar pod-43   As pod-44   At pod-45   Au pod-46   Av pod-47
  Aw pod-48   Ax pod-49   Ay pod-50   Az pod-51   A0 pod-52   A1 pod-53
  A2 pod-54   A3 pod-55   A4 pod-56   A5 pod-57   A6 pod-58   A7 pod-59
  A8 pod-60   A9 pod-61   BA pod-62   BB pod-63
)"}),
    [](const auto& row) { return row.param.name; });

int count_of(std::string_view text, std::string_view what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// Each device has its number and each of its cores one sign, whatever the width.
TEST(DrawingTest, ShowsEveryCoreOfEveryGeometry) {
  for (const auto& type : neuron::instance_types()) {
    for (const int cores : {1, 2, 4, 8, 16, 32}) {
      World world;
      world.node(neuron_node("n", type.name, type.devices, std::int64_t{type.devices} * cores));
      for (const int width : {0, 40, 57, 80, 200, 100'000}) {
        const std::string text = world.drawn({.width = width});
        EXPECT_LE(columns_of(text), static_cast<std::size_t>(std::max(width, kDrawingWidthMin)))
            << text;
        EXPECT_EQ(count_of(text, "·"), type.devices * cores) << type.name << '\n' << text;
        EXPECT_THAT(text, HasSubstr(std::to_string(type.devices - 1)));
      }
    }
  }
}

TEST(DrawingTest, OfNothingIsEmpty) { EXPECT_EQ(World().drawn({}), ""); }

TEST(DrawingTest, GivesPodsBackgroundsAndEndsThemWithTheLine) {
  World world;
  world.node(neuron_node("n", "inf2.xlarge", 1, 2)).cores("a", 1, "n", "0").cores("b", 1, "n", "1");
  const std::string text = world.drawn({.color = true});
  EXPECT_THAT(text, HasSubstr("\x1b[0;1mn"));
  EXPECT_THAT(text, HasSubstr("\x1b[0;38;5;16;48;5;114mA\x1b[0;38;5;16;48;5;75mB\x1b[0m │\n"));
  EXPECT_THAT(world.drawn({}), Not(HasSubstr("\x1b")));
}

struct StyleCase {
  const char* name;
  Output output;
  DrawingStyle want;
};

void PrintTo(const StyleCase& row, std::ostream* out) { *out << row.name; }

class Style : public testing::TestWithParam<StyleCase> {};

TEST_P(Style, SuitsTheOutput) { EXPECT_EQ(drawing_style(GetParam().output), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Outputs, Style,
    testing::Values(StyleCase{"Nothing", {}, {.width = 80, .color = false, .unicode = false}},
                    StyleCase{"PipeWithUtf8",
                              {.term = "xterm", .lang = "en_US.UTF-8"},
                              {.width = 80, .color = false, .unicode = true}},
                    StyleCase{"Terminal",
                              {.terminal_columns = 132, .term = "xterm-256color", .lang = "C.utf8"},
                              {.width = 132, .color = true, .unicode = true}},
                    StyleCase{"DumbTerminal",
                              {.terminal_columns = 80, .term = "dumb", .lang = "C"},
                              {.width = 80, .color = false, .unicode = false}},
                    StyleCase{"NoTerm",
                              {.terminal_columns = 80, .lang = "C"},
                              {.width = 80, .color = false, .unicode = false}},
                    StyleCase{"NoColor",
                              {.terminal_columns = 80, .term = "xterm", .no_color = "1"},
                              {.width = 80, .color = false, .unicode = false}},
                    StyleCase{"LcAllBeforeLang",
                              {.lc_all = "C", .lc_ctype = "C.UTF-8", .lang = "C.UTF-8"},
                              {.width = 80, .color = false, .unicode = false}},
                    StyleCase{"LcCtypeBeforeLang",
                              {.lc_ctype = "C.UTF-8", .lang = "C"},
                              {.width = 80, .color = false, .unicode = true}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace neuron_scheduler::cmd
