#include "test/neuron/naive_machine.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace neuron_scheduler::naive {
namespace {

using Links = std::vector<std::set<int>>;  // By device: its neighbours.

// How AWS's extension groups devices.
enum class Groups : std::uint8_t { kOneOrAll, kConsecutive, kRows };

// As neuron-ls and the driver list them.
const char* const kLine4 = "0:[1] 1:[2,0] 2:[3,1] 3:[2]";
const char* const kLine6 = "0:[1] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4]";
const char* const kLine16 =
    "0:[1] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4,6] 6:[5,7] 7:[6,8] 8:[7,9] 9:[8,10] 10:[9,11] "
    "11:[10,12] 12:[11,13] 13:[12,14] 14:[13,15] 15:[14]";
const char* const kRing12 =
    "0:[11,1] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4,6] 6:[5,7] 7:[6,8] 8:[7,9] 9:[8,10] 10:[9,11] "
    "11:[10,0]";
const char* const kTorus =
    "0:[12,3,4,1] 1:[13,0,5,2] 2:[14,1,6,3] 3:[15,2,7,0] 4:[0,7,8,5] 5:[1,4,9,6] 6:[2,5,10,7] "
    "7:[3,6,11,4] 8:[4,11,12,9] 9:[5,8,13,10] 10:[6,9,14,11] 11:[7,10,15,8] 12:[8,15,0,13] "
    "13:[9,12,1,14] 14:[10,13,2,15] 15:[11,14,3,12]";
const char* const kAlone = "0:[]";
const char* const kAllToAll = "all";
const char* const kNotKnown = "";

Links read_links(const std::string& listing, int devices) {
  Links links(static_cast<std::size_t>(devices));
  std::istringstream words(listing);
  for (std::string word; words >> word && listing != kAllToAll;) {
    std::istringstream fields(word);
    std::size_t device = 0;
    char mark = 0;
    fields >> device >> mark >> mark;
    for (int other = 0; fields >> other; fields >> mark) links[device].insert(other);
  }
  for (int a = 0; a < devices && listing == kAllToAll; ++a) {
    for (int b = 0; b < devices; ++b) {
      if (a != b) links[static_cast<std::size_t>(a)].insert(b);
    }
  }
  return links;
}

bool linked(const Links& links, int a, int b) {
  return links[static_cast<std::size_t>(a)].count(b) > 0;
}

// How far the members of a set are from each other, step by step along links inside it; -1: not all
// can be reached.
int diameter_of(const Links& links, const Ids& set) {
  std::vector<bool> member(links.size());
  for (const int device : set) member[static_cast<std::size_t>(device)] = true;
  int most = 0;
  for (const int from : set) {
    Ids distance(links.size(), -1);
    distance[static_cast<std::size_t>(from)] = 0;
    Ids line{from};
    for (std::size_t i = 0; i < line.size(); ++i) {
      const int far = distance[static_cast<std::size_t>(line[i])];
      for (const int next : links[static_cast<std::size_t>(line[i])]) {
        const auto at = static_cast<std::size_t>(next);
        if (!member[at] || distance[at] >= 0) continue;
        distance[at] = far + 1;
        line.push_back(next);
      }
      most = std::max(most, far);
    }
    if (line.size() < set.size()) return -1;
  }
  return most;
}

// Walks from the first device to the next higher one as long as they are linked; after the last one
// comes the first if that is allowed.
std::vector<Ids> walks(const Links& links, int size, bool around) {
  const int devices = static_cast<int>(links.size());
  std::vector<Ids> sets;
  for (int first = 0; first < devices; ++first) {
    Ids set{first};
    while (static_cast<int>(set.size()) < size) {
      const int next = (set.back() + 1) % devices;
      if ((next == 0 && !around) || next == first || !linked(links, set.back(), next)) break;
      set.push_back(next);
    }
    if (static_cast<int>(set.size()) < size) continue;
    std::sort(set.begin(), set.end());
    sets.push_back(set);
  }
  return sets;
}

// Every set whose members reach each other, by size. As binary numbers: the set with the highest
// device that the other lacks comes later.
SetsBySize all_linked(const Links& links) {
  SetsBySize sets(links.size() + 1);
  std::vector<Ids> subsets{{}};
  for (int device = 0; device < static_cast<int>(links.size()); ++device) {
    const std::size_t before = subsets.size();
    for (std::size_t i = 0; i < before; ++i) {
      subsets.push_back(subsets[i]);
      subsets.back().push_back(device);
    }
  }
  for (const Ids& subset : subsets) {
    const int diameter = diameter_of(links, subset);
    if (!subset.empty() && diameter >= 0) sets[subset.size()].push_back({subset, diameter});
  }
  for (auto& of_size : sets) {
    std::stable_sort(of_size.begin(), of_size.end(), [](const DeviceSet& a, const DeviceSet& b) {
      return a.diameter < b.diameter;
    });
  }
  return sets;
}

std::vector<Ids> rows(int size) {
  if (size == 4) return {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}};
  if (size == 8) return {{0, 1, 2, 3, 4, 5, 6, 7}, {8, 9, 10, 11, 12, 13, 14, 15}};
  return {};
}

