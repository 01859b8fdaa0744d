// What the embedded API server takes: Bindings from a bare loop over some kept connections, with a
// watcher of all pods attached. Server and clients have a thread each; nothing else runs.
#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cluster/embedded/server/server.hpp"
#include "cmd/demo-cluster/node_groups.hpp"
#include "cmd/neuron-scheduler/system_clock.hpp"

namespace neuron_scheduler {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

struct Settings {
  std::size_t nodes = 5'000;
  std::size_t pods = 20'000;
  std::size_t connections = 8;
  std::size_t rounds = 5;
};

struct Round {
  double per_second = 0;
  double median_us = 0;
  double p99_us = 0;
  double server_us = 0;     // CPU time of the server's thread for one Binding, the watch included.
  double watch_lag_ms = 0;  // From the last answer to the last line of the watch.
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench embedded_load: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

std::string pod_body(std::size_t number) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"bench-)" + std::to_string(number) +
         R"(","namespace":"default"},"spec":{"schedulerName":"neuron-scheduler",)"
         R"("restartPolicy":"Never","terminationGracePeriodSeconds":0,)"
         R"("containers":[{"name":"main","image":"example.invalid/app:1","resources":{)"
         R"("requests":{"aws.amazon.com/neuroncore":"1"},)"
         R"("limits":{"aws.amazon.com/neuroncore":"1"}}}]}})";
}

// As the scheduler sends it, with all its annotations.
std::string binding_request(std::size_t number, const std::string& uid, const std::string& node) {
  const std::string name = "bench-" + std::to_string(number);
  const std::string body =
      R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":")" + name +
      R"(","namespace":"default","uid":")" + uid +
      R"(","annotations":{"AWS_NEURON_IDS":"0","NEURON_RESOURCE_TYPE":"aws.amazon.com/neuroncore",)"
      R"("NEURON_ALLOC_TIME":"1795544192000000000","NEURON_ALLOCATED":"false",)"
      R"("aws.amazon.com/predicate-node":")" +
      node + R"(","hami.io/vgpu-node":")" + node +
      R"(","hami.io/vgpu-time":"1795544192","hami.io/bind-time":"1795544192",)"
      R"("hami.io/bind-phase":"allocating","hami.io/aws-neuron-devices-allocated":")" +
      node + R"(-AWSNeuron-0,AWSNeuron,0,1:;"}},"target":{"kind":"Node","name":")" + node +
      R"("}})";
  return "POST /api/v1/namespaces/default/pods/" + name +
         "/binding?timeout=10s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
         "Content-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// The server on a thread of its own.
