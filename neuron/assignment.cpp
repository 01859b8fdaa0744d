#include "neuron/assignment.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <charconv>
#include <map>

namespace neuron_scheduler::neuron {
namespace {

constexpr std::string_view kUuidInfix = "-AWSNeuron-";
const char* const kCoresUnknown = "cores of a node that does not tell its cores per device";

// Plain decimal: digits alone, no leading zero.
std::optional<std::uint32_t> parse_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

// Cuts off what stands before the separator, and the separator; nullopt if it is not there.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

void append_id(std::string& text, int id) {
  if (!text.empty()) text += ',';
  text += std::to_string(id);
}

std::string in_container(std::size_t position, std::string_view what) {
  return "container " + std::to_string(position + 1) + ": " + std::string(what);
}

void append_ids(const Geometry& geometry, const ContainerRequest& request, const CoreSet& cores,
                std::vector<int>& ids) {
  for (const DeviceCores& part : cores) {
    if (request.in_devices()) {
      ids.push_back(part.device);
      continue;
    }
    for (CoreMask rest = part.cores; rest != 0; rest &= rest - 1) {
      ids.push_back(part.device * geometry.cores_per_device + std::countr_zero(rest));
    }
  }
}

// Adds up cores by device.
class Collector {
 public:
  // False if some of them were there before.
  bool add(int device, CoreMask cores) {
    CoreMask& held = cores_[static_cast<std::size_t>(device)];
    const bool fresh = (held & cores) == 0;
    held |= cores;
    return fresh;
  }
  [[nodiscard]] CoreSet take() const {
    CoreSet set;
    for (int device = 0; device < kMaxDevices; ++device) {
      const CoreMask cores = cores_[static_cast<std::size_t>(device)];
      if (cores != 0) set.push_back({device, cores});
    }
    return set;
  }

 private:
  std::array<CoreMask, kMaxDevices> cores_{};
};

class Reader {
 public:
  Reader(std::string_view node, const Geometry& geometry, const PodRequest& request)
      : node_(node), geometry_(geometry), request_(request) {}

  std::variant<Assignment, Problem> read_allocated(std::string_view text) const;
  std::variant<std::vector<int>, Problem> read_ids(std::string_view text) const;
  std::variant<CoreSet, Problem> cores_of(const std::vector<int>& ids) const;
  // Whether the ids say what the assignment says, init containers' listed once or repeated.
  bool agree(const std::vector<int>& ids, const Assignment& assignment) const;

 private:
  std::variant<DeviceCores, std::string> read_device(std::string_view entry,
                                                     const ContainerRequest& request) const;
  std::variant<CoreSet, std::string> read_container(std::string_view text,
                                                    const ContainerRequest& request) const;
  std::optional<std::string> add_ids(std::span<const int> ids, bool devices, Collector& all) const;
  std::size_t count_of(const ContainerRequest& request) const {
    return static_cast<std::size_t>(request.in_devices() ? request.devices : request.cores);
  }
  std::size_t count_at_once() const;

