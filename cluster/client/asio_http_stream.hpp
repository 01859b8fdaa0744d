#pragma once

#include <memory>

#include "cluster/client/asio_http_session.hpp"

namespace neuron_scheduler::client {

// Sends request on a connection of its own and gives the answer to handler as it arrives
// (HttpClient::stream).
[[nodiscard]] std::unique_ptr<HttpStream> start_stream(std::shared_ptr<Session> session,
                                                       HttpRequest request,
                                                       HttpStreamHandler& handler);

}  // namespace neuron_scheduler::client
