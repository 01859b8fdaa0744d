#include "cmd/neuron-scheduler/drawing_devices.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "cmd/neuron-scheduler/drawing_node.hpp"

namespace neuron_scheduler::cmd {
namespace {

using neuron::Arrangement;

constexpr int kGridColumnsMax = 8;  // Of boxes that nothing says how to arrange.

// How a device's box looks, and how far boxes are apart.
struct Shape {
  bool beside = true;  // The number stands before the cores, not above them.
  int cores_per_row = 1;
  int padding = 1;
  int gap = 1;
};

struct Layout {
  Shape shape;
  int columns = 1;
  int margin = 0;  // On both sides, for what leaves the outer boxes.
  int id_columns = 1;
  int core_rows = 1;
  int box_rows = 3;
  int box_columns = 0;

  [[nodiscard]] int width() const {
    return kDrawingIndent + 2 * margin + columns * box_columns + (columns - 1) * shape.gap;
  }
};

int rounded_up(int amount, int divisor) { return (amount + divisor - 1) / divisor; }

int count(std::size_t size) { return static_cast<int>(size); }

std::u32string number(int value) {
  const std::string digits = std::to_string(value);
  return {digits.begin(), digits.end()};
}

// Roomy ones first.
std::vector<Shape> whole_shapes(int cores) {
  return {{true, cores, 1, 3},
          {true, cores, 1, 1},
          {true, cores, 0, 1},
          {false, cores, 1, 1},
          {false, cores, 0, 1}};
}

std::vector<Shape> split_shapes(int cores) {
  std::vector<Shape> shapes;
  for (int per_row = cores; per_row > 1;) {
    per_row = rounded_up(per_row, 2);
    shapes.push_back({false, per_row, 0, 1});
  }
  return shapes;
}

// Numbers of columns, best first.
std::vector<int> column_choices(const neuron::Geometry& geometry) {
  const int devices = geometry.devices;
  int most = devices;
  switch (geometry.arrangement) {
    case Arrangement::kTorus4x4:
    case Arrangement::kSwitched:
      return {4};
    case Arrangement::kRing:
      return {rounded_up(devices, 2)};
    case Arrangement::kLine:
    case Arrangement::kNone:
      break;
    case Arrangement::kUnknown:
      most = devices == 16 ? 4 : kGridColumnsMax;
      break;
  }
  std::vector<int> choices;
  for (int rows = 1; rows <= devices; ++rows) {
    const int columns = rounded_up(devices, rows);
    if (columns <= most && (choices.empty() || columns != choices.back())) {
      choices.push_back(columns);
    }
  }
  return choices;
}

class DevicesDrawing {
 public:
  DevicesDrawing(const DevicePicture& picture, int width, Canvas& canvas)
      : picture_(picture), canvas_(canvas), width_(width), layout_(choose()), top_(canvas.rows()) {
    if (torus()) top_ += 2;
  }

  void draw() {
    for (int device = 0; device < devices(); ++device) draw_device(device);
    switch (picture_.geometry.arrangement) {
      case Arrangement::kTorus4x4:
        draw_torus_links();
        break;
      case Arrangement::kLine:
      case Arrangement::kRing:
        draw_chain_links();
        break;
      case Arrangement::kSwitched:
        draw_rails();
        break;
      case Arrangement::kNone:
      case Arrangement::kUnknown:
        break;
    }
  }

 private:
  [[nodiscard]] int devices() const { return picture_.geometry.devices; }
  [[nodiscard]] int cores() const { return picture_.geometry.cores_per_device; }
  [[nodiscard]] bool is(Arrangement arrangement) const {
    return picture_.geometry.arrangement == arrangement;
  }
  [[nodiscard]] bool torus() const { return is(Arrangement::kTorus4x4); }
  [[nodiscard]] int rows() const { return rounded_up(devices(), layout_.columns); }
  [[nodiscard]] int sign_columns() const { return count(picture_.cores[0][0].text.size()); }

  [[nodiscard]] Layout layout_of(const Shape& shape, int columns) const {
    Layout layout{.shape = shape, .columns = columns};
    layout.id_columns = devices() > 10 ? 2 : 1;
    layout.core_rows = rounded_up(cores(), shape.cores_per_row);
    if (torus()) layout.margin = layout.id_columns + (shape.padding > 0 ? 3 : 1);
    if (is(Arrangement::kSwitched)) layout.margin = 2;
    const int core_columns = shape.cores_per_row * sign_columns();
    const int inner = shape.beside ? layout.id_columns + 1 + core_columns
                                   : std::max(layout.id_columns, core_columns);
    layout.box_columns = inner + 2 * shape.padding + 2;
    layout.box_rows = 2 + layout.core_rows + (shape.beside ? 0 : 1);
    return layout;
  }

  // A box whose cores stand in one row, in as few rows of boxes as there can be; cores in several
  // rows only if nothing else fits.
  [[nodiscard]] Layout choose() const {
    const std::vector<int> choices = column_choices(picture_.geometry);
    Layout layout;
    for (const auto& shapes : {whole_shapes(cores()), split_shapes(cores())}) {
      for (const int columns : choices) {
        for (const Shape& shape : shapes) {
          layout = layout_of(shape, columns);
          if (layout.width() <= width_) return layout;
        }
      }
    }
    return layout;
  }

  struct Place {
    int row = 0;
    int column = 0;
  };

  // Among the boxes.
  [[nodiscard]] Place grid_place(int device) const {
    const int row = device / layout_.columns;
    const int column = device % layout_.columns;
    const bool folded = is(Arrangement::kLine) || is(Arrangement::kRing);
    return {row, folded && row % 2 == 1 ? layout_.columns - 1 - column : column};
  }

