// Opens many StreamIsActive streams, waits until each has been told `false`, then until each has
// been told `true`:
//   streams PORT FRAME STREAMS CONNECTIONS
// Prints "open MILLISECONDS" and "pushed MILLISECONDS": to the last stream's first message, and
// from the first stream's second message to the last one's; then it ends.
#include <arpa/inet.h>
#include <fcntl.h>
#include <nghttp2/nghttp2.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A message `false` is empty: the gRPC prefix alone. `true` is two bytes more.
enum { false_bytes = 5, true_bytes = 7, most_connections = 64 };

struct stream {
  size_t sent, received;
};

static unsigned char request[4096];
static size_t request_size;
static int stream_count, opened, pushed;
static double first_push, last_push;

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void fail(const char *what) {
  fprintf(stderr, "streams: %s (opened %d, pushed %d of %d)\n", what, opened, pushed,
          stream_count);
  exit(1);
}

static ssize_t read_request(nghttp2_session *session, int32_t id, uint8_t *to, size_t size,
                            uint32_t *flags, nghttp2_data_source *source, void *user) {
  (void)session, (void)id, (void)user;
  struct stream *stream = source->ptr;
  size_t left = request_size - stream->sent;
  if (size > left) size = left;
  memcpy(to, request + stream->sent, size);
  stream->sent += size;
  if (stream->sent == request_size) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return size;
}

static int received(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
                    size_t size, void *user) {
  (void)flags, (void)bytes, (void)user;
  struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
  size_t before = stream->received;
  stream->received += size;
  if (before < false_bytes && stream->received >= false_bytes) opened++;
  size_t both = false_bytes + true_bytes;
  if (before < both && stream->received >= both) {
    last_push = now_ms();
    if (pushed++ == 0) first_push = last_push;
    if (opened < stream_count) fail("the change came before all streams were open");
  }
  return 0;
}

static int closed(nghttp2_session *session, int32_t id, uint32_t code, void *user) {
  (void)session, (void)id, (void)code, (void)user;
  fail("a stream ended");
  return 0;
}

static int connected(int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) fail("cannot connect");
  int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return descriptor;
}

static nghttp2_session *make_session(nghttp2_session_callbacks *callbacks) {
  nghttp2_session *session;
  if (nghttp2_session_client_new(&session, callbacks, NULL)) fail("no session");
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0);
  // No answer shall wait for the connection's window.
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, 1 << 30);
  return session;
}

static nghttp2_nv header(const char *name, const char *value) {
  nghttp2_nv pair = {(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), 0};
  return pair;
}

static void open_stream(nghttp2_session *session, struct stream *stream) {
  nghttp2_nv headers[] = {
      header(":method", "POST"),
      header(":scheme", "http"),
      header(":path", "/externalscaler.ExternalScaler/StreamIsActive"),
      header(":authority", "localhost"),
      header("content-type", "application/grpc"),
      header("te", "trailers"),
  };
  nghttp2_data_provider provider = {.source = {.ptr = stream}, .read_callback = read_request};
  if (nghttp2_submit_request(session, NULL, headers, sizeof headers / sizeof headers[0],
                             &provider, stream) < 0)
    fail("no request");
}

static void flush(nghttp2_session *session, int descriptor) {
  const uint8_t *bytes;
  ssize_t size;
  while ((size = nghttp2_session_mem_send(session, &bytes)) > 0)
    for (ssize_t done = 0; done < size;) {
      ssize_t count = write(descriptor, bytes + done, size - done);
      if (count <= 0) fail("cannot write");
      done += count;
    }
}

static void take(nghttp2_session *session, int descriptor) {
  uint8_t bytes[1 << 16];
  ssize_t size = read(descriptor, bytes, sizeof bytes);
  if (size <= 0) fail("the server closed a connection");
  if (nghttp2_session_mem_recv(session, bytes, size) != size) fail("not HTTP/2");
  flush(session, descriptor);
}

int main(int count, char **arguments) {
  if (count < 5) return 2;
  stream_count = atoi(arguments[3]);
  int connections = atoi(arguments[4]);
  FILE *file = fopen(arguments[2], "rb");
  if (!file || connections > most_connections) return 2;
  request_size = fread(request, 1, sizeof request, file);
  fclose(file);
  nghttp2_session_callbacks *callbacks;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, received);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, closed);

  struct pollfd polled[most_connections];
  nghttp2_session *sessions[most_connections];
  struct stream *streams = calloc(stream_count, sizeof *streams);
  double start = now_ms();
  for (int index = 0; index < connections; index++) {
    polled[index] = (struct pollfd){connected(atoi(arguments[1])), POLLIN, 0};
    sessions[index] = make_session(callbacks);
    // The server's settings say how many streams it allows: they come before any request.
    flush(sessions[index], polled[index].fd);
    take(sessions[index], polled[index].fd);
  }
  for (int index = 0; index < stream_count; index++)
    open_stream(sessions[index % connections], &streams[index]);
  for (int index = 0; index < connections; index++) flush(sessions[index], polled[index].fd);
  int open_said = 0;
  while (pushed < stream_count) {
    if (poll(polled, connections, 120000) == 0) fail("nothing for two minutes");
    for (int index = 0; index < connections; index++)
      if (polled[index].revents) take(sessions[index], polled[index].fd);
    if (opened == stream_count && !open_said++) {
      printf("open %.1f\n", now_ms() - start);
      fflush(stdout);
    }
  }
  printf("pushed %.1f\n", last_push - first_push);
}