  std::string_view node_;
  const Geometry& geometry_;
  const PodRequest& request_;
};

std::variant<DeviceCores, std::string> Reader::read_device(std::string_view entry,
                                                           const ContainerRequest& request) const {
  const auto uuid = take_until(entry, ',');
  const auto type = uuid ? take_until(entry, ',') : std::nullopt;
  const auto memory = type ? take_until(entry, ',') : std::nullopt;
  if (!memory || !parse_number(*memory)) return "not id,type,memory,cores";
  if (*type != kDeviceType) return "not of type AWSNeuron";
  const auto name = parse_device_uuid(*uuid);
  if (!name || name->node != node_ || name->device >= geometry_.devices) {
    return "names a device that is not of this node";
  }
  const auto mask = parse_number(entry.substr(0, entry.find(',')));
  if (!mask || *mask == 0) return "has no cores in its mask";
  if (geometry_.cores_known && (*mask & ~geometry_.full_device()) != 0) {
    return "has a mask of more cores than a device has";
  }
  return DeviceCores{name->device, request.in_devices() ? geometry_.full_device() : *mask};
}

std::variant<CoreSet, std::string> Reader::read_container(std::string_view text,
                                                          const ContainerRequest& request) const {
  if (request.asks() && !request.in_devices() && !geometry_.cores_known) return kCoresUnknown;
  Collector collected;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto entry = take_until(text, ':');
    if (!entry) return "not ended by a colon";
    const auto device = read_device(*entry, request);
    if (const auto* problem = std::get_if<std::string>(&device)) return *problem;
    const auto& [id, cores] = std::get<DeviceCores>(device);
    if (!collected.add(id, cores)) return "names something twice";
    count += request.in_devices() ? 1 : static_cast<std::size_t>(std::popcount(cores));
  }
  if (count != count_of(request)) return "does not have as many as the container asks for";
  return collected.take();
}

std::variant<Assignment, Problem> Reader::read_allocated(std::string_view text) const {
  const auto& containers = request_.containers;
  const auto listed = static_cast<std::size_t>(std::count(text.begin(), text.end(), ';'));
  std::size_t first = 0;
  if (listed != containers.size()) {
    // HAMi before 2.10 lists app containers alone.
    while (first < containers.size() && containers[first].role != Role::kApp &&
           !containers[first].asks()) {
      ++first;
    }
    if (first == 0 || listed != containers.size() - first) {
      return Problem{"does not have one part per container"};
    }
  }
  Assignment assignment(containers.size());
  for (std::size_t i = first; i < containers.size(); ++i) {
    const auto part = take_until(text, ';');
    auto cores = read_container(part.value_or(""), containers[i]);
    if (const auto* problem = std::get_if<std::string>(&cores)) {
      return Problem{in_container(i, *problem)};
    }
    assignment[i] = std::get<CoreSet>(std::move(cores));
  }
  if (!text.empty()) return Problem{"goes on after the last container"};
  return assignment;
}

std::variant<std::vector<int>, Problem> Reader::read_ids(std::string_view text) const {
  std::vector<int> ids;
  for (;;) {
    const auto item = take_until(text, ',');
    const auto number = parse_number(item ? *item : text);
    if (!number || *number >= kMaxDevices * kMaxCoresPerDevice) {
      return Problem{"not a comma separated list of ids"};
    }
    ids.push_back(static_cast<int>(*number));
    if (!item) return ids;
  }
}

std::optional<std::string> Reader::add_ids(std::span<const int> ids, bool devices,
                                           Collector& all) const {
  const int per_device = geometry_.cores_per_device;
  if (!devices && !geometry_.cores_known) return kCoresUnknown;
  Collector own;
  for (const int id : ids) {
    const int device = devices ? id : id / per_device;
    const CoreMask cores = devices ? geometry_.full_device() : CoreMask{1} << (id % per_device);
    if (device >= geometry_.devices) return "names an id that is not of this node";
    if (!own.add(device, cores)) return "names something twice";
    all.add(device, cores);
  }
  return std::nullopt;
}

// The most ids that are in use at one time, if all containers count in one unit: kubelet's own
// reckoning.
std::size_t Reader::count_at_once() const {
  std::size_t running = 0;
  std::size_t most = 0;
  for (const AskingContainer& asking : request_.asking) {
    const std::size_t count = count_of(asking.request);
    if (asking.runs_on()) running += count;
    most = std::max(most, asking.runs_on() ? running : running + count);
  }
  return most;
}

std::variant<CoreSet, Problem> Reader::cores_of(const std::vector<int>& ids) const {
  std::size_t repeated = 0;
  for (const AskingContainer& asking : request_.asking) repeated += count_of(asking.request);
  Collector all;
  if (ids.size() == repeated) {
    std::span<const int> rest = ids;
    for (const AskingContainer& asking : request_.asking) {
      const std::size_t count = count_of(asking.request);
      const auto problem = add_ids(rest.first(count), asking.request.in_devices(), all);
      if (problem)
        return Problem{in_container(static_cast<std::size_t>(asking.container), *problem)};
      rest = rest.subspan(count);
    }
    return all.take();
  }
  if (ids.size() != count_at_once() || request_.mixes_units()) {
    return Problem{"does not have as many ids as the containers ask for"};
  }
  const auto problem = add_ids(ids, request_.asking.front().request.in_devices(), all);
  if (problem) return Problem{*problem};
  return all.take();
}

bool Reader::agree(const std::vector<int>& ids, const Assignment& assignment) const {
  std::vector<int> repeated;
  for (const AskingContainer& asking : request_.asking) {
    const CoreSet& cores = assignment[static_cast<std::size_t>(asking.container)];
    append_ids(geometry_, asking.request, cores, repeated);
  }
  if (ids == repeated) return true;
  if (ids.size() == repeated.size()) {
    // Another order inside a container says the same.
    auto theirs = ids.begin();
    auto ours = repeated.begin();
    for (const AskingContainer& asking : request_.asking) {
      const auto count = static_cast<std::ptrdiff_t>(count_of(asking.request));
      if (!std::is_permutation(ours, ours + count, theirs)) return false;
      ours += count;
      theirs += count;
    }
    return true;
  }
  if (request_.mixes_units()) return false;
  const auto distinct = [](std::vector<int> list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  };
  return distinct(ids).size() == ids.size() && distinct(ids) == distinct(repeated);
}

}  // namespace

