#include "cluster/client/protobuf_schema.hpp"

#include <array>
#include <utility>

namespace neuron_scheduler::client::protobuf {
namespace {

constexpr auto kBoolean = FieldType::kBoolean;
constexpr auto kInlined = FieldType::kInlined;
constexpr auto kInteger = FieldType::kInteger;
constexpr auto kMessage = FieldType::kMessage;
constexpr auto kPresence = FieldType::kPresence;
constexpr auto kQuantity = FieldType::kQuantity;
constexpr auto kText = FieldType::kText;
constexpr auto kTime = FieldType::kTime;
constexpr auto kOne = FieldShape::kOne;
constexpr auto kList = FieldShape::kList;
constexpr auto kMap = FieldShape::kMap;

constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

template <std::size_t kCount>
constexpr Schema of(const std::array<Field, kCount>& fields) {
  static_assert(kCount <= Schema::kFieldsMax);
  return Schema{fields};
}

// --- k8s.io/apimachinery

constexpr std::array kObjectMetaFields = {
    Field{1, "name"},
    Field{3, "namespace"},
    Field{5, "uid"},
    Field{6, "resourceVersion"},
    Field{7, "generation", kInteger},
    Field{8, "creationTimestamp", kTime},
    Field{9, "deletionTimestamp", kTime},
    Field{11, "labels", kText, kMap},
    Field{12, "annotations", kText, kMap},
};
constexpr Schema kObjectMeta = of(kObjectMetaFields);

constexpr std::array kListMetaFields = {
    Field{2, "resourceVersion"},
    Field{3, "continue"},
};
constexpr Schema kListMeta = of(kListMetaFields);

constexpr std::array kStatusCauseFields = {
    Field{2, "message"},
    Field{3, "field"},
};
constexpr Schema kStatusCause = of(kStatusCauseFields);

constexpr std::array kStatusDetailsFields = {
    Field{4, "causes", kMessage, kList, &kStatusCause},
    Field{5, "retryAfterSeconds", kInteger},
};
constexpr Schema kStatusDetails = of(kStatusDetailsFields);

constexpr std::array kStatusFields = {
    Field{3, "message"},
    Field{4, "reason"},
    Field{5, "details", kMessage, kOne, &kStatusDetails},
    Field{6, "code", kInteger},
};
constexpr Schema kStatus = of(kStatusFields);

// Of labels and of nodes: key, operator, values.
constexpr std::array kRequirementFields = {
    Field{1, "key"},
    Field{2, "operator"},
    Field{3, "values", kText, kList},
};
constexpr Schema kRequirement = of(kRequirementFields);

constexpr std::array kLabelSelectorFields = {
    Field{1, "matchLabels", kText, kMap},
    Field{2, "matchExpressions", kMessage, kList, &kRequirement},
};
constexpr Schema kLabelSelector = of(kLabelSelectorFields);

// --- Pods

constexpr std::array kResourceRequirementsFields = {
    Field{2, "requests", kQuantity, kMap},
};
constexpr Schema kResourceRequirements = of(kResourceRequirementsFields);

constexpr std::array kContainerPortFields = {
    Field{2, "hostPort", kInteger},
    Field{4, "protocol"},
    Field{5, "hostIP"},
};
constexpr Schema kContainerPort = of(kContainerPortFields);

constexpr std::array kContainerFields = {
    Field{1, "name"},
    Field{2, "image"},
    Field{6, "ports", kMessage, kList, &kContainerPort},
    Field{8, "resources", kMessage, kOne, &kResourceRequirements},
    Field{24, "restartPolicy"},
};
constexpr Schema kContainer = of(kContainerFields);

constexpr std::array kImageVolumeSourceFields = {
    Field{1, "reference"},
};
constexpr Schema kImageVolumeSource = of(kImageVolumeSourceFields);

constexpr std::array kVolumeSourceFields = {
    Field{1, "hostPath", kPresence},
    Field{2, "emptyDir", kPresence},
    Field{6, "secret", kPresence},
    Field{7, "nfs", kPresence},
    Field{10, "persistentVolumeClaim", kPresence},
    Field{16, "downwardAPI", kPresence},
    Field{19, "configMap", kPresence},
    Field{26, "projected", kPresence},
    Field{28, "csi", kPresence},
    Field{29, "ephemeral", kPresence},
    Field{30, "image", kMessage, kOne, &kImageVolumeSource},
};
// A source that is not known must not be taken for none.
constexpr Schema kVolumeSource = {kVolumeSourceFields, true};

constexpr std::array kVolumeFields = {
    Field{1, "name"},
    Field{2, "volumeSource", kInlined, kOne, &kVolumeSource},
};
constexpr Schema kVolume = of(kVolumeFields);

constexpr std::array kNodeSelectorTermFields = {
    Field{1, "matchExpressions", kMessage, kList, &kRequirement},
    Field{2, "matchFields", kMessage, kList, &kRequirement},
};
constexpr Schema kNodeSelectorTerm = of(kNodeSelectorTermFields);

constexpr std::array kNodeSelectorFields = {
    Field{1, "nodeSelectorTerms", kMessage, kList, &kNodeSelectorTerm},
};
constexpr Schema kNodeSelector = of(kNodeSelectorFields);

constexpr std::array kPreferredSchedulingTermFields = {
    Field{1, "weight", kInteger},
    Field{2, "preference", kMessage, kOne, &kNodeSelectorTerm},
};
constexpr Schema kPreferredSchedulingTerm = of(kPreferredSchedulingTermFields);

constexpr std::array kNodeAffinityFields = {
    Field{1, kRequired, kMessage, kOne, &kNodeSelector},
    Field{2, kPreferred, kMessage, kList, &kPreferredSchedulingTerm},
};
constexpr Schema kNodeAffinity = of(kNodeAffinityFields);

constexpr std::array kPodAffinityTermFields = {
    Field{1, "labelSelector", kMessage, kOne, &kLabelSelector},
    Field{2, "namespaces", kText, kList},
    Field{3, "topologyKey"},
    Field{4, "namespaceSelector", kMessage, kOne, &kLabelSelector},
};
constexpr Schema kPodAffinityTerm = of(kPodAffinityTermFields);

// Of pods to pods, both kinds.
constexpr std::array kPodAffinityFields = {
    Field{1, kRequired, kMessage, kList, &kPodAffinityTerm},
};
constexpr Schema kPodAffinity = of(kPodAffinityFields);

constexpr std::array kAffinityFields = {
    Field{1, "nodeAffinity", kMessage, kOne, &kNodeAffinity},
    Field{2, "podAffinity", kMessage, kOne, &kPodAffinity},
    Field{3, "podAntiAffinity", kMessage, kOne, &kPodAffinity},
};
constexpr Schema kAffinity = of(kAffinityFields);

constexpr std::array kTolerationFields = {
    Field{1, "key"},
    Field{2, "operator"},
    Field{3, "value"},
    Field{4, "effect"},
};
constexpr Schema kToleration = of(kTolerationFields);

constexpr std::array kTopologySpreadConstraintFields = {
    Field{3, "whenUnsatisfiable"},
};
constexpr Schema kTopologySpreadConstraint = of(kTopologySpreadConstraintFields);

// Gates, and claims of resources.
constexpr std::array kNamedFields = {
    Field{1, "name"},
};
constexpr Schema kNamed = of(kNamedFields);

constexpr std::array kPodSpecFields = {
    Field{1, "volumes", kMessage, kList, &kVolume},
    Field{2, "containers", kMessage, kList, &kContainer},
    Field{7, "nodeSelector", kText, kMap},
    Field{10, "nodeName"},
    Field{18, "affinity", kMessage, kOne, &kAffinity},
    Field{19, "schedulerName"},
    Field{20, "initContainers", kMessage, kList, &kContainer},
    Field{22, "tolerations", kMessage, kList, &kToleration},
    Field{25, "priority", kInteger},
    Field{32, "overhead", kQuantity, kMap},
    Field{33, "topologySpreadConstraints", kMessage, kList, &kTopologySpreadConstraint},
    Field{38, "schedulingGates", kMessage, kList, &kNamed},
    Field{39, "resourceClaims", kMessage, kList, &kNamed},
    Field{40, "resources", kMessage, kOne, &kResourceRequirements},
};
constexpr Schema kPodSpec = of(kPodSpecFields);

constexpr std::array kPodConditionFields = {
    Field{1, "type"},
    Field{5, "reason"},
    Field{6, "message"},
};
constexpr Schema kPodCondition = of(kPodConditionFields);

constexpr std::array kContainerStatusFields = {
    Field{1, "name"},
    Field{10, "allocatedResources", kQuantity, kMap},
    Field{11, "resources", kMessage, kOne, &kResourceRequirements},
};
constexpr Schema kContainerStatus = of(kContainerStatusFields);

constexpr std::array kPodStatusFields = {
    Field{1, "phase"},
    Field{2, "conditions", kMessage, kList, &kPodCondition},
    Field{8, "containerStatuses", kMessage, kList, &kContainerStatus},
    Field{10, "initContainerStatuses", kMessage, kList, &kContainerStatus},
    Field{19, "allocatedResources", kQuantity, kMap},
    Field{20, "resources", kMessage, kOne, &kResourceRequirements},
};
constexpr Schema kPodStatus = of(kPodStatusFields);

constexpr std::array kPodFields = {
    Field{1, "metadata", kMessage, kOne, &kObjectMeta},
    Field{2, "spec", kMessage, kOne, &kPodSpec},
    Field{3, "status", kMessage, kOne, &kPodStatus},
};
constexpr Schema kPod = of(kPodFields);

// --- Nodes and namespaces

constexpr std::array kTaintFields = {
    Field{1, "key"},
    Field{2, "value"},
    Field{3, "effect"},
};
constexpr Schema kTaint = of(kTaintFields);

constexpr std::array kNodeSpecFields = {
    Field{4, "unschedulable", kBoolean},
    Field{5, "taints", kMessage, kList, &kTaint},
};
constexpr Schema kNodeSpec = of(kNodeSpecFields);

constexpr std::array kNodeConditionFields = {
    Field{1, "type"},
    Field{2, "status"},
    Field{5, "reason"},
};
constexpr Schema kNodeCondition = of(kNodeConditionFields);

constexpr std::array kContainerImageFields = {
    Field{1, "names", kText, kList},
    Field{2, "sizeBytes", kInteger},
};
constexpr Schema kContainerImage = of(kContainerImageFields);

constexpr std::array kNodeStatusFields = {
    Field{1, "capacity", kQuantity, kMap},
    Field{2, "allocatable", kQuantity, kMap},
    Field{4, "conditions", kMessage, kList, &kNodeCondition},
    Field{8, "images", kMessage, kList, &kContainerImage},
};
constexpr Schema kNodeStatus = of(kNodeStatusFields);

constexpr std::array kNodeFields = {
    Field{1, "metadata", kMessage, kOne, &kObjectMeta},
    Field{2, "spec", kMessage, kOne, &kNodeSpec},
    Field{3, "status", kMessage, kOne, &kNodeStatus},
};
constexpr Schema kNode = of(kNodeFields);

constexpr std::array kNamespaceFields = {
    Field{1, "metadata", kMessage, kOne, &kObjectMeta},
};
constexpr Schema kNamespace = of(kNamespaceFields);

}  // namespace

const Schema* schema_of(std::string_view kind) {
  static constexpr std::array kKinds = {
      std::pair{std::string_view("Pod"), &kPod},
      std::pair{std::string_view("Node"), &kNode},
      std::pair{std::string_view("Namespace"), &kNamespace},
      std::pair{std::string_view("Status"), &kStatus},
      std::pair{std::string_view("ListMeta"), &kListMeta},
  };
  for (const auto& [name, schema] : kKinds) {
    if (name == kind) return schema;
  }
  return nullptr;
}

}  // namespace neuron_scheduler::client::protobuf
