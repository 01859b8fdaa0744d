#include "test/placement/bound.hpp"

#include <cstddef>
#include <limits>

#include "test/placement/fleet.hpp"

namespace neuron_scheduler::placement {
namespace {

constexpr double kEpsilon = 1e-9;
constexpr std::size_t kTypes = kNodeTypes.size();

// Rows of the tableau: constraints, then the objective; the last column is the right side.
class Tableau {
 public:
  Tableau(std::span<const double> objective, std::span<const std::vector<double>> rows,
          std::span<const double> limits)
      : variables_(objective.size() + rows.size()), basis_(rows.size()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<double> row(variables_ + 1);
      for (std::size_t j = 0; j < objective.size(); ++j) row[j] = rows[i][j];
      row[objective.size() + i] = 1;
      row.back() = limits[i];
      basis_[i] = objective.size() + i;
      cells_.push_back(std::move(row));
    }
    std::vector<double> last(variables_ + 1);
    for (std::size_t j = 0; j < objective.size(); ++j) last[j] = -objective[j];
    cells_.push_back(std::move(last));
  }

  double solve() {
    for (;;) {
      std::size_t enter = 0;
      while (enter < variables_ && cells_.back()[enter] >= -kEpsilon) ++enter;
      if (enter == variables_) return cells_.back().back();
      const std::size_t leave = leaving_row(enter);
      if (leave == basis_.size()) return std::numeric_limits<double>::infinity();
      pivot(leave, enter);
    }
  }

 private:
  std::size_t leaving_row(std::size_t enter) const {
    std::size_t best = basis_.size();
    double least = 0;
    for (std::size_t i = 0; i < basis_.size(); ++i) {
      if (cells_[i][enter] <= kEpsilon) continue;
      const double ratio = cells_[i].back() / cells_[i][enter];
      const bool tie = best != basis_.size() && ratio <= least + kEpsilon;
      if (best == basis_.size() || ratio < least - kEpsilon || (tie && basis_[i] < basis_[best])) {
        best = i;
        least = ratio;
      }
    }
    return best;
  }

  void pivot(std::size_t row, std::size_t column) {
    const double by = cells_[row][column];
    for (double& cell : cells_[row]) cell /= by;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const double factor = cells_[i][column];
      if (i == row || factor == 0) continue;
      for (std::size_t j = 0; j <= variables_; ++j) cells_[i][j] -= factor * cells_[row][j];
    }
    basis_[row] = column;
  }

  std::size_t variables_;
  std::vector<std::size_t> basis_;
  std::vector<std::vector<double>> cells_;
};

// How many pods of a shape one node of the type can hold at once.
int most_on_a_node(const PodShape& shape, const NodeType& type) {
  const neuron::Geometry geometry = type.geometry();
  if (shape.cores > 0) return type.devices * (geometry.cores_per_device / shape.cores);
  if (neuron::legal_stride(geometry, shape.devices) == 0) return 0;
  return type.devices / shape.devices;
}

double devices_taken(const PodShape& shape, const NodeType& type) {
  if (shape.devices > 0) return shape.devices;
  return static_cast<double>(shape.cores) / type.geometry().cores_per_device;
}

struct Program {
  std::vector<double> objective;
  std::vector<std::vector<double>> rows;
  std::vector<double> limits;

  void add(std::vector<double> row, double limit) {
    rows.push_back(std::move(row));
    limits.push_back(limit);
  }
};

// Variables: shape * kTypes + type, then `more` others. Rows: what the fleet can hold.
Program fleet_program(std::size_t more) {
  const std::size_t variables = kShapeCount * kTypes + more;
  Program program;
  program.objective.resize(variables);
  for (std::size_t t = 0; t < kTypes; ++t) {
    const NodeType& type = kNodeTypes[t];
    std::vector<double> devices(variables);
    for (std::size_t s = 0; s < kShapeCount; ++s) {
      devices[s * kTypes + t] = devices_taken(kShapes[s], type);
      std::vector<double> sets(variables);
      sets[s * kTypes + t] = 1;
      program.add(std::move(sets), type.count * most_on_a_node(kShapes[s], type));
    }
    program.add(std::move(devices), type.count * type.devices);
  }
  return program;
}

}  // namespace

double maximize(std::span<const double> objective, std::span<const std::vector<double>> rows,
                std::span<const double> limits) {
  return Tableau(objective, rows, limits).solve();
}

double bound_on_asked_cores(const PerShape<double>& pods) {
  Program program = fleet_program(0);
  for (std::size_t s = 0; s < kShapeCount; ++s) {
    std::vector<double> all(program.objective.size());
    for (std::size_t t = 0; t < kTypes; ++t) {
      all[s * kTypes + t] = 1;
      program.objective[s * kTypes + t] = kShapes[s].asked_cores();
    }
    program.add(std::move(all), pods[s]);
  }
  return maximize(program.objective, program.rows, program.limits);
}

double largest_multiple(const PerShape<double>& pods) {
  Program program = fleet_program(1);
  program.objective.back() = 1;
  for (std::size_t s = 0; s < kShapeCount; ++s) {
    if (pods[s] == 0) continue;
    std::vector<double> served(program.objective.size());
    for (std::size_t t = 0; t < kTypes; ++t) served[s * kTypes + t] = -1;
    served.back() = pods[s];
    program.add(std::move(served), 0);
  }
  return maximize(program.objective, program.rows, program.limits);
}

}  // namespace neuron_scheduler::placement
