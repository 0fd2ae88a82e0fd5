#include "shortlist/io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <utility>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;
constexpr size_t kMostOfAStream = size_t{256} << 20;  // a device such as /dev/zero is endless
constexpr size_t kHugePage = size_t{2} << 20;
constexpr std::string_view kTemporary = ".tmp-";

// Errors of the system, which may be temporary, are not errors of the file.
Error cannot_read(const std::string& path, int reason) {
  for (int passing : {EMFILE, ENFILE, ENOMEM, EIO, ESTALE})
    if (reason == passing) return failed("cannot read {}: {}", path, std::strerror(reason));
  return data_error("cannot read {}: {}", path, std::strerror(reason));
}
Error cannot_write(const std::string& path, int reason) {
  return failed("cannot write {}: {}", path, std::strerror(reason));
}

// Devices, pipes and folders on some file systems return EINVAL: there is nothing to sync.
bool sync_to_disk(int descriptor) { return ::fsync(descriptor) == 0 || errno == EINVAL; }

// Closes at the end of the scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

int open_new(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

std::string parent_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

const char* type_name(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "not a regular file";
}

// NAME.tmp-PROCESS-NUMBER, the pattern of AtomicFile.
bool is_temporary(std::string_view name) {
  const size_t at = name.rfind(kTemporary);
  if (at == name.npos || at == 0) return false;
  name.remove_prefix(at + kTemporary.size());
  const size_t dash = name.find('-');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  return dash != name.npos && is_number(name.substr(0, dash)) && is_number(name.substr(dash + 1));
}

// The file must already be synced to disk.
void give_name(const std::string& written, const std::string& path) {
  if (::rename(written.c_str(), path.c_str()) != 0) throw cannot_write(path, errno);
  sync_folder(parent_folder(path));
}

}  // namespace

std::string read_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) throw cannot_read(path, errno);
  struct stat status {};
  std::string text;
  if (::fstat(file.number, &status) == 0 && S_ISREG(status.st_mode)) text.reserve(status.st_size + 1);
  for (;;) {
    const size_t size = text.size();
    text.resize(std::max(text.capacity(), size + kBufferBytes));
    const ssize_t got = ::read(file.number, text.data() + size, text.size() - size);
    text.resize(size + std::max<ssize_t>(got, 0));
    if (got == 0) return text;
    if (got < 0 && errno != EINTR) throw cannot_read(path, errno);
    if (!S_ISREG(status.st_mode) && text.size() > kMostOfAStream)
      throw data_error("cannot read {}: it is {} with more than {} bytes", path, type_name(status.st_mode),
                       kMostOfAStream);
  }
}

std::filesystem::file_type type_of_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::status_known(status)) throw cannot_read(path, error.value());
  return status.type();
}

void make_directories(const std::string& path) {
  std::error_code reason;
  std::filesystem::create_directories(path, reason);
  if (reason) throw failed("cannot create the folder {}: {}", path, std::strerror(reason.value()));
}

void sync_folder(const std::string& folder) {
  const Descriptor open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (open.number < 0) throw cannot_write(folder, errno);
  if (!sync_to_disk(open.number)) throw cannot_write(folder, errno);
}

OutputFile::OutputFile(const std::string& path, const std::string& shown)
    : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
      shown_(shown.empty() ? path : shown) {
  if (descriptor_ < 0) throw cannot_write(shown_, errno);
}

std::optional<OutputFile> OutputFile::create_new(const std::string& path, const std::string& shown) {
  const int descriptor = open_new(path);
  if (descriptor >= 0) return OutputFile(descriptor, shown.empty() ? path : shown);
  if (errno == EEXIST) return std::nullopt;
  throw cannot_write(shown.empty() ? path : shown, errno);
}

OutputFile OutputFile::append(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) throw cannot_write(path, errno);
  return OutputFile(descriptor, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      shown_(std::move(other.shown_)),
      buffer_(std::move(other.buffer_)) {}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  write_now(buffer_);
  ::close(descriptor_);
}

bool OutputFile::write_now(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
    if (done >= 0) {
      bytes = bytes.subspan(done);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void OutputFile::write(Bytes bytes) {
  SHORTLIST_CHECK(descriptor_ >= 0);
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() <= kBufferBytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  } else if (!write_now(bytes)) {
    throw cannot_write(shown_, errno);
  }
}

void OutputFile::flush() {
  const bool written = write_now(buffer_);
  const int reason = errno;
  buffer_.clear();  // even on failure: it is unknown how much reached the file
  if (!written) throw cannot_write(shown_, reason);
}

void OutputFile::sync() {
  flush();
  if (!sync_to_disk(descriptor_)) throw cannot_write(shown_, errno);
}

void OutputFile::close() {
  flush();
  if (::close(std::exchange(descriptor_, -1)) != 0) throw cannot_write(shown_, errno);
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    file_.emplace(path);
    return;
  }
  for (int n = 0; !file_; ++n) {
    temporary_ = fmt::format("{}{}{}-{}", path, kTemporary, ::getpid(), n);
    if (auto file = OutputFile::create_new(temporary_, path)) file_.emplace(std::move(*file));
  }
}

AtomicFile::~AtomicFile() {
  if (file_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  SHORTLIST_CHECK(file_);
  file_->sync();
  file_->close();
  if (!temporary_.empty()) {
    give_name(temporary_, path_);
    temporary_.clear();
  }
  file_.reset();
}

void move_into_place(const std::string& written, const std::string& path) {
  const Descriptor file{::open(written.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0 || !sync_to_disk(file.number)) throw cannot_write(path, errno);
  give_name(written, path);
}

std::optional<FileLock> FileLock::try_lock(const std::string& path) {
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (lock.descriptor_ < 0) throw cannot_write(path, errno);
  while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw cannot_write(path, errno);
  }
  // The previous owner may have removed the file, and another process may have created a new one.
  struct stat locked {
  }, there{};
  if (::fstat(lock.descriptor_, &locked) != 0 || ::stat(path.c_str(), &there) != 0 ||
      locked.st_ino != there.st_ino || locked.st_dev != there.st_dev)
    return std::nullopt;
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void write_file_atomically(const std::string& path, Bytes bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_file_atomically(const std::string& path, std::string_view text) {
  write_file_atomically(path, bytes_of(text));
}

void remove_temporaries(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> stale;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_temporary(at->path().filename().string()) && at->is_regular_file(error))
      stale.push_back(at->path());
  }
  for (const fs::path& path : stale) fs::remove(path, error);
}

FileBytes::FileBytes(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe blocks until another process writes to it.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat status {};
  if (file.number < 0 || ::fstat(file.number, &status) != 0) throw cannot_read(path, errno);
  if (!S_ISREG(status.st_mode))
    throw data_error("cannot read {}: it is {}, need a file", path, type_name(status.st_mode));
  const auto all = static_cast<size_t>(status.st_size);
  const size_t alignment = all >= kHugePage ? kHugePage : 64;
  const size_t room = (std::max<size_t>(all, 1) + alignment - 1) / alignment * alignment;
  bytes_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, room)));
  if (bytes_ == nullptr) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  // An index is read at random: with small pages, each read would also miss the TLB.
  if (alignment == kHugePage) ::madvise(bytes_.get(), room, MADV_HUGEPAGE);
#endif
  while (size_ < all) {
    const ssize_t got = ::read(file.number, bytes_.get() + size_, all - size_);
    if (got == 0) return;  // the file was truncated in the meantime
    if (got < 0 && errno != EINTR) throw cannot_read(path, errno);
    size_ += static_cast<size_t>(std::max<ssize_t>(got, 0));
  }
}

}  // namespace shortlist
