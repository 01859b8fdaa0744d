#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "cluster/model/annotations.hpp"
#include "cluster/model/binding.hpp"
#include "cluster/model/cache.hpp"
#include "cluster/model/time.hpp"
#include "scheduler/cycle.hpp"
#include "scheduler/profile.hpp"

namespace neuron_scheduler::scheduler {

struct ClaimFailure {
  Decision::Kind kind = Decision::Kind::kError;  // kRejected or kError
  std::string message;
};

// What a decision took on its node: the Reserve plugins' claims and the assumed pod in the cache.
// Gives both back when it is destroyed, unless commit() said that the binding happened. Profile and
// cache must outlive it.
class Claim {
 public:
  // Reserves, lets the plugins write into the binding, and assumes the pod as it will look when
  // bound: with those of the annotations that `readable` lets through decoding. On failure nothing
  // stays taken.
  [[nodiscard]] static std::variant<Claim, ClaimFailure> take(
      const Profile& profile, model::Cache& cache, const model::PodRef& pod,
      const Decision& decision, model::WallTime now, const model::AnnotationFilter& readable);

  Claim(Claim&& other) noexcept;
  Claim& operator=(Claim&&) = delete;
  ~Claim();

  [[nodiscard]] const model::PodRef& pod() const { return pod_; }
  [[nodiscard]] const model::Binding& binding() const { return binding_; }
  void commit() { armed_ = false; }
  // Pods that somebody else placed came to the node since this was taken, or changed there: it may
  // not fit beside them.
  [[nodiscard]] bool overtaken() const { return strangers() != strangers_; }

 private:
  Claim(const Profile& profile, model::Cache& cache, model::PodRef pod, const model::Name& node);

  [[nodiscard]] std::uint64_t strangers() const;

  const Profile* profile_;
  model::Cache* cache_;
  model::PodRef pod_;
  model::Binding binding_;
  std::uint64_t strangers_ = 0;
  bool armed_ = true;
};

}  // namespace neuron_scheduler::scheduler
