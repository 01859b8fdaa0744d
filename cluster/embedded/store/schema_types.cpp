#include "cluster/embedded/store/schema_types.hpp"

namespace neuron_scheduler::embedded {
namespace {

// One paragraph a type: its package and name, then its fields in the order in which they are
// written (that of api v0.37.2's structs). A field is NAME FLAGS ":" TYPE PATCH:
//   FLAGS  "!" written when unset, "?" unset and zero differ
//   TYPE   s string, b bool, i int32, l int64, q quantity, x int or string, t time, m micro time,
//          any, or a struct that is above; [TYPE] a list, {TYPE} a map from strings
//   PATCH  "*KEY" the list merges by that key, "*" as a set, "$" $retainKeys
// "+TYPE" stands for the fields of that type. Volume sources that no longer work anywhere, or that
// belong to one storage product, are kept as they come.
constexpr std::string_view kTypes = R"types(
meta.Preconditions
  uid?:s resourceVersion?:s
meta.DeleteOptions
  kind:s apiVersion:s gracePeriodSeconds?:l preconditions?:Preconditions orphanDependents?:b
  propagationPolicy?:s dryRun:[s] ignoreStoreReadErrorWithClusterBreakingPotential?:b
meta.OwnerReference
  apiVersion!:s kind!:s name!:s uid!:s controller?:b blockOwnerDeletion?:b
meta.ManagedFieldsEntry
  manager:s operation:s apiVersion:s time?:t fieldsType:s fieldsV1?:any subresource:s
meta.ObjectMeta
  name:s generateName:s namespace:s selfLink:s uid:s resourceVersion:s generation:l
  creationTimestamp:t deletionTimestamp?:t deletionGracePeriodSeconds?:l labels:{s}
  annotations:{s} ownerReferences:[OwnerReference]*uid finalizers:[s]*
  managedFields:[ManagedFieldsEntry]
core.HostPathVolumeSource
  path!:s type?:s
core.EmptyDirVolumeSource
  medium:s sizeLimit?:q mode?:i
core.KeyToPath
  key!:s path!:s mode?:i user?:l
core.SecretVolumeSource
  secretName:s items:[KeyToPath] defaultMode?:i optional?:b defaultUser?:l
core.NFSVolumeSource
  server!:s path!:s readOnly:b
core.PersistentVolumeClaimVolumeSource
  claimName!:s readOnly:b
core.ObjectFieldSelector
  apiVersion:s fieldPath!:s
core.ResourceFieldSelector
  containerName:s resource!:s divisor!:q
core.DownwardAPIVolumeFile
  path!:s fieldRef?:ObjectFieldSelector resourceFieldRef?:ResourceFieldSelector mode?:i user?:l
core.DownwardAPIVolumeSource
  items:[DownwardAPIVolumeFile] defaultMode?:i defaultUser?:l
core.LocalObjectReference
  name:s
core.ConfigMapVolumeSource
  name:s items:[KeyToPath] defaultMode?:i optional?:b defaultUser?:l
core.SecretProjection
  name:s items:[KeyToPath] optional?:b
core.DownwardAPIProjection
  items:[DownwardAPIVolumeFile]
core.ConfigMapProjection
  name:s items:[KeyToPath] optional?:b
core.ServiceAccountTokenProjection
  audience:s expirationSeconds?:l path!:s user?:l
meta.LabelSelectorRequirement
  key!:s operator!:s values:[s]
meta.LabelSelector
  matchLabels:{s} matchExpressions:[LabelSelectorRequirement]
core.ClusterTrustBundleProjection
  name?:s signerName?:s labelSelector?:LabelSelector optional?:b path!:s user?:l
core.PodCertificateProjection
  signerName:s keyType:s maxExpirationSeconds?:i credentialBundlePath:s keyPath:s
  certificateChainPath:s userAnnotations:{s} user?:l
core.VolumeProjection
  secret?:SecretProjection downwardAPI?:DownwardAPIProjection configMap?:ConfigMapProjection
  serviceAccountToken?:ServiceAccountTokenProjection
  clusterTrustBundle?:ClusterTrustBundleProjection podCertificate?:PodCertificateProjection
core.ProjectedVolumeSource
  sources!:[VolumeProjection] defaultMode?:i defaultUser?:l
core.CSIVolumeSource
  driver!:s readOnly?:b fsType?:s volumeAttributes:{s} nodePublishSecretRef?:LocalObjectReference
core.VolumeResourceRequirements
  limits:{q} requests:{q}
core.TypedLocalObjectReference
  apiGroup!?:s kind!:s name!:s
core.TypedObjectReference
  apiGroup!?:s kind!:s name!:s namespace?:s
core.PersistentVolumeClaimSpec
  accessModes:[s] selector?:LabelSelector resources!:VolumeResourceRequirements volumeName:s
  storageClassName?:s volumeMode?:s dataSource?:TypedLocalObjectReference
  dataSourceRef?:TypedObjectReference volumeAttributesClassName?:s
core.PersistentVolumeClaimTemplate
  metadata!:ObjectMeta spec!:PersistentVolumeClaimSpec
core.EphemeralVolumeSource
  volumeClaimTemplate?:PersistentVolumeClaimTemplate
core.ImageVolumeSource
  reference:s pullPolicy:s
core.VolumeSource
  hostPath?:HostPathVolumeSource emptyDir?:EmptyDirVolumeSource gcePersistentDisk?:any
  awsElasticBlockStore?:any gitRepo?:any secret?:SecretVolumeSource nfs?:NFSVolumeSource
  iscsi?:any glusterfs?:any persistentVolumeClaim?:PersistentVolumeClaimVolumeSource rbd?:any
  flexVolume?:any cinder?:any cephfs?:any flocker?:any downwardAPI?:DownwardAPIVolumeSource
  fc?:any azureFile?:any configMap?:ConfigMapVolumeSource vsphereVolume?:any quobyte?:any
  azureDisk?:any photonPersistentDisk?:any projected?:ProjectedVolumeSource portworxVolume?:any
  scaleIO?:any storageos?:any csi?:CSIVolumeSource ephemeral?:EphemeralVolumeSource
  image?:ImageVolumeSource
core.Volume
  name!:s +VolumeSource
core.ContainerPort
  name:s hostPort:i containerPort!:i protocol:s hostIP:s
core.ConfigMapEnvSource
  name:s optional?:b
core.SecretEnvSource
  name:s optional?:b
core.EnvFromSource
  prefix:s configMapRef?:ConfigMapEnvSource secretRef?:SecretEnvSource
core.ConfigMapKeySelector
  name:s key!:s optional?:b
core.SecretKeySelector
  name:s key!:s optional?:b
core.FileKeySelector
  volumeName!:s path!:s key!:s optional?:b
core.EnvVarSource
  fieldRef?:ObjectFieldSelector resourceFieldRef?:ResourceFieldSelector
  configMapKeyRef?:ConfigMapKeySelector secretKeyRef?:SecretKeySelector
  fileKeyRef?:FileKeySelector
core.EnvVar
  name!:s value:s valueFrom?:EnvVarSource
core.ResourceClaim
  name!:s request:s
core.ResourceRequirements
  limits:{q} requests:{q} claims:[ResourceClaim]
core.ContainerResizePolicy
  resourceName!:s restartPolicy!:s
core.ContainerRestartRuleOnExitCodes
  operator:s values:[i]
core.ContainerRestartRule
  action:s exitCodes?:ContainerRestartRuleOnExitCodes
core.VolumeMount
  name!:s readOnly:b recursiveReadOnly?:s mountPath!:s subPath:s mountPropagation?:s subPathExpr:s
  bindMountOptions:[s]
core.VolumeDevice
  name!:s devicePath!:s
core.ExecAction
  command:[s]
core.HTTPHeader
  name!:s value!:s
core.HTTPGetAction
  path:s port!:x host:s scheme:s httpHeaders:[HTTPHeader] protocol?:s
core.TCPSocketAction
  port!:x host:s
core.GRPCAction
  port!:i service!?:s mode?:s
core.ProbeHandler
  exec?:ExecAction httpGet?:HTTPGetAction tcpSocket?:TCPSocketAction grpc?:GRPCAction
core.Probe
  +ProbeHandler initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i
  failureThreshold:i terminationGracePeriodSeconds?:l
core.SleepAction
  seconds!:l
core.LifecycleHandler
  exec?:ExecAction httpGet?:HTTPGetAction tcpSocket?:TCPSocketAction sleep?:SleepAction
core.Lifecycle
  postStart?:LifecycleHandler preStop?:LifecycleHandler stopSignal?:s
core.Capabilities
  add:[s] drop:[s]
core.SELinuxOptions
  user:s role:s type:s level:s
core.WindowsSecurityContextOptions
  gmsaCredentialSpecName?:s gmsaCredentialSpec?:s runAsUserName?:s hostProcess?:b
core.SeccompProfile
  type!:s localhostProfile?:s
core.AppArmorProfile
  type!:s localhostProfile?:s
core.SecurityContext
  capabilities?:Capabilities privileged?:b seLinuxOptions?:SELinuxOptions
  windowsOptions?:WindowsSecurityContextOptions runAsUser?:l runAsGroup?:l runAsNonRoot?:b
  readOnlyRootFilesystem?:b allowPrivilegeEscalation?:b procMount?:s
  seccompProfile?:SeccompProfile appArmorProfile?:AppArmorProfile
core.Container
  name!:s image:s command:[s] args:[s] workingDir:s ports:[ContainerPort]*containerPort
  envFrom:[EnvFromSource] env:[EnvVar]*name resources!:ResourceRequirements
  resizePolicy:[ContainerResizePolicy] restartPolicy?:s restartPolicyRules:[ContainerRestartRule]
  volumeMounts:[VolumeMount]*mountPath volumeDevices:[VolumeDevice]*devicePath
  livenessProbe?:Probe readinessProbe?:Probe startupProbe?:Probe lifecycle?:Lifecycle
  terminationMessagePath:s terminationMessagePolicy:s imagePullPolicy:s
  securityContext?:SecurityContext stdin:b stdinOnce:b tty:b
core.EphemeralContainer
  +Container targetContainerName:s
core.Sysctl
  name!:s value!:s
core.PodSecurityContext
  seLinuxOptions?:SELinuxOptions windowsOptions?:WindowsSecurityContextOptions runAsUser?:l
  runAsGroup?:l runAsNonRoot?:b supplementalGroups:[l] supplementalGroupsPolicy?:s fsGroup?:l
  sysctls:[Sysctl] fsGroupChangePolicy?:s seccompProfile?:SeccompProfile
  appArmorProfile?:AppArmorProfile seLinuxChangePolicy?:s
core.NodeSelectorRequirement
  key!:s operator!:s values:[s]
core.NodeSelectorTerm
  matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]
core.NodeSelector
  nodeSelectorTerms!:[NodeSelectorTerm]
core.PreferredSchedulingTerm
  weight!:i preference!:NodeSelectorTerm
core.NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution?:NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]
core.PodAffinityTerm
  labelSelector?:LabelSelector namespaces:[s] topologyKey!:s namespaceSelector?:LabelSelector
  matchLabelKeys:[s] mismatchLabelKeys:[s]