class Served {
 public:
  explicit Served(const Settings& settings) : api_(clock_, {}) {
    fill(settings);
    embedded::ServerOptions options;
    auto made = embedded::make_server(io_, api_, clock_, "127.0.0.1", 0, std::move(options));
    if (!made) give_up(made.error().message);
    server_ = std::move(*made);
    port_ = server_->port();
    version_ = api_.resource_version();
    thread_ = std::thread([this] { io_.run(); });
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() {
    io_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }

  [[nodiscard]] double cpu_seconds() {
    clockid_t clock{};
    timespec time{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

 private:
  boost::json::value create(std::string_view target, const std::string& body) {
    embedded::ApiRequest request;
    request.method = "POST";
    request.target = target;
    request.content_type = "application/json";
    request.body = body;
    const embedded::ApiAnswer answer = api_.handle(request);
    if (answer.status != 201) give_up(answer.body);
    return boost::json::parse(answer.body);
  }

  void fill(const Settings& settings) {
    constexpr std::array<std::string_view, 5> kTypes{
        "trn1.32xlarge=1", "trn2.48xlarge=1", "inf2.48xlarge=1", "inf1.6xlarge=1", "inf2.xlarge=1"};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < settings.nodes; ++i) {
      const auto group = demo::parse_node_group(kTypes[i % kTypes.size()]);
      const auto node = demo::make_node(*group, i, clock_.wall());
      names.emplace_back(node.at("metadata").at("name").as_string());
      create("/api/v1/nodes", boost::json::serialize(node));
    }
    for (std::size_t i = 0; i < settings.pods; ++i) {
      const auto made = create("/api/v1/namespaces/default/pods", pod_body(i));
      const std::string uid(made.at("metadata").at("uid").as_string());
      requests_.push_back(binding_request(i, uid, names[i % names.size()]));
    }
  }

  cmd::SystemClock clock_;
  embedded::Api api_;
  asio::io_context io_{1};
  std::unique_ptr<embedded::Server> server_;
  std::uint16_t port_ = 0;
  std::uint64_t version_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// Sends its requests one after the other over one connection.
class Binder {
 public:
  Binder(asio::io_context& io, std::uint16_t port, std::function<void()> on_answer)
      : socket_(io), on_answer_(std::move(on_answer)) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    socket_.set_option(tcp::no_delay(true));
  }

  void add(const std::string& request) { requests_.push_back(&request); }
  void start() { send(); }

  std::vector<double> times_us;

 private:
  void send() {
    if (next_ == requests_.size()) return;
    begin_ = Steady::now();
    received_.clear();
    const std::string& request = *requests_[next_++];
    asio::async_write(socket_, asio::buffer(request), [this](const error_code& error, std::size_t) {
      if (error) give_up("writing: " + error.message());
      read();
    });
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const error_code& error,
                                                          std::size_t size) {
      if (error) give_up("reading: " + error.message());
      received_.append(buffer_.data(), size);
      if (!is_whole()) return read();
      if (!received_.starts_with("HTTP/1.1 201")) give_up(received_);
      times_us.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begin_).count());
      on_answer_();
      send();
    });
  }

  [[nodiscard]] bool is_whole() const {
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t head = received_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::size_t at = received_.find(kLength);
    if (at == std::string::npos) give_up(received_);
    const auto length = std::strtoul(received_.c_str() + at + kLength.size(), nullptr, 10);
    return received_.size() >= head + 4 + length;
  }

  tcp::socket socket_;
  std::function<void()> on_answer_;
  std::vector<const std::string*> requests_;
  std::size_t next_ = 0;
  Steady::time_point begin_;
  std::string received_;
  std::array<char, 8192> buffer_{};
};

// Counts what a watch of all pods says.
class Watcher {
 public:
  Watcher(asio::io_context& io, std::uint16_t port, std::uint64_t version) : socket_(io) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
    const std::string request =
        "GET /api/v1/pods?watch=1&resourceVersion=" + std::to_string(version) +
        " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    asio::write(socket_, asio::buffer(request));
    buffer_.resize(std::size_t{256} << 10);
  }

  void start() {
    socket_.async_read_some(
        asio::buffer(buffer_), [this](const error_code& error, std::size_t size) {
          if (error) give_up("watch: " + error.message());
          // No line of ours holds this in a value; what is cut between two reads is kept.
          rest_.append(buffer_.data(), size);
          constexpr std::string_view kLine = R"({"type":"MODIFIED")";
          std::size_t at = 0;
          for (std::size_t found = rest_.find(kLine); found != std::string::npos;
               found = rest_.find(kLine, at)) {
            ++lines;
            at = found + kLine.size();
          }
          rest_.erase(0, std::max(at, rest_.size() - std::min(rest_.size(), kLine.size())));
          start();
        });
  }

  std::size_t lines = 0;

 private:
  tcp::socket socket_;
  std::string buffer_;
  std::string rest_;
};

