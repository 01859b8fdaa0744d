#pragma once

#include <stdexcept>
#include <string>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

namespace neuron_scheduler::model {

// What a caller can do about an error; the message says what happened, naming object, field and
// reason.
enum class Errc {
  kInvalid,  // The input breaks its format or a bound; trying again with the same input is useless.
  kNotFound,   // A named file, field or object does not exist.
  kForbidden,  // Credentials are missing, wrong or insufficient.
  kTransport,  // The other side could not be reached, or the connection broke; may work later.
  kTimeout,    // The deadline passed before an answer came.
};

struct Error {
  Errc code = Errc::kInvalid;
  std::string message;
};

template <class T>
using Result = boost::system::result<T, Error>;

// Found by argument-dependent lookup from result<T>::value(); code that checks first never comes
// here.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location& /*where*/) {
  throw std::runtime_error(error.message);
}

[[nodiscard]] inline Error invalid(std::string message) {
  return Error{Errc::kInvalid, std::move(message)};
}

}  // namespace neuron_scheduler::model
