#pragma once

#include <memory>
#include <utility>

namespace neuron_scheduler::model {

// A value that is mostly T{}, and takes a pointer's room as long as it is. Copies are deep; T has
// ==.
template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(const Rare& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(const Rare& other) {
    if (this != &other) *this = Rare(other);
    return *this;
  }
  Rare& operator=(Rare&&) noexcept = default;
  Rare& operator=(T value) {
    value_ = value == T{} ? nullptr : std::make_unique<T>(std::move(value));
    return *this;
  }
  ~Rare() = default;

  [[nodiscard]] const T& operator*() const {
    static const T kDefault{};
    return value_ ? *value_ : kDefault;
  }
  [[nodiscard]] const T* operator->() const { return &**this; }
  // To be changed.
  [[nodiscard]] T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }

  friend bool operator==(const Rare& a, const Rare& b) { return a.value_ == b.value_ || *a == *b; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace neuron_scheduler::model
