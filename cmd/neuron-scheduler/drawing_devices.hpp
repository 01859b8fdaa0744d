#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cmd/neuron-scheduler/drawing_canvas.hpp"
#include "neuron/topology.hpp"

namespace neuron_scheduler::cmd {

// One character or more that stand for a core's state, all of one length in a picture.
struct CoreSign {
  std::u32string text;
  Ink ink = Ink::kPlain;
};

// The devices of one node, ready to be drawn.
struct DevicePicture {
  neuron::Geometry geometry;                 // At least one device.
  std::vector<std::vector<CoreSign>> cores;  // By device and core.
};

// Boxes with the device's number and its cores, linked as the hardware is: a row (folded like a
// snake where it is too long), a closed ring, rows and columns of a torus whose outer links name
// the device at their other end, or rails of switches. Where the links are not known: boxes alone.
// Starts at the canvas's first free row, within width columns (at least kDrawingWidthMin): what
// does not fit as it is gets narrower boxes, at last one core a line.
void draw_devices(const DevicePicture& picture, int width, Canvas& canvas);

}  // namespace neuron_scheduler::cmd
