#pragma once

#include <cstddef>
#include <memory>

#include "cluster/client/http.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// A token bucket, as client-go's flowcontrol has it: full at first.
struct RateLimit {
  double per_second = 0;  // Above 0.
  std::size_t burst = 1;  // 1 or more.
};

// Hands requests on to `inner` as the limit allows; those that wait do so by lane. A call's
// deadline begins when it is handed on. One that waited for a minute, or finds 10,000 of its lane
// waiting, ends with kNotSent. Streams never wait: a watch counts for nothing, as with client-go,
// any other takes its token in advance. All must outlive it, and no call-back comes after it is
// gone.
[[nodiscard]] std::unique_ptr<HttpClient> make_limited_http(HttpClient& inner, TimerService& timers,
                                                            const model::Clock& clock,
                                                            RateLimit limit);

}  // namespace neuron_scheduler::client
