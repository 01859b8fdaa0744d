#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "cluster/client/asio_http.hpp"
#include "cluster/client/asio_http_connection.hpp"

namespace neuron_scheduler::client {

// Opens connections to one API server: looks its name up, tries the addresses in turn, shakes
// hands.
class Dialer final {
 public:
  // context: null for plain HTTP.
  Dialer(boost::asio::io_context& io, ClusterAccess access, TlsContext context,
         const AsioHttpOptions& options);

  [[nodiscard]] std::shared_ptr<Connection> make_connection();

  // Empty: connection may be used. Else why not, without the server's URL. Ends soon after
  // connection is closed.
  static boost::asio::awaitable<std::string> dial(std::shared_ptr<Dialer> self,
                                                  std::shared_ptr<Connection> connection);

  // For connections made from now on.
  void use(ClusterAccess access, TlsContext context);
  // Ends a look-up; no dialing afterwards.
  void stop();

 private:
  boost::asio::awaitable<std::string> look_up(std::shared_ptr<Dialer> self,
                                              std::shared_ptr<Connection> connection);
  boost::asio::awaitable<std::string> connect(std::shared_ptr<Connection> connection);
  boost::asio::awaitable<std::string> handshake(std::shared_ptr<Connection> connection);
  static boost::asio::awaitable<void> resolve(std::shared_ptr<Dialer> self);

  boost::asio::io_context& io_;
  std::shared_ptr<const ClusterAccess> access_;
  TlsContext context_;
  std::chrono::milliseconds connect_max_;
  std::chrono::milliseconds handshake_max_;
  std::chrono::milliseconds peer_dead_after_;

  boost::asio::ip::tcp::resolver resolver_;
  bool is_literal_ = false;  // host is an address.
  bool resolving_ =
      false;  // One look-up serves all who wait: the system's resolver works off one at a time.
  std::string resolve_error_;
  std::vector<std::weak_ptr<Connection>> waiting_;
  std::vector<Connection::Endpoint> endpoints_;
  std::size_t first_ = 0;  // Where to begin: after an address that failed comes the next one.
};

}  // namespace neuron_scheduler::client
