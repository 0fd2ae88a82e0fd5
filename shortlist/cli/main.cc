// The program `shortlist`.
#include <fmt/format.h>

#include <cstdio>
#include <new>

#include "shortlist/base/error.h"
#include "shortlist/cli/arguments.h"
#include "shortlist/cli/stop.h"
#include "shortlist/math/vector_target.h"

namespace {

int fail(const char* message, shortlist::ErrorKind kind) {
  std::fflush(stdout);
  fmt::print(stderr, "shortlist: {}\n", message);
  return static_cast<int>(kind);
}

}  // namespace

int main(int count, char** arguments) {
  shortlist::prepare_signals();
  try {
    shortlist::force_vector_target_of_environment();
    const auto command = shortlist::parse_arguments(count, arguments);
    if (command) command();
    return 0;
  } catch (const shortlist::Error& error) {
    return fail(error.what(), error.kind());
  } catch (const std::bad_alloc&) {
    return fail("out of memory", shortlist::ErrorKind::failed);
  } catch (const std::exception& error) {
    return fail(error.what(), shortlist::ErrorKind::failed);
  }
}