  // Upper left corner on the canvas. Between each two rows of switched devices runs a rail.
  [[nodiscard]] Place corner(int device) const {
    const auto [row, column] = grid_place(device);
    const int rails = is(Arrangement::kSwitched) ? (row + 1) / 2 : 0;
    return {top_ + row * layout_.box_rows + rails,
            kDrawingIndent + layout_.margin + column * (layout_.box_columns + layout_.shape.gap)};
  }
  [[nodiscard]] int bottom(int device) const { return corner(device).row + layout_.box_rows - 1; }
  [[nodiscard]] int right(int device) const {
    return corner(device).column + layout_.box_columns - 1;
  }
  // Where links across and links down meet the box.
  [[nodiscard]] int middle_row(int device) const {
    return corner(device).row + layout_.box_rows / 2;
  }
  [[nodiscard]] int middle_column(int device) const {
    return corner(device).column + layout_.box_columns / 2;
  }

  void draw_device(int device) {
    const auto [row, column] = corner(device);
    canvas_.box(row, column, layout_.box_rows, layout_.box_columns);
    const std::u32string id = number(device);
    const int left = column + 1 + layout_.shape.padding;
    canvas_.text(row + 1, left + layout_.id_columns - count(id.size()), id, Ink::kDim);
    const auto& signs = picture_.cores[static_cast<std::size_t>(device)];
    const int core_left = left + (layout_.shape.beside ? layout_.id_columns + 1 : 0);
    const int core_top = row + (layout_.shape.beside ? 1 : 2);
    for (int core = 0; core < count(signs.size()); ++core) {
      const CoreSign& sign = signs[static_cast<std::size_t>(core)];
      canvas_.text(core_top + core / layout_.shape.cores_per_row,
                   core_left + core % layout_.shape.cores_per_row * sign_columns(), sign.text,
                   sign.ink);
    }
  }

  void link(int a, int b) {
    if (grid_place(a).row != grid_place(b).row) {
      if (corner(a).row > corner(b).row) std::swap(a, b);
      canvas_.line(bottom(a), middle_column(a), corner(b).row, middle_column(a));
    } else {
      if (corner(a).column > corner(b).column) std::swap(a, b);
      canvas_.line(middle_row(a), right(a), middle_row(a), corner(b).column);
    }
  }

  void draw_chain_links() {
    for (int device = 0; device + 1 < devices(); ++device) link(device, device + 1);
    if (is(Arrangement::kRing)) link(0, devices() - 1);
  }

  void draw_torus_links() {
    constexpr int kSide = 4;
    for (int device = 0; device < kSide * kSide; ++device) {
      const int row = device / kSide;
      const int column = device % kSide;
      if (column + 1 < kSide) link(device, device + 1);
      if (row + 1 < kSide) link(device, device + kSide);
    }
    for (int at = 0; at < kSide; ++at) {
      draw_wrap_down(at, kSide * (kSide - 1) + at);
      draw_wrap_across(kSide * at, kSide * at + kSide - 1);
    }
  }

  void draw_wrap_down(int upper, int lower) {
    const int column = middle_column(upper);
    const int above = corner(upper).row;
    const int below = bottom(lower);
    canvas_.stroke(above, column, kUp);
    canvas_.stroke(below, column, kDown);
    for (const auto& [line, text, to] :
         {std::tuple(above - 1, above - 2, lower), std::tuple(below + 1, below + 2, upper)}) {
      const std::u32string id = number(to);
      canvas_.text(line, column, U"╎", Ink::kDim);
      canvas_.text(text, column - count(id.size()) / 2, id, Ink::kDim);
    }
  }

  void draw_wrap_across(int first, int last) {
    const int row = middle_row(first);
    const bool roomy = layout_.shape.padding > 0;
    const std::u32string dashes = roomy ? U"╌╌" : U"╌";
    const std::u32string blank = roomy ? U" " : U"";
    const std::u32string before = number(last) + blank + dashes;
    canvas_.stroke(row, corner(first).column, kLeft);
    canvas_.stroke(row, right(last), kRight);
    canvas_.text(row, corner(first).column - count(before.size()), before, Ink::kDim);
    canvas_.text(row, right(last) + 1, dashes + blank + number(first), Ink::kDim);
  }

  void draw_rails() {
    const int left = kDrawingIndent;
    const int end = layout_.width() - 1;
    std::vector<int> rails;
    for (int row = 0; row < rows(); row += 2) {
      const int first = row * layout_.columns;
      const int rail = bottom(first) + 1;
      rails.push_back(rail);
      canvas_.text(rail, left, std::u32string(static_cast<std::size_t>(end - left + 1), U'═'));
      for (int column = 0; column < layout_.columns; ++column) {
        const int above = first + column;
        const int below = above + layout_.columns;
        if (above < devices()) canvas_.stroke(rail - 1, middle_column(above), kDown);
        if (below < devices()) canvas_.stroke(rail + 1, middle_column(below), kUp);
        canvas_.text(rail, middle_column(above), below < devices() ? U"╪" : U"╧");
      }
      constexpr std::u32string_view kName = U" switch";
      if (end + count(kName.size()) < width_) canvas_.text(rail, end + 1, kName, Ink::kDim);
    }
    for (int row = rails.front() + 1; row < rails.back(); ++row) canvas_.text(row, left, U"║");
    if (rails.size() > 1) {
      canvas_.text(rails.front(), left, U"╔");
      canvas_.text(rails.back(), left, U"╚");
    }
  }

  const DevicePicture& picture_;
  Canvas& canvas_;
  int width_;
  Layout layout_;
  int top_;
};

}  // namespace

void draw_devices(const DevicePicture& picture, int width, Canvas& canvas) {
  DevicesDrawing(picture, width, canvas).draw();
}

}  // namespace neuron_scheduler::cmd
