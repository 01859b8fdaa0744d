#include "cmd/neuron-scheduler/drawing_node.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "cmd/neuron-scheduler/drawing_devices.hpp"
#include "scheduler/plugins/neuron_keys.hpp"

namespace neuron_scheduler::cmd {
namespace {

using model::NodeView;
using neuron::Arrangement;
using scheduler::NeuronHolding;
using scheduler::NeuronNode;

constexpr std::size_t kNameMax = 56;  // Characters of a node's or pod's name.
constexpr std::size_t kNoteMax = 400;

constexpr std::u32string_view kSigns =
    U"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr char32_t kFree = U'·';
constexpr char32_t kCordoned = U'╳';
constexpr char32_t kUnknown = U'?';
constexpr char32_t kTwice = U'!';

int size_of(std::u32string_view text) { return static_cast<int>(text.size()); }

std::u32string number(std::int64_t value) { return shown_text(std::to_string(value), kNameMax); }

// One node's part of the drawing, line by line.
class NodeDrawing {
 public:
  NodeDrawing(const NodeView& view, const NeuronNode& neuron, int width, Canvas& canvas)
      : view_(view), neuron_(neuron), width_(width), canvas_(canvas) {}

  void draw() {
    draw_heading();
    draw_notes();
    if (neuron_.geometry().devices == 0) return;
    read_owners();
    draw_devices(picture(), width_, canvas_);
    draw_legend();
  }

 private:
  struct Owner {
    const NeuronHolding* holding;
    int first_core;
  };

  [[nodiscard]] std::u32string shape() const {
    const auto& geometry = neuron_.geometry();
    const std::u32string devices = number(geometry.devices);
    const std::u32string cores =
        geometry.cores_known ? U" × " + number(geometry.cores_per_device) + U" cores" : U"";
    switch (geometry.arrangement) {
      case Arrangement::kLine:
        return U"line of " + devices + cores;
      case Arrangement::kRing:
        return U"ring of " + devices + cores;
      case Arrangement::kTorus4x4:
        return U"4x4 torus" + cores;
      case Arrangement::kSwitched:
        return devices + U" devices" + cores + U", switched";
      case Arrangement::kNone:
      case Arrangement::kUnknown:
        break;
    }
    if (geometry.devices == 1) return U"1 device" + cores;
    return devices + U" devices" + cores + U", links not known";
  }

  // Free cores can be had, but not on a node that takes no pods.
  [[nodiscard]] std::u32string free_word() const {
    const bool closed =
        !neuron_.block().empty() || !neuron_.foreign().empty() || view_.node().unschedulable;
    return closed ? U"idle" : U"free";
  }

  [[nodiscard]] std::u32string left_over() const {
    const auto usage = neuron_.usage();
    const bool cores = neuron_.geometry().cores_known;
    return number(cores ? usage.cores_free : usage.devices_free) + U" of " +
           number(cores ? usage.cores : usage.devices) + (cores ? U" cores " : U" devices ") +
           free_word();
  }

  void draw_heading() {
    const std::string_view name = view_.node().name.view();
    std::vector<std::u32string> parts;
    const std::string_view type = shown_instance_type(view_);
    if (!type.empty()) parts.push_back(shown_text(type, kShownTypeMax));
    if (neuron_.geometry().devices > 0) {
      parts.push_back(shape());
      parts.push_back(left_over());
    } else if (neuron_.geometry_problem().empty() && view_.node().decode_error.empty()) {
      parts.emplace_back(U"no Neuron devices");
    }
    int row = canvas_.rows();
    const auto most = static_cast<std::size_t>(width_);
    const std::u32string title = shown_text(name, std::min(kNameMax, most));
    canvas_.text(row, 0, title, Ink::kBold);
    int column = size_of(title);
    for (const std::u32string& part : parts) {
      if (column + 3 + size_of(part) > width_) {
        ++row;
        column = kDrawingIndent;
      } else {
        canvas_.text(row, column, U" │ ", Ink::kDim);
        column += 3;
      }
      canvas_.text(row, column, part);
      column += size_of(part);
    }
  }

