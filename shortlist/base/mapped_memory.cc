#include "shortlist/base/mapped_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// A new file of the folder that has no name. Some file systems have no O_TMPFILE. Another program that used
// the folder may have removed it when it was empty.
int open_nameless(const char* folder) {
  const auto open = [&] { return ::open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); };
  int file = open();
  if (file < 0 && errno == ENOENT && (::mkdir(folder, 0777) == 0 || errno == EEXIST)) file = open();
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  char path[4096];
  const int size = std::snprintf(path, sizeof path, "%s/.tmp-XXXXXX", folder);
  if (size < 0 || static_cast<size_t>(size) >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  const int named = ::mkostemp(path, O_CLOEXEC);
  if (named >= 0) ::unlink(path);
  return named;
}

// Without reserved space, a full disk would be a SIGBUS at some later write.
bool reserve(int file, size_t bytes) {
  const auto size = static_cast<off_t>(bytes);
  while (::fallocate(file, 0, 0, size) != 0) {
    if (errno == EOPNOTSUPP) return ::ftruncate(file, size) == 0;
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

void* MappedMemory::map(const char* folder, size_t bytes) noexcept {
  const int file = open_nameless(folder);
  if (file < 0) return nullptr;
  void* data = MAP_FAILED;
  if (reserve(file, bytes)) data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const int reason = errno;
  ::close(file);  // the mapping keeps it
  errno = reason;
  return data == MAP_FAILED ? nullptr : data;
}

void MappedMemory::unmap(void* data, size_t bytes) noexcept { ::munmap(data, bytes); }

MappedMemory::MappedMemory(const std::string& folder, size_t bytes) : bytes_(bytes) {
  SHORTLIST_CHECK(bytes > 0);
  data_ = map(folder.c_str(), bytes);
  if (data_ == nullptr)
    throw failed("cannot map a file of {} bytes in {}: {}", bytes, folder, std::strerror(errno));
}

MappedMemory& MappedMemory::operator=(MappedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedMemory::~MappedMemory() {
  if (data_ != nullptr) unmap(data_, bytes_);
}

}  // namespace shortlist
