#pragma once

#include <memory>
#include <string>
#include <string_view>
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

// A text that is mostly empty.
class RareText {
 public:
  RareText() = default;
  RareText& operator=(std::string text) {
    text_ = std::move(text);
    return *this;
  }

  [[nodiscard]] bool empty() const { return text_->empty(); }
  [[nodiscard]] const std::string& str() const { return *text_; }
  operator std::string_view() const { return *text_; }  // NOLINT(google-explicit-constructor)

  friend bool operator==(const RareText&, const RareText&) = default;
  friend bool operator==(const RareText& a, std::string_view b) { return *a.text_ == b; }

 private:
  Rare<std::string> text_;
};

}  // namespace neuron_scheduler::model
