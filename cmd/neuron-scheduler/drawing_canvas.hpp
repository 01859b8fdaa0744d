#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Characters in rows and columns, with colours, as one node's picture is put together from.
namespace neuron_scheduler::cmd {

// What a character is, which says how it looks. kOwner + n: the nth owner of cores.
enum class Ink : int { kPlain, kBold, kDim, kAlarm, kOwner };
[[nodiscard]] Ink owner_ink(std::size_t owner);

// Directions in which a line leaves a cell; several together make a corner or a crossing.
using Strokes = std::uint8_t;
inline constexpr Strokes kUp = 1;
inline constexpr Strokes kDown = 2;
inline constexpr Strokes kLeft = 4;
inline constexpr Strokes kRight = 8;

// Grows downwards as needed; what lies beyond its width is not drawn. Rows and columns from 0.
class Canvas {
 public:
  explicit Canvas(int width) : width_(width) {}

  // One column a character, whatever it is: the caller gives none of another width, and no control
  // characters.
  void text(int row, int column, std::u32string_view text, Ink ink = Ink::kPlain);
  // Adds to the strokes that are there.
  void stroke(int row, int column, Strokes strokes);
  // A line between two cells of one row or one column, through all cells between them.
  void line(int row, int column, int to_row, int to_column);
  void box(int row, int column, int rows, int columns);

  [[nodiscard]] int rows() const { return static_cast<int>(rows_.size()); }
  // UTF-8, or ASCII with the nearest characters there are; blanks at ends of lines are left out,
  // each line is ended, and colours end with it.
  [[nodiscard]] std::string render(bool color, bool unicode) const;

 private:
  struct Cell {
    char32_t character = U' ';
    Strokes strokes = 0;  // If not 0, the character is made from them.
    Ink ink = Ink::kPlain;
  };

  // Null beyond the width.
  Cell* cell(int row, int column);

  int width_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace neuron_scheduler::cmd