  void draw_notes() {
    const model::Node& node = view_.node();
    if (!node.decode_error.empty()) draw_note("cannot be read: " + node.decode_error);
    if (node.unschedulable) draw_note("unschedulable: takes no new pods");
    for (const model::Name& reason :
         {neuron_.geometry_problem(), neuron_.block(), neuron_.foreign()}) {
      if (!reason.empty()) draw_note("takes no new Neuron pods: " + about_it(reason.view()));
    }
  }

  // Reasons are about "node(s)" (kube-scheduler.md §4).
  static std::string about_it(std::string_view reason) {
    constexpr std::string_view kHad = "node(s) had ";
    if (!reason.starts_with(kHad)) return std::string(reason);
    return "it has " + std::string(reason.substr(kHad.size()));
  }

  void draw_note(const std::string& text) {
    std::u32string rest = shown_text(text, kNoteMax);
    int row = canvas_.rows();
    canvas_.text(row, kDrawingIndent, U"!", Ink::kAlarm);
    const auto most = static_cast<std::size_t>(width_ - kDrawingIndent - 2);
    while (!rest.empty()) {
      std::size_t end = rest.size();
      std::size_t next = end;
      if (end > most) {
        const std::size_t blank = rest.rfind(U' ', most);
        end = blank == std::u32string::npos || blank == 0 ? most : blank;
        next = end + (rest[end] == U' ' ? 1 : 0);
      }
      canvas_.text(row++, kDrawingIndent + 2, rest.substr(0, end));
      rest.erase(0, next);
    }
  }

  // Those whose cores are known, in order of their first core.
  void read_owners() {
    holdings_ = neuron_.holdings();
    for (const NeuronHolding& holding : holdings_) {
      if (holding.cores.empty()) continue;
      const auto& first = holding.cores.front();
      owners_.push_back(
          {&holding, first.device * neuron::kMaxCoresPerDevice + std::countr_zero(first.cores)});
    }
    std::ranges::stable_sort(owners_, {}, &Owner::first_core);
    sign_columns_ = owners_.size() > kSigns.size() ? 2 : 1;
  }

  [[nodiscard]] CoreSign special(char32_t character, Ink ink) const {
    return {std::u32string(sign_columns_, character), ink};
  }

  [[nodiscard]] CoreSign sign_of(std::size_t owner) const {
    std::u32string text(1, kSigns[owner % kSigns.size()]);
    if (sign_columns_ > 1) text.insert(0, 1, kSigns[owner / kSigns.size() % kSigns.size()]);
    return {text, owner_ink(owner)};
  }

  DevicePicture picture() {
    const auto& geometry = neuron_.geometry();
    DevicePicture picture{.geometry = geometry, .cores = {}};
    for (int device = 0; device < geometry.devices; ++device) {
      auto& signs = picture.cores.emplace_back();
      for (int core = 0; core < geometry.cores_per_device; ++core) {
        const neuron::CoreMask bit = neuron::CoreMask{1} << core;
        if ((neuron_.state().used(device) & bit) != 0) {
          signs.push_back(special(kUnknown, Ink::kAlarm));
        } else if ((neuron_.state().free(device) & bit) != 0) {
          signs.push_back(special(kFree, Ink::kDim));
        } else {
          signs.push_back(special(kCordoned, Ink::kAlarm));
        }
      }
    }
    std::map<std::pair<int, int>, int> claims;
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      for (const auto& [device, cores] : owners_[owner].holding->cores) {
        for (int core = 0; core < geometry.cores_per_device; ++core) {
          if ((cores >> core & 1U) == 0) continue;
          auto& sign =
              picture.cores[static_cast<std::size_t>(device)][static_cast<std::size_t>(core)];
          sign = ++claims[{device, core}] == 1 ? sign_of(owner) : special(kTwice, Ink::kAlarm);
        }
      }
    }
    note_specials(picture);
    return picture;
  }

