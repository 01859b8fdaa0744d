#include "cmd/neuron-scheduler/drawing_canvas.hpp"

#include <algorithm>
#include <array>

namespace neuron_scheduler::cmd {
namespace {

// Light backgrounds under black letters, of the 256 colours that terminals share; neighbours in
// this list are easy to tell apart.
constexpr std::array kOwnerColors{114, 75, 215, 176, 80, 221, 174, 147, 150, 209, 117, 187};

// By strokes: up 1, down 2, left 4, right 8.
constexpr std::u32string_view kStrokes = U" ╵╷│╴┘┐┤╶└┌├─┴┬┼";
static_assert(kStrokes.size() == 16);

// Every character beyond ASCII that is drawn, and what stands for it in ASCII.
constexpr std::u32string_view kUnicode = U"─╌═│╎║┌┐└┘├┤┬┴┼╔╚╪╧╴╶╵╷·×╳…";
constexpr std::string_view kAscii = "--=||#+++++++++++##--||.x#~";
static_assert(kUnicode.size() == kAscii.size());

char to_ascii(char32_t character) {
  if (character < 0x7f) return static_cast<char>(character);
  const std::size_t at = kUnicode.find(character);
  return at == std::u32string_view::npos ? '?' : kAscii[at];
}

// Of the basic plane.
void append_utf8(std::string& to, char32_t character) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (character < 0x80) {
    to += byte(character);
  } else if (character < 0x800) {
    to += byte(0xc0 | character >> 6);
    to += byte(0x80 | (character & 0x3f));
  } else {
    to += byte(0xe0 | character >> 12);
    to += byte(0x80 | (character >> 6 & 0x3f));
    to += byte(0x80 | (character & 0x3f));
  }
}

std::string escape_of(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "\x1b[0m";
    case Ink::kBold:
      return "\x1b[0;1m";
    case Ink::kDim:
      return "\x1b[0;2m";
    case Ink::kAlarm:
      return "\x1b[0;1;31m";
    default:
      break;
  }
  const auto owner = static_cast<std::size_t>(ink) - static_cast<std::size_t>(Ink::kOwner);
  return "\x1b[0;38;5;16;48;5;" + std::to_string(kOwnerColors[owner % kOwnerColors.size()]) + "m";
}

}  // namespace

Ink owner_ink(std::size_t owner) {
  return static_cast<Ink>(static_cast<std::size_t>(Ink::kOwner) + owner % kOwnerColors.size());
}

Canvas::Cell* Canvas::cell(int row, int column) {
  if (column < 0 || column >= width_) return nullptr;
  if (row >= rows()) rows_.resize(static_cast<std::size_t>(row) + 1);
  auto& cells = rows_[static_cast<std::size_t>(row)];
  const auto index = static_cast<std::size_t>(column);
  if (index >= cells.size()) cells.resize(index + 1);
  return &cells[index];
}

void Canvas::text(int row, int column, std::u32string_view text, Ink ink) {
  for (const char32_t character : text) {
    if (Cell* at = cell(row, column++)) *at = {character, 0, ink};
  }
}

void Canvas::stroke(int row, int column, Strokes strokes) {
  Cell* at = cell(row, column);
  if (at == nullptr) return;
  at->strokes |= strokes;
  at->character = kStrokes[at->strokes];
  at->ink = Ink::kPlain;
}

void Canvas::line(int row, int column, int to_row, int to_column) {
  for (int at = column; at < to_column; ++at) {
    stroke(row, at, kRight);
    stroke(row, at + 1, kLeft);
  }
  for (int at = row; at < to_row; ++at) {
    stroke(at, column, kDown);
    stroke(at + 1, column, kUp);
  }
}

void Canvas::box(int row, int column, int rows, int columns) {
  const int bottom = row + rows - 1;
  const int right = column + columns - 1;
  line(row, column, row, right);
  line(bottom, column, bottom, right);
  line(row, column, bottom, column);
  line(row, right, bottom, right);
}

std::string Canvas::render(bool color, bool unicode) const {
  std::string out;
  for (const auto& cells : rows_) {
    const auto last = std::find_if(cells.rbegin(), cells.rend(),
                                   [](const Cell& cell) { return cell.character != U' '; });
    Ink ink = Ink::kPlain;
    for (auto cell = cells.begin(); cell != last.base(); ++cell) {
      if (color && cell->ink != ink) out += escape_of(cell->ink);
      ink = cell->ink;
      if (unicode) {
        append_utf8(out, cell->character);
      } else {
        out += to_ascii(cell->character);
      }
    }
    if (color && ink != Ink::kPlain) out += escape_of(Ink::kPlain);
    out += '\n';
  }
  return out;
}

}  // namespace neuron_scheduler::cmd
