#pragma once

// Every metric: its name, which stays, and its help text. A test holds docs/metrics.md to this.
namespace neuron_scheduler::metrics {

struct Definition {
  const char* name;
  const char* help;
};

// --- As kube-scheduler has them (kube-scheduler.md §8.1)

inline constexpr Definition kScheduleAttempts{
    "scheduler_schedule_attempts_total",
    "Attempts to place a pod: scheduled, unschedulable (no node fits) or error."};
inline constexpr Definition kAttemptDuration{
    "scheduler_scheduling_attempt_duration_seconds",
    "Duration of an attempt: the decision and, if there was one, the binding."};
inline constexpr Definition kAlgorithmDuration{
    "scheduler_scheduling_algorithm_duration_seconds",
    "Duration of a decision alone, from PreFilter to the choice of a node."};
inline constexpr Definition kPointDuration{
    "scheduler_framework_extension_point_duration_seconds",
    "What all plugins of an extension point took in one attempt; Bind: until its answer."};
inline constexpr Definition kPluginEvaluations{
    "scheduler_plugin_evaluation_total",
    "Calls of a plugin at an extension point; a node that did not change is not asked again."};
inline constexpr Definition kQueueIncoming{
    "scheduler_queue_incoming_pods_total",
    "Pods that came into a part of the queue, by the event that moved them."};
inline constexpr Definition kPodAttempts{"scheduler_pod_scheduling_attempts",
                                         "How many attempts pods took until they were bound."};
inline constexpr Definition kPodDuration{
    "scheduler_pod_scheduling_sli_duration_seconds",
    "From a pod's first entry into the active queue until it was bound, by number of attempts."};
inline constexpr Definition kPendingPods{"scheduler_pending_pods",
                                         "Pods that wait, by part of the queue."};
inline constexpr Definition kUnschedulablePods{
    "scheduler_unschedulable_pods",
    "Pods that the plugin turned away the last time, each under all that did."};
inline constexpr Definition kCacheSize{
    "scheduler_cache_size", "Nodes, pods counted on them, and those of the pods that are assumed."};

inline constexpr Definition kRequests{
    "rest_client_requests_total",
    "Requests to the API server by HTTP status; <error>: no answer; other: any other status."};
inline constexpr Definition kRequestDuration{
    "rest_client_request_duration_seconds",
    "Duration of requests to the API server; of a watch, until its header came."};

inline constexpr Definition kLeaderStatus{
    "leader_election_master_status",
    "1: this process holds the lease of this name and schedules; 0: it follows."};

inline constexpr Definition kCpuSeconds{"process_cpu_seconds_total",
                                        "CPU time used, user and system."};
inline constexpr Definition kResidentBytes{"process_resident_memory_bytes",
                                           "Memory of the process that is in RAM."};
inline constexpr Definition kVirtualBytes{"process_virtual_memory_bytes",
                                          "Address space of the process."};
inline constexpr Definition kStartTime{"process_start_time_seconds",
                                       "When the process started, in seconds since 1970."};
inline constexpr Definition kOpenFds{"process_open_fds", "Open file descriptors."};
inline constexpr Definition kMaxFds{"process_max_fds", "Most file descriptors that may be open."};

// --- Our own

inline constexpr Definition kBuildInfo{"neuron_scheduler_build_info",
                                       "Always 1; the version is in the label."};
inline constexpr Definition kBindConflicts{
    "neuron_scheduler_bind_conflicts_total",
    "Bindings answered with 409: the pod was read again to see how it stands."};
inline constexpr Definition kBindUnknown{
    "neuron_scheduler_bind_unknown_total",
    "Bindings without a clear answer: what they hold stays taken, they are sent again."};
inline constexpr Definition kBindsPending{"neuron_scheduler_pending_bindings",
                                          "Bindings whose end is not known yet."};
inline constexpr Definition kRelists{
    "neuron_scheduler_relists_total",
    "Full lists after the first one, because the watch could not go on where it was."};
inline constexpr Definition kWatchFailures{
    "neuron_scheduler_watch_failures_total",
    "Lists and watches that ended with an error and were started again."};
inline constexpr Definition kNewsAge{
    "neuron_scheduler_watch_news_age_seconds",
    "Time since the watch brought an event or a bookmark; since the start if it never did."};
inline constexpr Definition kDecodeErrors{
    "neuron_scheduler_decode_errors_total",
    "Objects that could not be used as they came; their last good state is kept."};
inline constexpr Definition kWritesDropped{
    "neuron_scheduler_writes_dropped_total",
    "Events, status patches and annotations of nodes given up: queue full, or refused. Bindings "
    "are never dropped."};
inline constexpr Definition kLogLinesDropped{
    "neuron_scheduler_log_lines_dropped_total",
    "Log lines dropped because they came faster than they could be written."};
inline constexpr Definition kNeuronDevices{
    "neuron_scheduler_neuron_devices",
    "Neuron devices of all nodes, each under one state; shared: some cores in use, others free."};
inline constexpr Definition kNeuronCores{"neuron_scheduler_neuron_cores",
                                         "Neuron cores of all nodes, each under one state."};
inline constexpr Definition kLargestFreeSet{
    "neuron_scheduler_neuron_largest_free_set",
    "Devices of the largest legal set that one node could give to a container now."};
inline constexpr Definition kFreeSetNodes{
    "neuron_scheduler_neuron_free_set_nodes",
    "Nodes that could give a legal set of so many devices to a container now."};
inline constexpr Definition kPendingByShape{"neuron_scheduler_pending_pods",
                                            "Pods that are not bound, by what they ask of Neuron."};
inline constexpr Definition kForeignPods{
    "neuron_scheduler_foreign_pods",
    "Bound pods that ask for Neuron but do not say readably which devices they have."};
inline constexpr Definition kDriftedPods{
    "neuron_scheduler_annotation_drift_pods",
    "Bound pods whose device annotations changed later; old and new devices are held."};

}  // namespace neuron_scheduler::metrics