  void note_specials(const DevicePicture& picture) {
    const auto occurs = [&](char32_t character) {
      return std::ranges::any_of(picture.cores, [&](const auto& signs) {
        return std::ranges::any_of(
            signs, [&](const CoreSign& sign) { return sign.text.front() == character; });
      });
    };
    for (const auto& [character, ink, meaning] :
         {std::tuple(kFree, Ink::kDim, free_word()),
          std::tuple(kCordoned, Ink::kAlarm, std::u32string(U"cordoned")),
          std::tuple(kUnknown, Ink::kAlarm, std::u32string(U"taken, not known by whom")),
          std::tuple(kTwice, Ink::kAlarm, std::u32string(U"claimed by several pods"))}) {
      if (occurs(character)) specials_.push_back({special(character, ink), meaning});
    }
  }

  void draw_legend() {
    std::vector<std::pair<CoreSign, std::u32string>> entries;
    const std::size_t most =
        std::min(kNameMax, static_cast<std::size_t>(width_ - kDrawingIndent) - sign_columns_ - 1);
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      entries.emplace_back(sign_of(owner), pod_name(*owners_[owner].holding, most));
    }
    for (const NeuronHolding& holding : holdings_) {
      if (!holding.cores.empty()) continue;
      entries.emplace_back(special(kUnknown, Ink::kAlarm), pod_name(holding, most));
    }
    const bool all_free =
        entries.empty() && specials_.size() == 1 && specials_.front().first.text.front() == kFree;
    if (all_free) return;
    entries.insert(entries.end(), specials_.begin(), specials_.end());
    std::size_t longest = 0;
    for (const auto& [sign, text] : entries) longest = std::max(longest, text.size());
    const int entry_columns = static_cast<int>(sign_columns_ + 1 + longest);
    const int per_row = std::max(1, (width_ - kDrawingIndent + 3) / (entry_columns + 3));
    const int top = canvas_.rows();
    for (int index = 0; index < static_cast<int>(entries.size()); ++index) {
      const auto& [sign, text] = entries[static_cast<std::size_t>(index)];
      const int row = top + index / per_row;
      const int column = kDrawingIndent + index % per_row * (entry_columns + 3);
      canvas_.text(row, column, sign.text, sign.ink);
      canvas_.text(row, column + size_of(sign.text) + 1, text);
    }
  }

  static std::u32string pod_name(const NeuronHolding& holding, std::size_t most) {
    constexpr std::string_view kDefault = "default/";
    std::string_view name = holding.pod;
    if (name.starts_with(kDefault)) name.remove_prefix(kDefault.size());
    return shown_text(name, most);
  }

  const NodeView& view_;
  const NeuronNode& neuron_;
  int width_;
  Canvas& canvas_;
  std::vector<NeuronHolding> holdings_;
  std::vector<Owner> owners_;
  std::size_t sign_columns_ = 1;
  std::vector<std::pair<CoreSign, std::u32string>> specials_;
};

}  // namespace

std::u32string shown_text(std::string_view text, std::size_t characters_max) {
  std::u32string out;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte & 0xc0) == 0x80) continue;  // Inside a character.
    out += byte >= 0x20 && byte < 0x7f ? static_cast<char32_t>(byte) : U'?';
  }
  if (out.size() <= characters_max) return out;
  const std::size_t tail = (characters_max - 1) / 2;
  const std::size_t head = characters_max - 1 - tail;
  return out.substr(0, head) + U"…" + out.substr(out.size() - tail);
}

std::string_view shown_instance_type(const NodeView& view) {
  static const model::Name kKey(scheduler::neuron_keys::kInstanceType);
  const model::Name* type = view.node().labels.find(kKey);
  return type == nullptr ? std::string_view() : type->view();
}

void draw_node(const NodeView& view, const NeuronNode& neuron, int width, Canvas& canvas) {
  NodeDrawing(view, neuron, width, canvas).draw();
}

}  // namespace neuron_scheduler::cmd
