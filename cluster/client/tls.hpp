#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include "cluster/client/access.hpp"
#include "cluster/model/result.hpp"

namespace neuron_scheduler::client {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// What the TLS connections to one API server share: TLS 1.2 or later, the authorities (each
// certificate of ca_pem is trusted by itself, as client-go does), the client's certificate. The
// error names the part that cannot be used.
[[nodiscard]] model::Result<TlsContext> make_tls_context(const ClusterAccess& access);

// Before the handshake: which name (sent as SNI) or address the server's certificate must be for;
// nothing is verified if access says insecure. Only the certificate's alternative names count,
// never its subject. False: out of memory, or not a name.
[[nodiscard]] bool prepare_tls(SSL* ssl, const ClusterAccess& access);

// Why a handshake failed, without the server's address: "certificate verify failed: certificate has
// expired".
[[nodiscard]] std::string tls_failure(SSL* ssl, boost::system::error_code error,
                                      const ClusterAccess& access);

}  // namespace neuron_scheduler::client
