#pragma once

#include <string>
#include <string_view>

#include "cluster/model/cache.hpp"

// The nodes of a cluster as a drawing for people (design.md §9).
namespace neuron_scheduler::cmd {

// Narrower than this is drawn as wide as this, wider than that as wide as that.
inline constexpr int kDrawingWidthMin = 40;
inline constexpr int kDrawingWidthMax = 1000;

struct DrawingStyle {
  int width = 80;      // Columns; no line is longer.
  bool color = false;  // ANSI colours; what they say, characters say, too.
  bool unicode = true;
  friend bool operator==(const DrawingStyle&, const DrawingStyle&) = default;
};

// What is known of where a drawing goes to; texts as the environment has them, empty if not.
struct Output {
  int terminal_columns = 0;    // 0: no terminal.
  std::string_view term = {};  // TERM
  std::string_view no_color = {};
  std::string_view lc_all = {};
  std::string_view lc_ctype = {};
  std::string_view lang = {};
};

// 80 columns without a terminal; colour on one that is not dumb, unless NO_COLOR is set; Unicode
// if the locale says UTF-8.
[[nodiscard]] DrawingStyle drawing_style(const Output& output);
// Of this process's standard output.
[[nodiscard]] DrawingStyle standard_output_style();

// Every node, in order of names: one with Neuron devices by a heading, its devices as they are
// linked, their cores by the pod that has them (legend below), and what keeps new pods away; others
// by one line. Of free nodes that are equal but for their names only the first is drawn, the others
// are counted. Depends on nothing but its arguments. The cache must have the registry's aggregates
// (scheduler::SharedPlugins). Ends with an end of line, or is empty if there are no nodes.
// Text from outside is cut, and no control character of it gets out.
[[nodiscard]] std::string draw_nodes(const model::Cache& cache, const DrawingStyle& style);

}  // namespace neuron_scheduler::cmd
