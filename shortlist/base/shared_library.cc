#include "shortlist/base/shared_library.h"

#include <dlfcn.h>
#include <fmt/ranges.h>
#include <link.h>

#include <cstdlib>
#include <filesystem>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// The folder of the shared object that contains this code, such as Python's extension; "" in a program.
std::filesystem::path folder_of_shared_object() {
  Dl_info info;
  void* object = nullptr;
  const auto* here = reinterpret_cast<const void*>(&folder_of_shared_object);
  if (dladdr1(here, &info, &object, RTLD_DL_LINKMAP) == 0) return {};
  return std::filesystem::path(static_cast<const link_map*>(object)->l_name).parent_path();
}

}  // namespace

std::vector<std::string> library_places(const std::string& file, const std::vector<std::string>& below) {
  std::vector<std::string> files;
  const std::filesystem::path shared_object = folder_of_shared_object();
  if (!shared_object.empty()) files.push_back((shared_object / file).string());
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    for (const std::string& one : below) files.push_back((folder / one / file).lexically_normal().string());
  }
  files.push_back(file);
  return files;
}

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
