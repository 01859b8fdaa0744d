#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cluster/model/result.hpp"

namespace neuron_scheduler::model {

// A Kubernetes resource quantity, exact, in billionths (its finest unit, `n`); finer digits are
// rounded away from zero and magnitudes beyond 2^63-1 are cut down to that, both as apimachinery's
// resource.Quantity does. No floating point.
class Quantity {
 public:
  constexpr Quantity() = default;
  [[nodiscard]] static constexpr Quantity from_integer(std::int64_t value) {
    return Quantity(static_cast<Nanos>(value) * kNanosPerUnit);
  }
  [[nodiscard]] static constexpr Quantity from_milli(std::int64_t milli) {
    return Quantity(static_cast<Nanos>(milli) * (kNanosPerUnit / 1000));
  }

  // Every form: plain, decimal point, exponent (e or E), suffixes n u m k M G T P E and Ki Mi Gi Ti
  // Pi Ei, either sign. The error quotes the text (cut to 64 bytes).
  [[nodiscard]] static Result<Quantity> parse(std::string_view text);

  // Rounded up, as Quantity.Value() and Quantity.MilliValue() do; cut to the range of int64.
  [[nodiscard]] std::int64_t value() const;
  [[nodiscard]] std::int64_t milli_value() const;
  [[nodiscard]] bool is_integer() const { return nanos_ % kNanosPerUnit == 0; }
  [[nodiscard]] bool is_negative() const { return nanos_ < 0; }
  [[nodiscard]] bool is_zero() const { return nanos_ == 0; }

  // Exact: 2^63 * 10^9 leaves room for 2^34 such terms.
  Quantity& operator+=(Quantity other) {
    nanos_ += other.nanos_;
    return *this;
  }
  friend Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr bool operator==(Quantity a, Quantity b) = default;
  friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

 private:
  __extension__ using Nanos = __int128;
  static constexpr Nanos kNanosPerUnit = 1'000'000'000;

  constexpr explicit Quantity(Nanos nanos) : nanos_(nanos) {}

  Nanos nanos_ = 0;
};

}  // namespace neuron_scheduler::model
