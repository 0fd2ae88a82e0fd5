// Replaces operator new and delete of the program, so that large vectors can be in files (base/spill.h).
// Sanitizers replace them too, so programs with one cannot spill.
#include <cstdlib>
#include <new>

#include "shortlist/base/spill.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHORTLIST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SHORTLIST_SANITIZED 1
#endif
#endif

#ifndef SHORTLIST_SANITIZED

namespace {

const bool replaced = (shortlist::set_can_spill(), true);

void* allocate(size_t bytes) {
  if (void* data = shortlist::spill(bytes)) return data;
  for (;;) {
    if (void* data = std::malloc(bytes == 0 ? 1 : bytes)) return data;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void release(void* data) noexcept {
  if (!shortlist::unspill(data)) std::free(data);
}

}  // namespace

void* operator new(size_t bytes) { return allocate(bytes); }
void* operator new[](size_t bytes) { return allocate(bytes); }
void operator delete(void* data) noexcept { release(data); }
void operator delete[](void* data) noexcept { release(data); }
void operator delete(void* data, size_t) noexcept { release(data); }
void operator delete[](void* data, size_t) noexcept { release(data); }

#endif
