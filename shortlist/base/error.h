// Errors: what a user can cause or fix is an Error; what only a programmer can cause is a check.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace shortlist {

// The values are the program's exit codes.
enum class ErrorKind {
  failed = 1,         // the system refused: a full disk, a read-only folder
  usage = 2,          // wrong flags, or an inconsistent config
  data = 3,           // a table, bundle or checkpoint that is missing, damaged or does not match
  interrupted = 130,  // the user asked to stop
};

// The message says which thing is wrong, what was found and what is needed, in the user's own names.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind), message_(message) {}
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }  // what() stops at a NUL; this does not

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

// A programmer's assumption is wrong: a bug in this library, never the user's mistake. The message contains
// the file, line and condition. The program exits with kCheckFailedCode.
class CheckFailed : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
constexpr int kCheckFailedCode = 70;  // EX_SOFTWARE of sysexits.h

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace shortlist

// Throws CheckFailed if the condition is false. For programmer's assumptions, never for bad input.
#define SHORTLIST_CHECK(condition) \
  ((condition) ? void() : ::shortlist::check_failed(#condition, __FILE__, __LINE__))
