/* The C interface between the program and a module that carries bytes between ranks, such as
 * libshortlist_gloo.so. A module is a shared library that is opened when a job has more than one rank. It is
 * plain C, so no exception and no type of a C++ library crosses the boundary.
 *
 * Functions return 0, or another value and a message in `error`, which has room for `error_bytes` with the
 * closing zero. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHORTLIST_COLLECTIVES_VERSION 1

/* Values by key, the same for all ranks of a job, with which they find each other. The program provides it;
 * a module may use it only within open(). Both functions return 0 or another value for an error. */
typedef struct {
  void* context;
  int (*set)(void* context, const char* key, const void* value, size_t bytes);
  /* Waits until a rank has set the key, then calls take(into, value, bytes) once. */
  int (*get)(void* context, const char* key, void (*take)(void* into, const void* value, size_t bytes),
             void* into);
} ShortlistStore;

typedef struct {
  int rank, size;      /* 0 <= rank < size */
  const char* address; /* a numeric IP address of this machine, at which the other ranks reach it */
  int timeout_ms;      /* for connecting */
  ShortlistStore store;
} ShortlistPlace;

/* The connections of one rank to all others. */
typedef struct ShortlistRanks ShortlistRanks;

typedef struct {
  uint32_t version; /* SHORTLIST_COLLECTIVES_VERSION */
  const char* name; /* for messages: "Gloo" */

  /* Connects to all other ranks, which must call it, too. */
  int (*open)(const ShortlistPlace* place, ShortlistRanks** ranks, char* error, size_t error_bytes);

  /* Sends send_bytes[r] bytes at send[r] to each rank r, and fills received[r] with the received_bytes[r]
   * bytes that rank r sends to this one. All arrays have one entry per rank, and that of the own rank is
   * copied. Waits without a limit: abort() ends it. After an error, `peer` is the rank whose connection
   * failed, or -1, and the connections are of no further use. */
  int (*exchange)(ShortlistRanks* ranks, const void* const* send, const uint64_t* send_bytes,
                  void* const* received, const uint64_t* received_bytes, int* peer, char* error,
                  size_t error_bytes);

  /* Makes a running exchange(), and every later one, fail. May be called from any thread until close(). */
  void (*abort)(ShortlistRanks* ranks);

  void (*close)(ShortlistRanks* ranks);
} ShortlistCollectives;

/* The only symbol of a module. */
const ShortlistCollectives* shortlist_collectives(void);

#ifdef __cplusplus
}
#endif
