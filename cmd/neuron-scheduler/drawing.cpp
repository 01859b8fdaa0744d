#include "cmd/neuron-scheduler/drawing.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "cmd/neuron-scheduler/drawing_canvas.hpp"
#include "cmd/neuron-scheduler/drawing_node.hpp"
#include "scheduler/plugins/neuron_node.hpp"
#include "scheduler/registry.hpp"

namespace neuron_scheduler::cmd {
namespace {

using model::NodeView;
using scheduler::NeuronNode;

// So many plain nodes that are equal but for their names have a line each.
constexpr int kPlainShown = 3;

// What free nodes have in common that need not be drawn one by one; nullopt: this one is special.
std::optional<std::string> kind_if_free(const NodeView& view, const NeuronNode& neuron) {
  const model::Node& node = view.node();
  const auto& geometry = neuron.geometry();
  const bool special = node.unschedulable || !node.decode_error.empty() ||
                       !neuron.geometry_problem().empty() || !neuron.block().empty() ||
                       !neuron.foreign().empty() || neuron.state().unusable() != 0 ||
                       neuron.state().untouched() != geometry.all_devices();
  if (special) return std::nullopt;
  return std::to_string(geometry.devices) + '/' + std::to_string(geometry.cores_per_device) + '/' +
         std::string(shown_instance_type(view));
}

std::string more_line(const NodeView& view, const NeuronNode& neuron, int more,
                      const DrawingStyle& style) {
  const std::string_view type = shown_instance_type(view);
  std::u32string text = style.unicode ? U"… and " : U"... and ";
  text += shown_text(std::to_string(more), kShownTypeMax) + U" more";
  if (!type.empty()) text += U' ' + shown_text(type, kShownTypeMax);
  text += neuron.geometry().devices > 0 ? U", all free" : U" without Neuron devices";
  Canvas canvas(style.width);
  canvas.text(0, kDrawingIndent, text, Ink::kDim);
  return canvas.render(style.color, style.unicode);
}

}  // namespace

std::string draw_nodes(const model::Cache& cache, const DrawingStyle& wanted) {
  DrawingStyle style = wanted;
  style.width = std::clamp(style.width, kDrawingWidthMin, kDrawingWidthMax);
  const auto slot = scheduler::aggregate_slot("Neuron");
  if (!slot) return "";
  const auto neuron_of = [&](const NodeView& view) -> const NeuronNode& {
    return dynamic_cast<const NeuronNode&>(view.aggregate(*slot));
  };
  std::map<std::string, int> free_nodes;
  for (const NodeView* view : cache.nodes()) {
    if (const auto kind = kind_if_free(*view, neuron_of(*view))) ++free_nodes[*kind];
  }
  std::string out;
  bool after_picture = false;
  std::map<std::string, int> shown_nodes;
  for (const NodeView* view : cache.nodes()) {
    const NeuronNode& neuron = neuron_of(*view);
    const auto kind = kind_if_free(*view, neuron);
    const bool picture = neuron.geometry().devices > 0;
    int more = 0;
    if (kind) {
      const int all = free_nodes[*kind];
      const int to_show = picture ? 1 : all <= kPlainShown + 1 ? all : kPlainShown;
      const int before = shown_nodes[*kind]++;
      if (before >= to_show) continue;
      if (before + 1 == to_show) more = all - to_show;
    }
    if (!out.empty() && (picture || after_picture)) out += '\n';
    after_picture = picture;
    Canvas canvas(style.width);
    draw_node(*view, neuron, style.width, canvas);
    out += canvas.render(style.color, style.unicode);
    if (more > 0) out += more_line(*view, neuron, more, style);
  }
  return out;
}

}  // namespace neuron_scheduler::cmd
