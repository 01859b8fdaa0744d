#pragma once

#include <memory>
#include <string>

#include "cluster/client/http.hpp"
#include "cluster/client/observer.hpp"
#include "cluster/model/time.hpp"

namespace neuron_scheduler::client {

// Passes everything on to `inner` and tells the observer how each request ended: a call with its
// answer, a stream with its header. host: host:port of the server, as metrics show it. All must
// outlive it.
[[nodiscard]] std::unique_ptr<HttpClient> make_observed_http(HttpClient& inner, Observer& observer,
                                                             const model::Clock& clock,
                                                             std::string host);

}  // namespace neuron_scheduler::client
