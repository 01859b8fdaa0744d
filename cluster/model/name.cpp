#include "cluster/model/name.hpp"

#include <unordered_set>
#include <utility>

#include "cluster/model/fnv.hpp"

namespace neuron_scheduler::model {
namespace {

std::uint64_t digest_of(std::string_view text) {
  Fnv1a hash;
  hash.add(text);
  return hash.get();
}

}  // namespace

struct Name::Entry {
  std::string text;
  std::uint64_t digest = 0;
  std::uint64_t references = 0;
};

class NameTable {
 public:
  // Never destroyed: Names with static lifetime may outlive any other order of destruction.
  static NameTable& instance() {
    static NameTable* const table = new NameTable;
    return *table;
  }

  Name::Entry* acquire(std::string_view text) {
    if (auto found = entries_.find(text); found != entries_.end()) return *found;
    auto* entry = new Name::Entry{std::string(text), digest_of(text), 0};
    entries_.insert(entry);
    return entry;
  }

  void drop(Name::Entry* entry) noexcept {
    entries_.erase(entry);
    delete entry;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
    std::size_t operator()(const Name::Entry* entry) const { return (*this)(entry->text); }
  };
  struct TextEqual {
    using is_transparent = void;
    static std::string_view text(std::string_view view) { return view; }
    static std::string_view text(const Name::Entry* entry) { return entry->text; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return text(a) == text(b);
    }
  };

  std::unordered_set<Name::Entry*, TextHash, TextEqual> entries_;
};

Name::Name(std::string_view text) {
  if (text.empty()) return;
  entry_ = NameTable::instance().acquire(text);
  retain();
}

Name& Name::operator=(const Name& other) noexcept {
  Name copy(other);
  std::swap(entry_, copy.entry_);
  return *this;
}

Name& Name::operator=(Name&& other) noexcept {
  std::swap(entry_, other.entry_);
  return *this;
}

std::string_view Name::view() const { return str(); }

const std::string& Name::str() const {
  static const std::string empty;
  return entry_ == nullptr ? empty : entry_->text;
}

std::uint64_t Name::digest() const { return entry_ == nullptr ? Fnv1a().get() : entry_->digest; }

std::size_t Name::live_count() { return NameTable::instance().size(); }

void Name::retain() const noexcept {
  if (entry_ != nullptr) ++entry_->references;
}

void Name::release() noexcept {
  if (entry_ != nullptr && --entry_->references == 0) NameTable::instance().drop(entry_);
  entry_ = nullptr;
}

}  // namespace neuron_scheduler::model
