#include "cmd/neuron-scheduler/simulate/output.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>

#include "cmd/manifest/print.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;

using Row = std::array<std::string, 3>;

Row row_of(const Tried& tried) {
  Row row{tried.pod.full_name(), tried.node, ""};
  if (tried.node.empty()) {
    row[1] = "<pending>";
    row[2] = tried.reason;
  } else if (!tried.ids.empty()) {
    row[2] = (tried.in_cores ? "cores " : "devices ") + short_ids(tried.ids);
  }
  for (std::string& cell : row) cell = manifest::printable(cell);
  return row;
}

void add_line(const Row& row, const std::array<std::size_t, 2>& widths, std::string& to) {
  constexpr std::size_t kGap = 2;
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    line += row[i];
    line.append(widths[i] + kGap - row[i].size(), ' ');
  }
  line += row.back();
  line.erase(line.find_last_not_of(' ') + 1);
  to.append(line) += '\n';
}

std::string summary(const Outcome& outcome) {
  const auto placed =
      std::ranges::count_if(outcome.pods, [](const Tried& tried) { return !tried.node.empty(); });
  const std::size_t all = outcome.pods.size();
  return std::to_string(all) + (all == 1 ? " pod: " : " pods: ") + std::to_string(placed) +
         " placed, " + std::to_string(all - static_cast<std::size_t>(placed)) + " pending\n";
}

}  // namespace

std::string table_of(const Outcome& outcome) {
  std::vector<Row> rows = {{"POD", "NODE", "NEURON"}};
  std::ranges::transform(outcome.pods, std::back_inserter(rows), row_of);
  std::array<std::size_t, 2> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  if (rows.size() > 1) {
    for (const Row& row : rows) add_line(row, widths, text);
  }
  // Where nothing had to be placed, the drawing is the answer.
  if (!outcome.pods.empty() || outcome.drawing.empty()) text += summary(outcome);
  if (!text.empty() && !outcome.drawing.empty()) text += '\n';
  text += outcome.drawing;
  return text;
}

json::object list_of(Outcome outcome) {
  json::array items;
  for (Tried& tried : outcome.pods) items.emplace_back(std::move(tried.pod.json));
  return {{"apiVersion", "v1"},
          {"kind", "List"},
          {"metadata", json::object{{"resourceVersion", ""}}},
          {"items", std::move(items)}};
}

std::string short_ids(const std::string& ids) {
  std::string text;
  const char* at = ids.data();
  const char* const end = at + ids.size();
  const auto read = [&](std::int64_t& id) {
    const auto result = std::from_chars(at, end, id);
    if (result.ec != std::errc{}) return false;
    at = result.ptr == end ? end : result.ptr + 1;
    return true;
  };
  std::int64_t first = 0;
  bool more = at != end && read(first);
  while (more) {
    std::int64_t last = first;
    std::int64_t next = 0;
    while ((more = at != end && read(next)) && next == last + 1) last = next;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += '-' + std::to_string(last);
    first = next;
  }
  return text;
}

}  // namespace neuron_scheduler::simulate