std::vector<Ids> one_or_all(int devices, int size) {
  std::vector<Ids> sets;
  for (int device = 0; device < devices; ++device) {
    if (size == 1 || device == 0) sets.emplace_back();
    sets.back().push_back(device);
  }
  return sets;
}

// Sets of walks are compared by their first device alone: their diameters are all alike.
SetsBySize documented(const Links& links, Groups groups, bool around) {
  const int devices = static_cast<int>(links.size());
  SetsBySize sets(links.size() + 1);
  for (int size = 1; size <= devices; ++size) {
    std::vector<Ids> lists;
    if (size == 1 || size == devices) {
      lists = one_or_all(devices, size);
    } else if (groups == Groups::kConsecutive) {
      lists = walks(links, size, around);
    } else if (groups == Groups::kRows) {
      lists = rows(size);
    }
    for (Ids& list : lists) sets[static_cast<std::size_t>(size)].push_back({std::move(list), 0});
  }
  return sets;
}

struct Row {
  const char* type;
  int devices;
  std::vector<int> cores_per_device;  // One for each setting of logical cores.
  const char* links;
  Groups groups;
};

const std::vector<Row>& known_types() {
  static const std::vector<Row> rows{
      {"inf1.xlarge", 1, {4}, kAlone, Groups::kOneOrAll},
      {"inf1.2xlarge", 1, {4}, kAlone, Groups::kOneOrAll},
      {"inf1.6xlarge", 4, {4}, kLine4, Groups::kConsecutive},
      {"inf1.24xlarge", 16, {4}, kLine16, Groups::kConsecutive},
      {"inf2.xlarge", 1, {2}, kAlone, Groups::kOneOrAll},
      {"inf2.8xlarge", 1, {2}, kAlone, Groups::kOneOrAll},
      {"inf2.24xlarge", 6, {2}, kLine6, Groups::kConsecutive},
      {"inf2.48xlarge", 12, {2}, kRing12, Groups::kConsecutive},
      {"trn1.2xlarge", 1, {2}, kAlone, Groups::kOneOrAll},
      {"trn1.32xlarge", 16, {2}, kTorus, Groups::kRows},
      {"trn1n.32xlarge", 16, {2}, kTorus, Groups::kRows},
      {"trn2.3xlarge", 1, {4, 8}, kAlone, Groups::kOneOrAll},
      {"trn2.48xlarge", 16, {4, 8}, kTorus, Groups::kRows},
      {"trn2u.48xlarge", 16, {4, 8}, kTorus, Groups::kRows},
      {"trn3.48xlarge", 16, {4, 8}, kAllToAll, Groups::kRows},
      {"trn3e.24xlarge", 4, {4, 8}, kAllToAll, Groups::kConsecutive},
      // Not in AWS's lists: what design.md §5 says of such nodes.
      {"trn9.48xlarge", 16, {2}, kNotKnown, Groups::kRows},
      {"", 12, {2}, kNotKnown, Groups::kOneOrAll},
      {"inf9.6xlarge", 3, {5}, kNotKnown, Groups::kOneOrAll},
  };
  return rows;
}

std::shared_ptr<const SetsBySize> sets_of_row(const Row& row, const Widening& widening) {
  const bool ring = row.links == kRing12;
  const bool grown = widening.connected && row.links != kNotKnown && !ring;
  // Types that are linked alike share them.
  using Key = std::tuple<std::string, int, Groups, bool, bool>;
  static std::map<Key, std::shared_ptr<const SetsBySize>> made;
  const bool around = ring && (widening.ring_wrap || widening.connected);
  auto& sets = made[{row.links, row.devices, row.groups, grown, around}];
  if (!sets) {
    const Links links = read_links(row.links, row.devices);
    sets = std::make_shared<const SetsBySize>(grown ? all_linked(links)
                                                    : documented(links, row.groups, around));
  }
  return sets;
}

Machine make_machine(const Row& row, int cores_per_device, const Widening& widening) {
  Machine machine;
  machine.type = row.type;
  machine.name =
      machine.type + '/' + std::to_string(row.devices) + 'x' + std::to_string(cores_per_device);
  machine.devices = row.devices;
  machine.cores_per_device = cores_per_device;
  machine.legal_sets = sets_of_row(row, widening);
  return machine;
}

}  // namespace

const std::vector<DeviceSet>& Machine::sets_of(std::int64_t size) const {
  static const std::vector<DeviceSet> kNone;
  if (size < 1 || size > devices) return kNone;
  return (*legal_sets)[static_cast<std::size_t>(size)];
}

std::vector<Machine> all_machines(const Widening& widening) {
  std::vector<Machine> machines;
  for (const Row& row : known_types()) {
    for (const int cores : row.cores_per_device) {
      machines.push_back(make_machine(row, cores, widening));
    }
  }
  Machine silent = machine_of("inf2.48xlarge", widening);
  silent.cores_known = false;
  silent.cores_per_device = 1;
  silent.name = "inf2.48xlarge without cores";
  machines.push_back(silent);
  return machines;
}

Machine machine_of(const std::string& type, const Widening& widening) {
  for (const Row& row : known_types()) {
    if (row.type == type) return make_machine(row, row.cores_per_device.front(), widening);
  }
  throw std::invalid_argument(type);
}

}  // namespace neuron_scheduler::naive
