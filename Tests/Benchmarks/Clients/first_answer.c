// How long a gRPC server takes from exec to its first answered call:
//   first_answer PORT PATH FRAME SECONDS PROGRAM [ARGUMENT...]
// Starts PROGRAM, connects as soon as 127.0.0.1:PORT takes connections, makes one unary call whose
// HTTP/2 bytes were prepared beforehand, and stops the clock at its DATA frame (an error has none).
// Prints milliseconds to the connection, milliseconds to the answer, kB resident (VmRSS) after
// SECONDS more, and milliseconds of CPU until the answer; then ends PROGRAM with SIGTERM.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned char out[8192];
static size_t out_size;

static void put(const void *bytes, size_t size) {
  if (out_size + size > sizeof out) exit(2);
  memcpy(out + out_size, bytes, size);
  out_size += size;
}

static void put_frame(unsigned type, unsigned flags, unsigned stream, const void *bytes,
                      size_t size) {
  unsigned char head[9] = {size >> 16, size >> 8, size, type, flags, 0, 0, 0, stream};
  put(head, sizeof head);
  put(bytes, size);
}

// A header field without indexing or Huffman coding (RFC 7541, 6.2.2); both texts below 127 bytes.
static size_t field(unsigned char *to, const char *name, const char *value) {
  size_t name_size = strlen(name), value_size = strlen(value);
  to[0] = 0;
  to[1] = name_size;
  memcpy(to + 2, name, name_size);
  to[2 + name_size] = value_size;
  memcpy(to + 3 + name_size, value, value_size);
  return 3 + name_size + value_size;
}

static void prepare(const char *path, const char *frame_file) {
  put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
  put_frame(4, 0, 0, "", 0);
  unsigned char headers[512];
  size_t size = field(headers, ":method", "POST");
  size += field(headers + size, ":scheme", "http");
  size += field(headers + size, ":path", path);
  size += field(headers + size, ":authority", "localhost");
  size += field(headers + size, "content-type", "application/grpc");
  size += field(headers + size, "te", "trailers");
  put_frame(1, 4, 1, headers, size);
  unsigned char request[4096];
  FILE *file = fopen(frame_file, "rb");
  if (!file) {
    perror(frame_file);
    exit(2);
  }
  size = fread(request, 1, sizeof request, file);
  fclose(file);
  put_frame(0, 1, 1, request, size);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int connected(int port) {
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, (struct sockaddr *)&address, sizeof address) == 0) {
    int yes = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket_;
  }
  close(socket_);
  return -1;
}

static void read_fully(int socket_, void *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = read(socket_, (char *)bytes + done, size - done);
    if (count <= 0) {
      fprintf(stderr, "the server closed the connection\n");
      exit(1);
    }
    done += count;
  }
}

static void await_data(int socket_) {
  for (;;) {
    unsigned char head[9], body[1 << 14];
    read_fully(socket_, head, sizeof head);
    size_t size = head[0] << 16 | head[1] << 8 | head[2];
    if (size > sizeof body) exit(1);
    read_fully(socket_, body, size);
    if (head[3] == 0 && head[8] == 1) return;
    if (head[3] == 1 && (head[4] & 1)) {
      fprintf(stderr, "the call ended without a message\n");
      exit(1);
    }
  }
}

static long resident_kb(pid_t process) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", process);
  FILE *file = fopen(path, "r");
  long kilobytes = -1;
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld", &kilobytes) == 1) break;
  if (file) fclose(file);
  return kilobytes;
}

// CPU time of all threads so far.
static double cpu_ms(pid_t process) {
  clockid_t clock;
  struct timespec time;
  if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &time)) return -1;
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
  if (count < 6) return 2;
  int port = atoi(arguments[1]);
  prepare(arguments[2], arguments[3]);
  double start = now_ms();
  pid_t server = fork();
  if (server == 0) {
    int null = open("/dev/null", O_RDWR);
    dup2(null, 1);
    dup2(null, 2);
    execv(arguments[5], arguments + 5);
    _exit(127);
  }
  int socket_;
  while ((socket_ = connected(port)) < 0) {
    if (now_ms() - start > 30e3 || waitpid(server, NULL, WNOHANG) == server) {
      fprintf(stderr, "the server did not listen\n");
      return 1;
    }
    usleep(200);
  }
  double connection = now_ms();
  if (write(socket_, out, out_size) != (ssize_t)out_size) return 1;
  await_data(socket_);
  double answer = now_ms(), cpu = cpu_ms(server);
  usleep(atof(arguments[4]) * 1e6);
  printf("%.1f %.1f %ld %.1f\n", connection - start, answer - start, resident_kb(server), cpu);
  // A drain would wait for a client that answers no pings.
  close(socket_);
  kill(server, SIGTERM);
  waitpid(server, NULL, 0);
  return 0;
}