std::string device_uuid(std::string_view node, int device) {
  return std::string(node).append(kUuidInfix).append(std::to_string(device));
}

std::optional<DeviceName> parse_device_uuid(std::string_view uuid) {
  const std::size_t at = uuid.rfind(kUuidInfix);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto number = parse_number(uuid.substr(at + kUuidInfix.size()));
  if (!number || *number >= kMaxDevices) return std::nullopt;
  return DeviceName{uuid.substr(0, at), static_cast<int>(*number)};
}

Assignment make_assignment(const Geometry& geometry, const PodRequest& request,
                           const std::vector<Placement>& placements) {
  Assignment assignment(request.containers.size());
  for (std::size_t i = 0; i < request.asking.size(); ++i) {
    assignment[static_cast<std::size_t>(request.asking[i].container)] =
        core_set(geometry, placements[i]);
  }
  return assignment;
}

std::string write_ids(const Geometry& geometry, const PodRequest& request,
                      const Assignment& assignment, InitIds init_ids) {
  std::string text;
  std::vector<int> ids;
  for (std::size_t i = 0; i < request.containers.size(); ++i) {
    append_ids(geometry, request.containers[i], assignment[i], ids);
  }
  const bool once = init_ids == InitIds::kOnce && !request.mixes_units();
  std::bitset<std::size_t{kMaxDevices} * kMaxCoresPerDevice> named;
  for (const int id : ids) {
    const auto at = static_cast<std::size_t>(id);
    if (!once || !named[at]) append_id(text, id);
    named[at] = true;
  }
  return text;
}

std::string write_allocated(std::string_view node, const Assignment& assignment) {
  std::string text;
  for (const CoreSet& cores : assignment) {
    for (const DeviceCores& part : cores) {
      text.append(device_uuid(node, part.device)).append(",").append(kDeviceType);
      text.append(",0,").append(std::to_string(part.cores)).append(":");
    }
    text += ';';
  }
  return text;
}

std::variant<CoreSet, Problem> read_assignment(std::string_view node, const Geometry& geometry,
                                               const PodRequest& request,
                                               const AssignmentText& text) {
  if (request.empty()) return CoreSet{};
  if (!text.ids && !text.allocated) return Problem{"no assignment"};
  if (text.ids.value_or("").size() > kMaxAnnotationBytes ||
      text.allocated.value_or("").size() > kMaxAnnotationBytes) {
    return Problem{"assignment too long"};
  }
  const Reader reader(node, geometry, request);
  std::vector<int> ids;
  if (text.ids) {
    auto read = reader.read_ids(*text.ids);
    if (auto* problem = std::get_if<Problem>(&read)) {
      return Problem{"AWS_NEURON_IDS: " + problem->reason};
    }
    ids = std::get<std::vector<int>>(std::move(read));
  }
  if (!text.allocated) {
    auto cores = reader.cores_of(ids);
    if (auto* problem = std::get_if<Problem>(&cores)) {
      return Problem{"AWS_NEURON_IDS: " + problem->reason};
    }
    return cores;
  }
  const auto assignment = reader.read_allocated(*text.allocated);
  if (const auto* problem = std::get_if<Problem>(&assignment)) {
    return Problem{"hami.io/aws-neuron-devices-allocated: " + problem->reason};
  }
  if (text.ids && !reader.agree(ids, std::get<Assignment>(assignment))) {
    return Problem{"AWS_NEURON_IDS and hami.io/aws-neuron-devices-allocated do not agree"};
  }
  return union_of(std::get<Assignment>(assignment));
}

CoreSet union_of(const Assignment& assignment) {
  Collector all;
  for (const CoreSet& cores : assignment) {
    for (const DeviceCores& part : cores) all.add(part.device, part.cores);
  }
  return all.take();
}

}  // namespace neuron_scheduler::neuron
