// Stands before the C library's recvmsg and epoll_ctl, for the sake of gRPC core 1.51: that core
// reads a connection until nothing is left, and does all that came of it before it looks at others.
// A client that sends faster than that is done (calls opened and cancelled at once, CVE-2023-44487)
// has the one serving thread for itself, and nobody else is answered for as long as it goes on.
//
// Here a connection is read for one turn's bytes, then "nothing is left" is said although something
// is, and epoll is told to report the descriptor anew, behind those that wait already. Nothing is
// lost and nobody is refused: who sends more than a turn in one piece waits for the others' turns.
//
// Found by the linker as connection_gate.c says. In this program only the core calls recvmsg.
#define _GNU_SOURCE
#include "connection_gate.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// At a turn's end: the core takes the first "nothing is left" of a read that has brought
// something as that read's end, and reads again; it waits for epoll after the second.
static const int pauses_per_turn = 2;

// All relaxed: the core hands a descriptor from thread to thread in an order of its own, and two
// that read one connection at once would lengthen or shorten a turn, no more.
struct turn {
  // As the descriptor was added to epoll; no events: never.
  atomic_int epoll;
  atomic_uint events;
  _Atomic uint64_t data;
  atomic_int spent;
  atomic_int pauses;
};

#define get(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define put(field, value) atomic_store_explicit(&(field), (value), memory_order_relaxed)

enum { turns_per_block = 4096, blocks = 256 };
static struct turn *_Atomic table[blocks];
static atomic_int turn_bytes;

// A descriptor's turn; NULL beyond the table or without memory, which then has no turns.
static struct turn *turn_of(int fd, int make) {
  if (fd < 0 || fd >= turns_per_block * blocks) return NULL;
  struct turn *_Atomic *place = &table[fd / turns_per_block];
  struct turn *block = atomic_load_explicit(place, memory_order_acquire);
  if (block == NULL && make) {
    struct turn *made = calloc(turns_per_block, sizeof *made);
    if (made == NULL) return NULL;
    if (atomic_compare_exchange_strong(place, &block, made)) {
      block = made;
    } else {
      free(made);
    }
  }
  return block == NULL ? NULL : &block[fd % turns_per_block];
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  struct turn *turn = turn_of(fd, operation == EPOLL_CTL_ADD);
  if (turn != NULL && operation == EPOLL_CTL_ADD && event != NULL) {
    put(turn->epoll, epoll);
    put(turn->events, event->events);
    put(turn->data, event->data.u64);
    put(turn->spent, 0);
    put(turn->pauses, 0);
  }
  return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
}

// Whether the descriptor waits for its next turn; epoll reports it anew then.
static int pauses(int fd, struct turn *turn) {
  int left = get(turn->pauses);
  if (left == 0) return 0;
  struct epoll_event event = {.events = get(turn->events), .data.u64 = get(turn->data)};
  if (syscall(SYS_epoll_ctl, get(turn->epoll), EPOLL_CTL_MOD, fd, &event) != 0) return 0;
  put(turn->pauses, left - 1);
  return 1;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  struct turn *turn = turn_of(fd, 0);
  int limit = get(turn_bytes);
  if (limit == 0 || turn == NULL || (get(turn->events) & EPOLLET) == 0) {
    return syscall(SYS_recvmsg, fd, message, flags);
  }
  if (pauses(fd, turn)) {
    errno = EAGAIN;
    return -1;
  }
  size_t spent = (size_t)get(turn->spent);
  size_t room = spent < (size_t)limit ? (size_t)limit - spent : 1;
  // No more than the rest of the turn: the buffers are shortened for the call.
  size_t count = message->msg_iovlen, used = 0, before = 0, asked = 0;
  while (used < count && asked < room) {
    struct iovec *part = &message->msg_iov[used++];
    before = part->iov_len;
    if (before > room - asked) part->iov_len = room - asked;
    asked += part->iov_len;
  }
  message->msg_iovlen = used;
  ssize_t got = syscall(SYS_recvmsg, fd, message, flags);
  int code = errno;
  message->msg_iovlen = count;
  if (used > 0) message->msg_iov[used - 1].iov_len = before;
  // Less than asked for: nothing is left, and the turn ends by itself.
  int total = got > 0 && (size_t)got == asked ? (int)(spent + asked) : 0;
  int is_over = total >= limit;
  put(turn->spent, is_over ? 0 : total);
  if (is_over) put(turn->pauses, pauses_per_turn);
  errno = code;
  return got;
}

void connection_gate_set_turn(int32_t bytes) { put(turn_bytes, bytes < 0 ? 0 : bytes); }
