// Stands before the C library's accept4, for the sake of gRPC core 1.51: where accept4 fails for
// any reason but EAGAIN and EINTR (no descriptor left, a client that has given up meanwhile), that
// core closes its listener for good and says so in one line of its log (grpc issues 20418, 29308).
// The port would be dead while the process lives. Nor does it bound the number of connections.
//
// Here such a failure costs the one connection: a spare descriptor is kept to take it with and
// reset it, so that the client notices and the listener's queue does not stay full.
//
// The linker lets shared libraries find this accept4 before the C library's, because it is defined
// in the executable and libgrpc asks for it.
#define _GNU_SOURCE
#include "connection_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
// All below: only under `gate`.
static int32_t limit;
static int32_t count;
static uint64_t refused;
static uint64_t starved;
static int spare = -1;
// By descriptor, the socket's number that tells it from a later one in its place; 0: none of ours.
static ino_t *sockets;
static int32_t capacity;
// When the closed were last looked for, in nanoseconds of the monotonic clock.
static int64_t looked_at;
// With the limit reached, each look costs a call for every connection: under a flood of new ones
// nothing else would be done.
static const int64_t look_interval = 100 * 1000 * 1000;

static int64_t monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 * 1000 * 1000 + now.tv_nsec;
}

static ino_t socket_number(int descriptor) {
  struct stat info;
  return fstat(descriptor, &info) == 0 && S_ISSOCK(info.st_mode) ? info.st_ino : 0;
}

static void forget_closed(void) {
  looked_at = monotonic_now();
  for (int32_t fd = 0; fd < capacity; fd++) {
    if (sockets[fd] != 0 && socket_number(fd) != sockets[fd]) {
      sockets[fd] = 0;
      count--;
    }
  }
}

// Whether the connection may stay; it counts from then on.
static int admitted(int fd) {
  if (fd >= capacity) {
    int32_t wanted = capacity == 0 ? 256 : capacity;
    while (wanted <= fd) wanted *= 2;
    ino_t *more = realloc(sockets, (size_t)wanted * sizeof *more);
    if (more == NULL) return 0;
    for (int32_t i = capacity; i < wanted; i++) more[i] = 0;
    sockets = more;
    capacity = wanted;
  }
  if (sockets[fd] == 0) count++;
  sockets[fd] = socket_number(fd);
  if (limit == 0 || count <= limit) return 1;
  if (monotonic_now() - looked_at >= look_interval) forget_closed();
  if (count <= limit) return 1;
  sockets[fd] = 0;
  count--;
  return 0;
}

static void reset(int fd) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

// Takes one connection with the spare descriptor and resets it. 0: there was none to spare.
static int shed(int listener) {
  if (spare < 0) return 0;
  close(spare);
  int fd = (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0) {
    reset(fd);
    starved++;
  }
  spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return fd >= 0;
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
  socklen_t room = length == NULL ? 0 : *length;
  while (1) {
    if (length != NULL) *length = room;
    int fd = (int)syscall(SYS_accept4, listener, address, length, flags);
    int code = errno;
    pthread_mutex_lock(&gate);
    if (spare < 0) spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int done = 1;
    if (fd >= 0) {
      done = admitted(fd);
      if (!done) {
        refused++;
        reset(fd);
      }
    } else if (code == EMFILE || code == ENFILE) {
      done = !shed(listener);
      code = EAGAIN;
    } else if (code == ECONNABORTED || code == EPROTO || code == EPERM) {
      done = 0;  // That connection has gone; the next may not have.
    } else if (code == ENOBUFS || code == ENOMEM) {
      code = EAGAIN;
    }
    pthread_mutex_unlock(&gate);
    if (done) {
      errno = code;
      return fd;
    }
  }
}

void connection_gate_set_limit(int32_t most) {
  pthread_mutex_lock(&gate);
  limit = most;
  if (spare < 0) spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pthread_mutex_unlock(&gate);
}

int32_t connection_gate_open(void) {
  pthread_mutex_lock(&gate);
  forget_closed();
  int32_t open = count;
  pthread_mutex_unlock(&gate);
  return open;
}

static uint64_t read_locked(const uint64_t *counter) {
  pthread_mutex_lock(&gate);
  uint64_t value = *counter;
  pthread_mutex_unlock(&gate);
  return value;
}

uint64_t connection_gate_refused(void) { return read_locked(&refused); }

uint64_t connection_gate_starved(void) { return read_locked(&starved); }
