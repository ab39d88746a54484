// Tells ThreadSanitizer what a contended Synchronization.Mutex orders. To be preloaded.
//
// On Linux Mutex takes and gives back a free lock with atomics that are compiled into the caller,
// which the sanitizer sees. A contended one goes through three functions of libswiftSynchronization
// that wait in the kernel (futex, FUTEX_LOCK_PI); that library is not instrumented, so what they
// order is lost, and correct code is reported. Here each of the three is called as it is, and its
// acquire or release is reported to the sanitizer on the lock's own address, where the compiled
// atomics are booked too. Nothing is suppressed: a race beside the lock is found as before.
//
// The names are those of Swift 6.3's Synchronization.swiftmodule; were they to change, this would do
// nothing and the first contended Mutex (`SanitizerCanary none`) would be reported.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// A Swift method takes self in the context register.
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Weak: the symbolizer that the sanitizer starts inherits this library, without a sanitizer in it.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static SWIFT void (*real_lock)(uint32_t thread, SELF);
static SWIFT bool (*real_try_lock)(SELF);
static SWIFT void (*real_unlock)(SELF);

__attribute__((constructor)) static void find_real(void) {
  *(void **)&real_lock = dlsym(RTLD_NEXT, LOCK_SLOW);
  *(void **)&real_try_lock = dlsym(RTLD_NEXT, TRY_LOCK_SLOW);
  *(void **)&real_unlock = dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, SELF handle) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF handle) {
  real_lock(thread, handle);
  __tsan_acquire(handle);
}

SWIFT bool try_lock_slow(SELF handle) __asm__(TRY_LOCK_SLOW);
SWIFT bool try_lock_slow(SELF handle) {
  bool locked = real_try_lock(handle);
  if (locked) __tsan_acquire(handle);
  return locked;
}

SWIFT void unlock_slow(SELF handle) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF handle) {
  __tsan_release(handle);
  real_unlock(handle);
}
