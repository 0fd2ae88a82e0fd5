// The program `shortlist`.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "shortlist/base/error.h"
#include "shortlist/base/standard_streams.h"
#include "shortlist/cli/arguments.h"
#include "shortlist/cli/stop.h"
#include "shortlist/math/vector_target.h"

namespace {

int fail(const std::string& message, int code) {
  std::fflush(stdout);
  shortlist::write_message("shortlist: " + message + "\n");
  return code;
}
int fail(const std::string& message, shortlist::ErrorKind kind) {
  return fail(message, static_cast<int>(kind));
}

}  // namespace

int main(int count, char** arguments) {
  using shortlist::ErrorKind;
  shortlist::open_closed_streams();
  shortlist::prepare_signals();
  try {
    shortlist::force_vector_target_of_environment();
    const auto command = shortlist::parse_arguments(count, arguments);
    if (command) command();
    shortlist::flush_output();
    return 0;
  } catch (const shortlist::Error& error) {
    return fail(error.message(), error.kind());
  } catch (const shortlist::CheckFailed& fault) {
    return fail(fmt::format("{}\nThis is a bug in Shortlist. Please report it.", fault.what()),
                shortlist::kCheckFailedCode);
  } catch (const std::bad_alloc&) {
    return fail("out of memory", ErrorKind::failed);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(fmt::format("{}: {}", error.path1().string(), error.code().message()), ErrorKind::failed);
  } catch (const std::exception& error) {
    return fail(error.what(), ErrorKind::failed);
  }
}
