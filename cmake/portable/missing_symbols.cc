// What glibc 2.28 lacks, built on what it has. The linker's --wrap sends all references to NAME to
// __wrap_NAME.
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#define HIDDEN __attribute__((visibility("hidden")))

// Since 2.32: whether atomic operations may be skipped. They may not.
extern "C" HIDDEN char __libc_single_threaded;
char __libc_single_threaded = 0;

// Functions of their own since 2.33, and before inline functions over these.
extern "C" {
__asm__(".symver old_xstat, __xstat@GLIBC_2.2.5");
__asm__(".symver old_fxstat, __fxstat@GLIBC_2.2.5");
__asm__(".symver old_lxstat, __lxstat@GLIBC_2.2.5");
int old_xstat(int version, const char* path, struct stat* status);
int old_fxstat(int version, int file, struct stat* status);
int old_lxstat(int version, const char* path, struct stat* status);
constexpr int kStatVersion = 1;  // _STAT_VER of x86_64

HIDDEN int __wrap_stat(const char* path, struct stat* status) {
  return old_xstat(kStatVersion, path, status);
}
HIDDEN int __wrap_fstat(int file, struct stat* status) { return old_fxstat(kStatVersion, file, status); }
HIDDEN int __wrap_fstat64(int file, struct stat* status) { return old_fxstat(kStatVersion, file, status); }
HIDDEN int __wrap_lstat(const char* path, struct stat* status) {
  return old_lxstat(kStatVersion, path, status);
}

// Since 2.30: waits by any clock. Here the time left by that clock is added to the condition's own, which is
// the real-time one in the standard library's condition variables.
HIDDEN int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                         const timespec* until) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec now, real_now;
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &real_now);
  // Beyond 30 years from now, the condition is waited for without a limit, in effect.
  const std::int64_t seconds_left = std::min<std::int64_t>(until->tv_sec - now.tv_sec, 1'000'000'000);
  const std::int64_t left = seconds_left * second + until->tv_nsec - now.tv_nsec;
  const std::int64_t nanoseconds = real_now.tv_nsec + std::max<std::int64_t>(left, 0);
  const timespec real_until{real_now.tv_sec + nanoseconds / second, nanoseconds % second};
  return pthread_cond_timedwait(condition, mutex, &real_until);
}

// Since 2.35, with Linux 5.11. Without that, it waits for whole milliseconds.
HIDDEN int __wrap_epoll_pwait2(int epoll, epoll_event* events, int count, const timespec* time,
                               const sigset_t* mask) {
  constexpr long kNumber = 441, kMaskBytes = 8;
  const long result = syscall(kNumber, epoll, events, count, time, mask, kMaskBytes);
  if (result >= 0 || errno != ENOSYS) return static_cast<int>(result);
  std::int64_t milliseconds = -1;
  if (time != nullptr)
    milliseconds =
        std::min<std::int64_t>(time->tv_sec * 1000 + (time->tv_nsec + 999'999) / 1'000'000, INT_MAX);
  return epoll_pwait(epoll, events, count, static_cast<int>(milliseconds), mask);
}

// Since 2.36. The standard library's random_device uses it.
HIDDEN std::uint32_t __wrap_arc4random() {
  std::uint32_t value;
  if (getentropy(&value, sizeof value) != 0) std::abort();
  return value;
}
}

// Debian's libpng.a is compiled for programs: in a shared object it may refer to data of the object alone. So
// its stderr is ours, which has the same value.
extern "C" {
extern FILE* __real_stderr;
HIDDEN FILE* __wrap_stderr = nullptr;
}
namespace {
__attribute__((constructor(101))) void set_stderr() { __wrap_stderr = __real_stderr; }
}  // namespace
