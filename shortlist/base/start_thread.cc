#include "shortlist/base/start_thread.h"

#include <system_error>

#include "shortlist/base/error.h"

namespace shortlist {

std::thread start_thread(std::function<void()> work) try {
  return std::thread(std::move(work));
} catch (const std::system_error& error) {
  throw failed("cannot start a thread: {}", error.code().message());
}

}  // namespace shortlist