core.WeightedPodAffinityTerm
  weight!:i podAffinityTerm!:PodAffinityTerm
core.PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
  preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
core.PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]
  preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]
core.Affinity
  nodeAffinity?:NodeAffinity podAffinity?:PodAffinity podAntiAffinity?:PodAntiAffinity
core.Toleration
  key:s operator:s value:s effect:s tolerationSeconds?:l
core.HostAlias
  ip!:s hostnames:[s]
core.PodDNSConfigOption
  name:s value?:s
core.PodDNSConfig
  nameservers:[s] searches:[s] options:[PodDNSConfigOption]
core.PodReadinessGate
  conditionType!:s
core.TopologySpreadConstraint
  maxSkew!:i topologyKey!:s whenUnsatisfiable!:s labelSelector?:LabelSelector minDomains?:i
  nodeAffinityPolicy?:s nodeTaintsPolicy?:s matchLabelKeys:[s]
core.PodOS
  name!:s
core.PodSchedulingGate
  name!:s
core.PodResourceClaim
  name!:s resourceClaimName?:s resourceClaimTemplateName?:s
core.PodSchedulingGroup
  podGroupName?:s
core.EvictionResponder
  name!:s priority!?:i
core.PodSpec
  volumes:[Volume]*name$ initContainers:[Container]*name containers!:[Container]*name
  ephemeralContainers:[EphemeralContainer]*name restartPolicy:s terminationGracePeriodSeconds?:l
  activeDeadlineSeconds?:l dnsPolicy:s nodeSelector:{s} serviceAccountName:s serviceAccount:s
  automountServiceAccountToken?:b nodeName:s hostNetwork:b hostPID:b hostIPC:b
  shareProcessNamespace?:b securityContext?:PodSecurityContext
  imagePullSecrets:[LocalObjectReference]*name hostname:s subdomain:s affinity?:Affinity
  schedulerName:s tolerations:[Toleration] hostAliases:[HostAlias]*ip priorityClassName:s
  priority?:i dnsConfig?:PodDNSConfig readinessGates:[PodReadinessGate] runtimeClassName?:s
  enableServiceLinks?:b preemptionPolicy?:s overhead:{q}
  topologySpreadConstraints:[TopologySpreadConstraint]*topologyKey setHostnameAsFQDN?:b os?:PodOS
  hostUsers?:b schedulingGates:[PodSchedulingGate]*name resourceClaims:[PodResourceClaim]*name$
  resources?:ResourceRequirements hostnameOverride?:s schedulingGroup?:PodSchedulingGroup
  evictionResponders:[EvictionResponder]*name
