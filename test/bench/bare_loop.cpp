// Sends prepared POST requests and decides nothing: what the API server takes at best. For the
// Python benchmarks beside it, which write the file of requests and measure from outside:
//
//   bench_bare_loop KUBECONFIG REQUESTS CONNECTIONS [stay]
//
// Each line of REQUESTS is a chain: target, body, target, body ... with tabs between them, where a
// body is JSON, or protobuf as "hex:" and its bytes. A chain's requests go out one after the other,
// as many chains at a time as there are connections. Ends when all are answered with 201; with
// "stay" it waits to be killed then, so that its CPU time can be read.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "cluster/client/asio_http.hpp"
#include "cluster/client/codec.hpp"
#include "cluster/client/kubeconfig.hpp"

namespace neuron_scheduler {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bare loop: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

struct Post {
  std::string target;
  std::string content_type;
  std::string body;
};
using Chain = std::vector<Post>;

Post parse_post(std::string target, std::string body) {
  constexpr std::string_view kHex = "hex:";
  if (!body.starts_with(kHex)) {
    return {std::move(target), std::string(client::kJsonMediaType), std::move(body)};
  }
  std::string bytes;
  for (std::size_t i = kHex.size(); i + 1 < body.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(body.substr(i, 2), nullptr, 16));
  }
  return {std::move(target), std::string(client::kProtobufMediaType), std::move(bytes)};
}

Chain parse_chain(const std::string& line) {
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  if (fields.size() % 2 != 0) give_up("a line without an even number of fields: " + line);
  Chain chain;
  for (std::size_t i = 0; i < fields.size(); i += 2) {
    chain.push_back(parse_post(std::move(fields[i]), std::move(fields[i + 1])));
  }
  return chain;
}

class Loop {
 public:
  Loop(client::HttpClient& http, std::vector<Chain> chains)
      : http_(http), chains_(std::move(chains)) {}

  // The loop runs until all is answered: idle connections would keep it alive.
  void run(boost::asio::io_context& io, std::size_t at_a_time) {
    for (std::size_t i = 0; i < at_a_time; ++i) begin_next();
    while (ended_ < chains_.size()) io.run_one();
  }

 private:
  void begin_next() {
    if (next_ < chains_.size()) send(next_++, 0);
  }

  void send(std::size_t chain, std::size_t at) {
    if (at == chains_[chain].size()) {
      ++ended_;
      return begin_next();
    }
    Post& post = chains_[chain][at];
    client::HttpRequest request;
    request.method = "POST";
    request.target = std::move(post.target);
    request.content_type = request.accept = post.content_type;
    request.body = std::move(post.body);
    request.lane = client::Lane::kBind;
    http_.call(std::move(request), [this, chain, at](const client::HttpOutcome& outcome) {
      if (!outcome.answer) give_up(outcome.error);
      if (const int status = outcome.answer->status; status != 201) {
        give_up(client::decode_status(status, outcome.answer->body).message);
      }
      send(chain, at + 1);
    });
  }

  client::HttpClient& http_;
  std::vector<Chain> chains_;
  std::size_t next_ = 0;
  std::size_t ended_ = 0;
};

}  // namespace

int bench_bare_loop(const std::vector<std::string>& arguments) {
  const bool stay = arguments.size() == 4 && arguments[3] == "stay";
  const std::size_t connections =
      arguments.size() == 3 || stay ? std::strtoul(arguments[2].c_str(), nullptr, 10) : 0;
  if (connections == 0) give_up("usage: KUBECONFIG REQUESTS CONNECTIONS [stay]");
  const auto access = client::load_kubeconfig(arguments[0]);
  if (!access) give_up(access.error().message);
  std::ifstream file(arguments[1]);
  std::vector<Chain> chains;
  for (std::string line; std::getline(file, line);) chains.push_back(parse_chain(line));
  if (!file.eof()) give_up("cannot read " + arguments[1]);

  boost::asio::io_context io(1);
  client::AsioHttpOptions options;
  options.user_agent = "bare-loop";
  options.connections_max = connections;
  const auto http = client::make_asio_http_client(io, *access, options);
  if (!http) give_up(http.error().message);
  Loop(**http, std::move(chains)).run(io, connections);
  if (stay) pause();
  return EXIT_SUCCESS;
}

}  // namespace neuron_scheduler

int main(int argc, char** argv) {
  return neuron_scheduler::bench_bare_loop(std::vector<std::string>(argv + 1, argv + argc));
}
