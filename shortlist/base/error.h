// Errors: what a user can cause or mend is an Error; what only a programmer can cause is a check.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace shortlist {

// The values are the program's exit codes.
enum class ErrorKind {
  failed = 1,         // the machine said no: a full disk, a read-only folder
  usage = 2,          // wrong flags, or a config that does not hold together
  data = 3,           // a table, bundle or checkpoint that is missing, damaged or does not fit
  interrupted = 130,  // the user asked to stop
};

// Its message says which thing, what was got, and what is needed, in the user's own names.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind), message_(message) {}
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }  // what() ends where the user's text holds a NUL

 private:
  ErrorKind kind_;
  std::string message_;
};

template <typename... Args>
Error failed(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::failed, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Error usage_error(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::usage, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
Error data_error(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::data, fmt::format(format, std::forward<Args>(args)...));
}

// An assumption of the programmer that does not hold: a fault of this library, never of its user. Its message
// names file, line and condition. The program ends with kCheckFailedCode.
class CheckFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
constexpr int kCheckFailedCode = 70;  // EX_SOFTWARE of sysexits.h

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace shortlist

// Throws CheckFailed if a programmer's assumption does not hold; never for bad input.
#define SHORTLIST_CHECK(condition) \
  ((condition) ? void() : ::shortlist::check_failed(#condition, __FILE__, __LINE__))