core.PodCondition
  type!:s observedGeneration:l status!:s lastProbeTime!:t lastTransitionTime!:t reason:s message:s
core.HostIP
  ip!:s
core.PodIP
  ip!:s
core.ContainerStateWaiting
  reason:s message:s
core.ContainerStateRunning
  startedAt!:t
core.ContainerStateTerminated
  exitCode!:i signal:i reason:s message:s startedAt!:t finishedAt!:t containerID:s
core.ContainerState
  waiting?:ContainerStateWaiting running?:ContainerStateRunning
  terminated?:ContainerStateTerminated
core.ImageVolumeStatus
  imageRef:s
core.VolumeStatus
  image?:ImageVolumeStatus
core.VolumeMountStatus
  name!:s mountPath!:s readOnly:b recursiveReadOnly?:s volumeStatus?:VolumeStatus
core.LinuxContainerUser
  uid!:l gid!:l supplementalGroups:[l]
core.ContainerUser
  linux?:LinuxContainerUser
core.ResourceHealth
  resourceID!:s health:s message?:s
core.ResourceStatus
  name!:s resources:[ResourceHealth]
core.ContainerStatus
  name!:s state!:ContainerState lastState!:ContainerState ready!:b restartCount!:i image!:s
  imageID!:s containerID:s started?:b allocatedResources:{q} resources?:ResourceRequirements
  volumeMounts:[VolumeMountStatus]*mountPath user?:ContainerUser
  allocatedResourcesStatus:[ResourceStatus]*name stopSignal?:s
