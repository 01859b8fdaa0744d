#pragma once

#include <string>
#include <string_view>

#include "cluster/model/node_view.hpp"
#include "cmd/neuron-scheduler/drawing_canvas.hpp"
#include "scheduler/plugins/neuron_node.hpp"

namespace neuron_scheduler::cmd {

inline constexpr int kDrawingIndent = 2;
inline constexpr std::size_t kShownTypeMax = 24;  // Characters of an instance type.

// Text from outside for a canvas: printable ASCII as it is, of anything else one question mark a
// character. Longer texts lose their middle: ends of names tell pods apart.
[[nodiscard]] std::u32string shown_text(std::string_view text, std::size_t characters_max);

// Empty: the node does not say.
[[nodiscard]] std::string_view shown_instance_type(const model::NodeView& view);

// One node, which exists, onto an empty canvas of that width: heading, what keeps new pods away,
// and, if it has Neuron devices, these, and a legend.
void draw_node(const model::NodeView& view, const scheduler::NeuronNode& neuron, int width,
               Canvas& canvas);

}  // namespace neuron_scheduler::cmd