double quantile(std::vector<double>& values, double part) {
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

double seconds(Steady::duration time) { return std::chrono::duration<double>(time).count(); }

Round run_round(const Settings& settings) {
  Served served(settings);
  asio::io_context io(1);
  Watcher watcher(io, served.port(), served.version());
  watcher.start();
  std::size_t answers = 0;
  Steady::time_point last_answer;
  std::vector<std::unique_ptr<Binder>> binders;
  for (std::size_t i = 0; i < settings.connections; ++i) {
    binders.push_back(std::make_unique<Binder>(io, served.port(), [&] {
      if (++answers == settings.pods) last_answer = Steady::now();
    }));
  }
  for (std::size_t i = 0; i < settings.pods; ++i) {
    binders[i % binders.size()]->add(served.requests()[i]);
  }
  const double cpu = served.cpu_seconds();
  const Steady::time_point begin = Steady::now();
  for (const auto& binder : binders) binder->start();
  while (answers < settings.pods || watcher.lines < settings.pods) {
    if (io.run_one_for(std::chrono::seconds(10)) == 0) give_up("nothing happens any more");
  }
  const Steady::time_point end = Steady::now();
  std::vector<double> times;
  for (const auto& binder : binders) {
    times.insert(times.end(), binder->times_us.begin(), binder->times_us.end());
  }
  const auto count = static_cast<double>(settings.pods);
  Round round;
  round.per_second = count / seconds(last_answer - begin);
  round.median_us = quantile(times, 0.5);
  round.p99_us = quantile(times, 0.99);
  round.server_us = (served.cpu_seconds() - cpu) * 1e6 / count;
  round.watch_lag_ms = seconds(end - last_answer) * 1e3;
  return round;
}

void show(const std::string& label, const Round& round) {
  std::printf("%-8s%14.0f%12.0f%12.0f%18.1f%18.1f\n", label.c_str(), round.per_second,
              round.median_us, round.p99_us, round.server_us, round.watch_lag_ms);
  std::fflush(stdout);
}

double median_of(const std::vector<Round>& rounds, double Round::*field) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*field);
  return quantile(values, 0.5);
}

// "--pods 1000"; anything else is explained.
Settings parse(const std::vector<std::string>& arguments) {
  Settings settings;
  const std::array<std::pair<std::string_view, std::size_t*>, 4> names{
      {{"--nodes", &settings.nodes},
       {"--pods", &settings.pods},
       {"--connections", &settings.connections},
       {"--rounds", &settings.rounds}}};
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const auto name = std::find_if(names.begin(), names.end(),
                                   [&](const auto& each) { return each.first == arguments[i]; });
    const std::size_t number =
        i + 1 < arguments.size() ? std::strtoul(arguments[i + 1].c_str(), nullptr, 10) : 0;
    if (name == names.end() || number == 0) {
      give_up("usage: [--nodes N] [--pods N] [--connections N] [--rounds N]");
    }
    *name->second = number;
  }
  return settings;
}

}  // namespace

int bench_embedded_load(const std::vector<std::string>& arguments) {
  const Settings settings = parse(arguments);
  std::printf("%zu nodes, %zu pods, %zu connections and a watch of all pods, %u CPUs\n",
              settings.nodes, settings.pods, settings.connections,
              std::thread::hardware_concurrency());
  std::printf("%-8s%14s%12s%12s%18s%18s\n", "", "bindings/s", "median us", "p99 us",
              "server CPU us", "watch lag ms");
  std::vector<Round> rounds;
  for (std::size_t i = 0; i < settings.rounds; ++i) {
    rounds.push_back(run_round(settings));
    show(std::to_string(i + 1), rounds.back());
  }
  Round median;
  for (double Round::*const field : {&Round::per_second, &Round::median_us, &Round::p99_us,
                                     &Round::server_us, &Round::watch_lag_ms}) {
    median.*field = median_of(rounds, field);
  }
  show("median", median);
  return EXIT_SUCCESS;
}

}  // namespace neuron_scheduler

int main(int argc, char** argv) {
  return neuron_scheduler::bench_embedded_load(std::vector<std::string>(argv + 1, argv + argc));
}