core.PodResourceClaimStatus
  name!:s resourceClaimName?:s
core.ContainerExtendedResourceRequest
  containerName!:s resourceName!:s requestName!:s
core.PodExtendedResourceClaimStatus
  requestMappings!:[ContainerExtendedResourceRequest] resourceClaimName!:s
core.NodeAllocatableMappedResources
  name!:s quantity!?:q
core.NodeAllocatableOverheadResources
  name!:s perPod?:q perContainer?:q
core.NodeAllocatableResourceClaimStatus
  resourceClaimName!:s containers:[s] mapping:[NodeAllocatableMappedResources]*name
  overhead:[NodeAllocatableOverheadResources]*name
core.VolumeHealthCondition
  status!:s reason!:s message:s
core.PodVolumeHealth
  name!:s healthConditions:[VolumeHealthCondition]*status lastTransitionTime!:t
core.PodStatus
  observedGeneration:l phase:s conditions:[PodCondition]*type message:s reason:s
  nominatedNodeName:s hostIP:s hostIPs:[HostIP]*ip podIP:s podIPs:[PodIP]*ip startTime?:t
  initContainerStatuses:[ContainerStatus] containerStatuses:[ContainerStatus] qosClass:s
  ephemeralContainerStatuses:[ContainerStatus] resize:s
  resourceClaimStatuses:[PodResourceClaimStatus]*name$
  extendedResourceClaimStatus?:PodExtendedResourceClaimStatus allocatedResources:{q}
  resources?:ResourceRequirements
  nodeAllocatableResourceClaimStatuses:[NodeAllocatableResourceClaimStatus]*resourceClaimName
  volumeHealth:[PodVolumeHealth]
core.Pod
  kind:s apiVersion:s metadata!:ObjectMeta spec!:PodSpec status!:PodStatus
