// The start of a program for systems with a glibc before 2.34. Linked with a newer one, a program leaves its
// constructors to the C library, but only the newer libraries run them. With the old version of the start,
// the program passes a function that runs them, to any library. The linker's --wrap sends the start here.
#define HIDDEN __attribute__((visibility("hidden")))

extern "C" {
using Start = int (*)(int, char**, char**);
using Constructor = void (*)(int, char**, char**);
extern HIDDEN Constructor __preinit_array_start[], __preinit_array_end[];
extern HIDDEN Constructor __init_array_start[], __init_array_end[];
void _init();
__asm__(".symver old_start, __libc_start_main@GLIBC_2.2.5");
int old_start(Start main, int count, char** arguments, Start init, void (*fini)(), void (*loader_fini)(),
              void* stack);

static int construct(int count, char** arguments, char** environment) {
  for (auto* each = __preinit_array_start; each != __preinit_array_end; ++each)
    (*each)(count, arguments, environment);
  _init();
  for (auto* each = __init_array_start; each != __init_array_end; ++each)
    (*each)(count, arguments, environment);
  return 0;
}

HIDDEN int __wrap___libc_start_main(Start main, int count, char** arguments, Start, void (*fini)(),
                                    void (*loader_fini)(), void* stack) {
  return old_start(main, count, arguments, construct, fini, loader_fini, stack);
}
}
