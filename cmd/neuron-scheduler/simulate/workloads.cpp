#include "cmd/neuron-scheduler/simulate/workloads.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "cmd/neuron-scheduler/simulate/json_path.hpp"
#include "cmd/neuron-scheduler/simulate/objects.hpp"

namespace neuron_scheduler::simulate {
namespace {

namespace json = boost::json;

// The letters of generated names (apimachinery, pkg/util/rand).
constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kSuffixLength = 5;
// What is left for the base of a generated name (apiserver, pkg/storage/names).
constexpr std::size_t kBaseBytesMax = 58;

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// As controllers write hashes into names.
std::string hash_text(const json::value& value) {
  std::string text = std::to_string(fnv1a(json::serialize(value)));
  for (char& c : text) c = kLetters[static_cast<unsigned char>(c) % kLetters.size()];
  return text;
}

std::string owner_key(std::string_view namespace_name, std::string_view kind,
                      std::string_view name) {
  std::string key(namespace_name);
  key.append("/").append(kind).append("/").append(name);
  return key;
}

std::string own_key(const json::object& owner) {
  return owner_key(text_at(owner, {"metadata", "namespace"}), text_at(owner, {"kind"}),
                   text_at(owner, {"metadata", "name"}));
}

bool is_true(const json::object& object, Path path) {
  const json::value* found = find(object, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

bool terminal(const json::object& pod) {
  const std::string_view phase = text_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

// Makes the pods of one owner.
class Maker {
 public:
  Maker(const json::object& owner, Existing& existing, Budget& budget)
      : owner_(owner), existing_(existing), budget_(budget) {}

  [[nodiscard]] model::Result<std::vector<json::object>> make() {
    const json::object* spec = object_at(owner_, {"spec"});
    template_ = object_at(owner_, {"spec", "template"});
    if (spec == nullptr || template_ == nullptr) {
      return model::invalid("spec.template is missing");
    }
    spec_ = spec;
    template_bytes_ = json::serialize(*template_).size();
    const std::string_view kind = text_at(owner_, {"kind"});
    if (kind == "Deployment") {
      make_deployment();
    } else if (kind == "ReplicaSet") {
      make_replicas(owner_);
    } else if (kind == "StatefulSet") {
      make_stateful_set();
    } else {
      make_job();
    }
    if (!problem_.empty()) return model::invalid(problem_);
    return std::move(pods_);
  }

 private:
  // A whole number of the owner; the default if it is not there.
  std::int64_t number(Path path, std::int64_t value) {
    const json::value* found = find(owner_, path);
    if (found == nullptr) return value;
    const bool right = found->is_int64() && found->get_int64() >= 0 &&
                       found->get_int64() <= std::numeric_limits<std::int32_t>::max();
    if (right) return found->get_int64();
    std::string field;
    for (const std::string_view step : path) field.append(field.empty() ? "" : ".").append(step);
    fail(field + " must be a whole number from 0 to 2147483647, not " + json::serialize(*found));
    return 0;
  }

  void fail(std::string reason) {
    if (problem_.empty()) problem_ = std::move(reason);
  }

  // Whether this many more pods may be made.
  bool allows(std::int64_t pods) {
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(pods, 0));
    if (count > budget_.pods) {
      fail("more than " + std::to_string(kPodsMax) + " pods in all");
    } else if (count * template_bytes_ > budget_.bytes) {
      fail("more than " + std::to_string(kMadeBytesMax) +
           " bytes of pods made from templates in all");
    }
    return problem_.empty();
  }

  void make_deployment() {
    // Then its pods come from that one.
    if (existing_.owns_replica_set(owner_)) return;
    const std::string hash = hash_text(*template_);
    const std::string_view namespace_name = text_at(owner_, {"metadata", "namespace"});
    const std::string name = std::string(text_at(owner_, {"metadata", "name"})) + '-' + hash;
    json::object set{{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}};
    set["metadata"] = json::object{{"name", name},
                                   {"namespace", namespace_name},
                                   {"uid", derived_uid("ReplicaSet", namespace_name, name)}};
    labels_.emplace_back("pod-template-hash", hash);
    make_replicas(set);
  }

  void make_replicas(const json::object& set) {
    const auto have = existing_.pods_of(set);
    const auto active = std::ranges::count_if(have, &Existing::Pod::active);
    add_several(set, number({"spec", "replicas"}, 1) - active);
  }

  void add_several(const json::object& owner, std::int64_t missing) {
    if (!allows(missing)) return;
    for (std::int64_t i = 0; i < missing && problem_.empty(); ++i) add_generated(owner, "");
  }

  void make_stateful_set() {
    const auto wanted = number({"spec", "replicas"}, 1);
    const auto start = number({"spec", "ordinals", "start"}, 0);
    const std::string set_name(text_at(owner_, {"metadata", "name"}));
    if (!allows(wanted - static_cast<std::int64_t>(existing_.pod_count()))) return;
    labels_.emplace_back("controller-revision-hash", set_name + '-' + hash_text(*template_));
    for (std::int64_t i = start; i < start + wanted && problem_.empty(); ++i) {
      const std::string name = set_name + '-' + std::to_string(i);
      if (existing_.has_pod(text_at(owner_, {"metadata", "namespace"}), name)) continue;
      json::object* pod = add(owner_, name);
      if (pod == nullptr) return;
      set_label(*pod, "apps.kubernetes.io/pod-index", std::to_string(i));
      set_label(*pod, "statefulset.kubernetes.io/pod-name", name);
      if (json::object* spec = make_object(*pod, "spec")) {
        (*spec)["hostname"] = name;
        const std::string_view service = text_at(owner_, {"spec", "serviceName"});
        if (!service.empty()) (*spec)["subdomain"] = service;
        add_claims(*spec, name.substr(set_name.size()));
      }
    }
  }

  // Claims named CLAIM-POD take the place of volumes of the template.
  void add_claims(json::object& pod_spec, const std::string& ordinal) {
    const json::array* claims = list_at(owner_, {"spec", "volumeClaimTemplates"});
    json::array* volumes = claims == nullptr ? nullptr : make_list(pod_spec, "volumes");
    if (volumes == nullptr) return;
    for (const json::value& claim : *claims) {
      if (!claim.is_object()) return fail("spec.volumeClaimTemplates must hold objects");
      const std::string name(text_at(claim.get_object(), {"metadata", "name"}));
      const auto same = [&](const json::value& volume) {
        return volume.is_object() && text_at(volume.get_object(), {"name"}) == name;
      };
      volumes->erase(std::remove_if(volumes->begin(), volumes->end(), same), volumes->end());
      std::string claim_name = name + '-';
      claim_name.append(text_at(owner_, {"metadata", "name"})).append(ordinal);
      volumes->push_back(json::object{
          {"name", name}, {"persistentVolumeClaim", json::object{{"claimName", claim_name}}}});
    }
  }

  [[nodiscard]] bool job_is_over() const {
    const json::array* conditions = list_at(owner_, {"status", "conditions"});
    return conditions != nullptr && std::ranges::any_of(*conditions, [](const json::value& value) {
             const json::object* condition = value.if_object();
             if (condition == nullptr || text_at(*condition, {"status"}) != "True") return false;
             const std::string_view type = text_at(*condition, {"type"});
             return type == "Complete" || type == "Failed";
           });
  }

  void make_job() {
    if (job_is_over()) return;
    const auto have = existing_.pods_of(owner_);
    const auto active = std::ranges::count_if(have, &Existing::Pod::active);
    const auto done = std::max<std::int64_t>(
        number({"status", "succeeded"}, 0), std::ranges::count_if(have, &Existing::Pod::succeeded));
    const auto parallelism = number({"spec", "parallelism"}, 1);
    const bool counted =
        find(*spec_, {"completions"}) != nullptr || find(*spec_, {"parallelism"}) == nullptr;
    const auto completions = number({"spec", "completions"}, 1);
    const std::string name(text_at(owner_, {"metadata", "name"}));
    for (const char* const key : {"controller-uid", "batch.kubernetes.io/controller-uid"}) {
      labels_.emplace_back(key, text_at(owner_, {"metadata", "uid"}));
    }
    labels_.emplace_back("job-name", name);
    labels_.emplace_back("batch.kubernetes.io/job-name", name);
    if (text_at(*spec_, {"completionMode"}) == "Indexed") {
      if (find(*spec_, {"completions"}) == nullptr) {
        return fail("spec.completions is missing, which an Indexed Job needs");
      }
      return make_indexed(have, completions, std::min(parallelism, completions - done) - active);
    }
    // Without a number of completions nothing new begins after the first success.
    std::int64_t wanted = done > 0 ? active : parallelism;
    if (counted) wanted = std::min(parallelism, completions - done);
    add_several(owner_, wanted - active);
  }

  void make_indexed(const std::vector<Existing::Pod>& have, std::int64_t completions,
                    std::int64_t missing) {
    if (!allows(missing)) return;
    const std::string_view base = text_at(owner_, {"metadata", "name"});
    const auto completed = completed_indexes();
    auto range = completed.begin();
    std::set<std::string, std::less<>> taken;
    for (const auto& pod : have) {
      if (pod.active || pod.succeeded) taken.insert(pod.completion_index);
    }
    for (std::int64_t i = 0; i < completions && missing > 0 && problem_.empty(); ++i) {
      while (range != completed.end() && range->second < i) ++range;
      if (range != completed.end() && range->first <= i) {
        i = range->second;
        continue;
      }
      const std::string index = std::to_string(i);
      if (taken.contains(index)) continue;
      --missing;
      json::object* pod = add_generated(owner_, "-" + index);
      if (pod == nullptr) return;
      constexpr const char* kKey = "batch.kubernetes.io/job-completion-index";
      set_label(*pod, kKey, index);
      if (auto* annotations = make_object((*pod)["metadata"].get_object(), "annotations")) {
        (*annotations)[kKey] = index;
      }
      std::string hostname(base);
      hostname.append("-").append(index);
      if (auto* spec = make_object(*pod, "spec")) (*spec)["hostname"] = hostname;
    }
  }

  // "1,3-5" as ranges, in growing order as the controller writes them; what is none ends them.
  [[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>> completed_indexes() const {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    const std::string_view text = text_at(owner_, {"status", "completedIndexes"});
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
      std::int32_t first = 0;
      auto read = std::from_chars(at, end, first);
      if (read.ec != std::errc{}) break;
      std::int32_t last = first;
      if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
      const bool grows =
          first >= 0 && last >= first && (ranges.empty() || first > ranges.back().second);
      if (read.ec != std::errc{} || !grows) break;
      ranges.emplace_back(first, last);
      if (read.ptr == end || *read.ptr != ',') break;
      at = read.ptr + 1;
    }
    return ranges;
  }

  // A pod with a name that the API server would generate.
  json::object* add_generated(const json::object& owner, const std::string& infix) {
    std::string base(text_at(owner, {"metadata", "name"}));
    base += infix + '-';
    const std::string_view namespace_name = text_at(owner, {"metadata", "namespace"});
    std::string name;
    do {
      name = generated_name(base, next_++);
    } while (existing_.has_pod(namespace_name, name));
    json::object* pod = add(owner, name);
    if (pod != nullptr) (*pod)["metadata"].get_object()["generateName"] = base;
    return pod;
  }

  json::object* add(const json::object& owner, const std::string& name) {
    if (!allows(1)) return nullptr;
    --budget_.pods;
    budget_.bytes -= template_bytes_;
    json::object pod{{"apiVersion", "v1"}, {"kind", "Pod"}};
    json::object metadata{{"name", name}, {"namespace", text_at(owner, {"metadata", "namespace"})}};
    for (const char* const key : {"labels", "annotations", "finalizers"}) {
      if (const json::value* value = find(*template_, {"metadata", key})) metadata[key] = *value;
    }
    metadata["ownerReferences"] =
        json::array{json::object{{"apiVersion", text_at(owner, {"apiVersion"})},
                                 {"kind", text_at(owner, {"kind"})},
                                 {"name", text_at(owner, {"metadata", "name"})},
                                 {"uid", text_at(owner, {"metadata", "uid"})},
                                 {"controller", true},
                                 {"blockOwnerDeletion", true}}};
    pod["metadata"] = std::move(metadata);
    if (const json::value* spec = find(*template_, {"spec"})) pod["spec"] = *spec;
    for (const auto& [key, value] : labels_) set_label(pod, key, value);
    existing_.add(pod);
    pods_.push_back(std::move(pod));
    return &pods_.back();
  }

  static void set_label(json::object& pod, std::string_view key, std::string_view value) {
    if (auto* labels = make_object(pod["metadata"].get_object(), "labels")) (*labels)[key] = value;
  }

  const json::object& owner_;
  Existing& existing_;
  Budget& budget_;
  std::size_t template_bytes_ = 0;
  const json::object* spec_ = nullptr;
  const json::object* template_ = nullptr;
  std::vector<std::pair<std::string, std::string>> labels_;  // Of all pods.
  std::uint64_t next_ = 0;
  std::vector<json::object> pods_;
  std::string problem_;
};

}  // namespace

// In place of five random letters: other ones for each number.
std::string generated_name(std::string_view base, std::uint64_t number) {
  constexpr std::uint64_t kSuffixes = 14'348'907;  // 27^5
  constexpr std::uint64_t kStep = 7'368'787;       // Shares no factor with it.
  std::string name(base.substr(0, kBaseBytesMax));
  std::uint64_t rest = (fnv1a(name) + number * kStep) % kSuffixes;
  for (std::size_t i = 0; i < kSuffixLength; ++i) {
    name += kLetters[rest % kLetters.size()];
    rest /= kLetters.size();
  }
  return name;
}

bool is_workload(std::string_view group, std::string_view kind) {
  if (group == "batch") return kind == "Job";
  return group == "apps" && (kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet");
}

void Existing::add(const json::object& object) {
  const std::string_view namespace_name = text_at(object, {"metadata", "namespace"});
  const std::string_view name = text_at(object, {"metadata", "name"});
  const bool is_pod = text_at(object, {"kind"}) == "Pod";
  if (is_pod) pods_.insert(owner_key(namespace_name, "", name));
  const json::array* owners = list_at(object, {"metadata", "ownerReferences"});
  if (owners == nullptr) return;
  Owned owned;
  owned.replica_set = !is_pod;
  owned.pod.name = name;
  owned.pod.active =
      is_pod && !terminal(object) && find(object, {"metadata", "deletionTimestamp"}) == nullptr;
  owned.pod.succeeded = text_at(object, {"status", "phase"}) == "Succeeded";
  constexpr std::string_view kIndex = "batch.kubernetes.io/job-completion-index";
  owned.pod.completion_index = text_at(object, {"metadata", "annotations", kIndex});
  for (const json::value& value : *owners) {
    const json::object* owner = value.if_object();
    if (owner == nullptr) continue;
    owned.owner_uid = text_at(*owner, {"uid"});
    owned_[owner_key(namespace_name, text_at(*owner, {"kind"}), text_at(*owner, {"name"}))]
        .push_back(owned);
  }
}

bool Existing::has_pod(std::string_view namespace_name, std::string_view name) const {
  return pods_.contains(owner_key(namespace_name, "", name));
}

std::vector<Existing::Pod> Existing::pods_of(const json::object& owner) const {
  std::vector<Pod> pods;
  const auto found = owned_.find(own_key(owner));
  if (found == owned_.end()) return pods;
  for (const Owned& owned : found->second) {
    const bool same = owned.owner_uid == text_at(owner, {"metadata", "uid"});
    if (same && !owned.replica_set) pods.push_back(owned.pod);
  }
  return pods;
}

bool Existing::owns_replica_set(const json::object& owner) const {
  const auto found = owned_.find(own_key(owner));
  return found != owned_.end() && std::ranges::any_of(found->second, [&](const Owned& owned) {
           return owned.replica_set && owned.owner_uid == text_at(owner, {"metadata", "uid"});
         });
}

std::string_view why_no_pods(const json::object& owner, const Existing& existing) {
  if (find(owner, {"metadata", "deletionTimestamp"}) != nullptr) return "is being deleted";
  const std::string_view kind = text_at(owner, {"kind"});
  if (kind == "Job" && is_true(owner, {"spec", "suspend"})) return "is suspended";
  if (kind == "Deployment" && is_true(owner, {"spec", "paused"}) &&
      !existing.owns_replica_set(owner)) {
    return "is paused and has no ReplicaSet";
  }
  return {};
}

model::Result<std::vector<json::object>> missing_pods(const json::object& owner, Existing& existing,
                                                      Budget& budget) {
  return Maker(owner, existing, budget).make();
}

}  // namespace neuron_scheduler::simulate