core.Taint
  key!:s value:s effect!:s timeAdded?:t
core.ConfigMapNodeConfigSource
  namespace!:s name!:s uid:s resourceVersion:s kubeletConfigKey!:s
core.NodeConfigSource
  configMap?:ConfigMapNodeConfigSource
core.NodePodPreemptionPolicy
  disableResizePreemption:[s]
core.NodeSpec
  podCIDR:s podCIDRs:[s]* providerID:s unschedulable:b taints:[Taint]
  configSource?:NodeConfigSource externalID:s podPreemptionPolicy?:NodePodPreemptionPolicy
core.NodeCondition
  type!:s status!:s lastHeartbeatTime!:t lastTransitionTime!:t reason:s message:s
core.NodeAddress
  type!:s address!:s
core.DaemonEndpoint
  Port!:i
core.NodeDaemonEndpoints
  kubeletEndpoint!:DaemonEndpoint
core.NodeSwapStatus
  capacity?:l
core.NodeSystemInfo
  machineID!:s systemUUID!:s bootID!:s kernelVersion!:s osImage!:s containerRuntimeVersion!:s
  kubeletVersion!:s kubeProxyVersion!:s operatingSystem!:s architecture!:s swap?:NodeSwapStatus
  runningInUserNamespace?:b
core.ContainerImage
  names!:[s] sizeBytes:l
core.AttachedVolume
  name!:s devicePath!:s
core.NodeConfigStatus
  assigned?:NodeConfigSource active?:NodeConfigSource lastKnownGood?:NodeConfigSource error:s
core.NodeRuntimeHandlerFeatures
  recursiveReadOnlyMounts?:b userNamespaces?:b
core.NodeRuntimeHandler
  name!:s features?:NodeRuntimeHandlerFeatures
core.NodeFeatures
  supplementalGroupsPolicy?:b
core.NodeStatus
  capacity:{q} allocatable:{q} phase:s conditions:[NodeCondition]*type
  addresses:[NodeAddress]*type daemonEndpoints!:NodeDaemonEndpoints nodeInfo!:NodeSystemInfo
  images:[ContainerImage] volumesInUse:[s] volumesAttached:[AttachedVolume]
  config?:NodeConfigStatus runtimeHandlers:[NodeRuntimeHandler] features?:NodeFeatures
  declaredFeatures:[s]
core.Node
  kind:s apiVersion:s metadata!:ObjectMeta spec!:NodeSpec status!:NodeStatus
core.NamespaceSpec
  finalizers:[s]
core.NamespaceCondition
  type!:s status!:s lastTransitionTime!:t reason:s message:s
core.NamespaceStatus
  phase:s conditions:[NamespaceCondition]*type
core.Namespace
  kind:s apiVersion:s metadata!:ObjectMeta spec!:NamespaceSpec status!:NamespaceStatus
core.ObjectReference
  kind:s namespace:s name:s uid:s apiVersion:s resourceVersion:s fieldPath:s
core.EventSource
  component:s host:s
core.EventSeries
  count:i lastObservedTime!:m
core.Event
  kind:s apiVersion:s metadata!:ObjectMeta involvedObject!:ObjectReference reason:s message:s
  source!:EventSource firstTimestamp!:t lastTimestamp!:t count:i type:s eventTime!:m
  series?:EventSeries action:s related?:ObjectReference reportingComponent!:s reportingInstance!:s
events.EventSeries
  count!:i lastObservedTime!:m
events.Event
  kind:s apiVersion:s metadata!:ObjectMeta eventTime!:m series?:EventSeries reportingController:s
  reportingInstance:s action:s reason:s regarding!:ObjectReference related?:ObjectReference note:s
  type:s deprecatedSource!:EventSource deprecatedFirstTimestamp!:t deprecatedLastTimestamp!:t
  deprecatedCount:i
coordination.LeaseSpec
  holderIdentity?:s leaseDurationSeconds?:i acquireTime?:m renewTime?:m leaseTransitions?:i
  strategy?:s preferredHolder?:s
coordination.Lease
  kind:s apiVersion:s metadata!:ObjectMeta spec!:LeaseSpec
core.Binding
  kind:s apiVersion:s metadata!:ObjectMeta target!:ObjectReference)types";

}  // namespace

std::string_view schema_types() { return kTypes; }

}  // namespace neuron_scheduler::embedded
