#include "shortlist/base/shared_library.h"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>

#include "shortlist/base/error.h"

namespace shortlist {

SharedLibrary::SharedLibrary(Wanted wanted) : wanted_(std::move(wanted)) {
  const char* chosen = std::getenv(wanted_.variable);
  if (chosen != nullptr && *chosen != '\0') wanted_.files = {chosen};
  std::vector<std::string> looked;
  for (const std::string& file : wanted_.files) {
    handle_ = dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle_ != nullptr) {
      file_ = file;
      return;
    }
    const char* reason = dlerror();
    const bool absent = file.find('/') == file.npos || !std::filesystem::exists(file);
    looked.push_back(absent ? file : fmt::format("{} ({})", file, reason));
  }
  throw failed("{} was not found. Looked for: {}. {}", wanted_.name, fmt::join(looked, ", "), wanted_.remedy);
}

void* SharedLibrary::find(const char* name) const {
  void* function = dlsym(handle_, name);
  if (function == nullptr) throw failed("{} has no {}: need {}", file_, name, wanted_.version);
  return function;
}

}  // namespace shortlist
