// Functions whose newest version in glibc is newer than 2.28, with the version of old systems that we use
// instead. The linker's --wrap sends all references to NAME to __wrap_NAME, which goes on to that version.
.macro old name, version
  .symver old_\name, \name@\version
  .globl __wrap_\name
  .hidden __wrap_\name
  .type __wrap_\name, @function
__wrap_\name:
  jmp old_\name@PLT
  .size __wrap_\name, . - __wrap_\name
.endm

.text
old exp, GLIBC_2.2.5
old exp2, GLIBC_2.2.5
old hypot, GLIBC_2.2.5
old log, GLIBC_2.2.5
old log2, GLIBC_2.2.5
old pow, GLIBC_2.2.5
old dladdr, GLIBC_2.2.5
old dladdr1, GLIBC_2.3.3
old dlclose, GLIBC_2.2.5
old dlerror, GLIBC_2.2.5
old dlopen, GLIBC_2.2.5
old dlsym, GLIBC_2.2.5
old pthread_condattr_setclock, GLIBC_2.3.3
old pthread_create, GLIBC_2.2.5
old pthread_detach, GLIBC_2.2.5
old pthread_getspecific, GLIBC_2.2.5
old pthread_join, GLIBC_2.2.5
old pthread_key_create, GLIBC_2.2.5
old pthread_key_delete, GLIBC_2.2.5
old pthread_once, GLIBC_2.2.5
old pthread_rwlock_destroy, GLIBC_2.2.5
old pthread_rwlock_init, GLIBC_2.2.5
old pthread_rwlock_rdlock, GLIBC_2.2.5
old pthread_rwlock_unlock, GLIBC_2.2.5
old pthread_rwlock_wrlock, GLIBC_2.2.5
old pthread_setspecific, GLIBC_2.2.5
old pthread_sigmask, GLIBC_2.2.5

.section .note.GNU-stack, "", @progbits
