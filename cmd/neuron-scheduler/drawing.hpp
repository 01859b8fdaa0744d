#pragma once

#include <string>

#include "cluster/model/cache.hpp"

// The nodes of a cluster as a drawing for people (design.md §9).
namespace neuron_scheduler::cmd {

// Narrower than this is drawn as wide as this.
inline constexpr int kDrawingWidthMin = 40;

struct DrawingStyle {
  int width = 80;      // Columns; no line is longer.
  bool color = false;  // ANSI colours; what they say, characters say, too.
  bool unicode = true;
};

// What suits standard output: its width if it is a terminal, colour if it is one that shows it and
// NO_COLOR is not set, Unicode if the locale says UTF-8.
[[nodiscard]] DrawingStyle standard_output_style();

// Every node, in order of names: one with Neuron devices by a heading, its devices as they are
// linked, their cores by the pod that has them (legend below), and what keeps new pods away; others
// by one line. Of free nodes that are equal but for their names only the first is drawn, the others
// are counted. Depends on nothing but its arguments. The cache must have the registry's aggregates
// (scheduler::aggregate_factories). Ends with an end of line, or is empty if there are no nodes.
// Text from outside is cut, and no control character of it gets out.
[[nodiscard]] std::string draw_nodes(const model::Cache& cache, const DrawingStyle& style);

}  // namespace neuron_scheduler::cmd
