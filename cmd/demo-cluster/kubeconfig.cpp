#include "cmd/demo-cluster/kubeconfig.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace neuron_scheduler::demo {
namespace {

// Writes all and closes the file; the reason it failed, or 0.
int fill(int file, const std::string& text) {
  std::size_t done = 0;
  int reason = 0;
  while (done < text.size() && reason == 0) {
    const ssize_t written = write(file, text.data() + done, text.size() - done);
    if (written >= 0) done += static_cast<std::size_t>(written);
    if (written < 0 && errno != EINTR) reason = errno;
  }
  if (close(file) != 0 && reason == 0) reason = errno;
  return reason;
}

}  // namespace

std::string kubeconfig_text(const std::string& url) {
  return "apiVersion: v1\n"
         "kind: Config\n"
         "clusters:\n"
         "  - name: demo-cluster\n"
         "    cluster:\n"
         "      server: " +
         url +
         "\n"
         "users:\n"
         "  - name: anybody\n"
         "    user: {}\n"
         "contexts:\n"
         "  - name: demo-cluster\n"
         "    context:\n"
         "      cluster: demo-cluster\n"
         "      user: anybody\n"
         "current-context: demo-cluster\n";
}

std::optional<model::Error> write_file(const std::string& path, const std::string& text) {
  const auto fail = [&](int reason) {
    return model::Error{model::Errc::kTransport,
                        "cannot write " + path + ": " + std::strerror(reason)};
  };
  std::string temporary = path + '.' + std::string(6, 'X');  // What mkstemp wants to replace.
  const int file = mkstemp(temporary.data());
  if (file < 0) return fail(errno);
  int reason = fill(file, text);
  if (reason == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) return std::nullopt;
  unlink(temporary.c_str());
  return fail(reason);
}

}  // namespace neuron_scheduler::demo
