// The floor: gRPC core from plain C that answers with fixed bytes and decodes nothing. What a
// server on this core costs above it is that server's own.
//   floor HOST:PORT [CERTIFICATE KEY]
// One completion queue, one thread, one batch per call, 16 slots per method, and the channel
// arguments of the scaler that change what a call costs.
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { slots_per_method = 16 };

struct method {
  const char *path;
  const unsigned char *answer;
  size_t answer_size;
  void *registered;
};

struct slot {
  struct method *method;
  grpc_call *call;
  gpr_timespec deadline;
  grpc_metadata_array metadata;
  grpc_byte_buffer *request, *response;
  int cancelled, answering;
};

// The same bytes as the scaler's answers: metric "desired-replicas", target 1 or value 20 in both
// number fields, and `true`.
static const unsigned char spec[] = "\x0a\x1d\x0a\x10" "desired-replicas" "\x10\x01"
                                    "\x19\x00\x00\x00\x00\x00\x00\xf0\x3f";
static const unsigned char value[] = "\x0a\x1d\x0a\x10" "desired-replicas" "\x10\x14"
                                     "\x19\x00\x00\x00\x00\x00\x00\x34\x40";
static const unsigned char active[] = "\x08\x01";
static struct method methods[] = {
    {"/externalscaler.ExternalScaler/GetMetrics", value, sizeof value - 1, NULL},
    {"/externalscaler.ExternalScaler/IsActive", active, sizeof active - 1, NULL},
    {"/externalscaler.ExternalScaler/GetMetricSpec", spec, sizeof spec - 1, NULL},
};
enum { method_count = sizeof methods / sizeof methods[0] };

static grpc_server *server;
static grpc_completion_queue *queue;

static void post(struct slot *slot) {
  slot->answering = 0;
  grpc_server_request_registered_call(server, slot->method->registered, &slot->call,
                                      &slot->deadline, &slot->metadata, &slot->request, queue,
                                      queue, slot);
}

static void answer(struct slot *slot) {
  grpc_slice slice = grpc_slice_from_copied_buffer((const char *)slot->method->answer,
                                                   slot->method->answer_size);
  slot->response = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  grpc_op batch[4];
  memset(batch, 0, sizeof batch);
  batch[0].op = GRPC_OP_SEND_INITIAL_METADATA;
  batch[1].op = GRPC_OP_SEND_MESSAGE;
  batch[1].data.send_message.send_message = slot->response;
  batch[2].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
  batch[2].data.send_status_from_server.status = GRPC_STATUS_OK;
  batch[3].op = GRPC_OP_RECV_CLOSE_ON_SERVER;
  batch[3].data.recv_close_on_server.cancelled = &slot->cancelled;
  slot->answering = 1;
  grpc_call_start_batch(slot->call, batch, 4, slot, NULL);
}

static void finish(struct slot *slot) {
  grpc_byte_buffer_destroy(slot->response);
  if (slot->request) grpc_byte_buffer_destroy(slot->request);
  slot->request = NULL;
  grpc_call_unref(slot->call);
  post(slot);
}

static char *contents(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(1);
  }
  char *text = calloc(1, 1 << 20);
  if (fread(text, 1, (1 << 20) - 1, file) == 0) exit(1);
  fclose(file);
  return text;
}

static grpc_server_credentials *credentials(int count, char **arguments) {
  if (count < 4) return grpc_insecure_server_credentials_create();
  grpc_ssl_pem_key_cert_pair pair = {contents(arguments[3]), contents(arguments[2])};
  return grpc_ssl_server_credentials_create_ex(
      NULL, &pair, 1, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, NULL);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  grpc_init();
  char *names[] = {"grpc.so_reuseport", "grpc.enable_channelz", "grpc.per_message_compression"};
  grpc_arg list[3];
  for (int index = 0; index < 3; index++) {
    list[index].type = GRPC_ARG_INTEGER;
    list[index].key = names[index];
    list[index].value.integer = 0;
  }
  grpc_channel_args channel = {3, list};
  server = grpc_server_create(&channel, NULL);
  queue = grpc_completion_queue_create_for_next(NULL);
  grpc_server_register_completion_queue(server, queue, NULL);
  for (int index = 0; index < method_count; index++)
    methods[index].registered = grpc_server_register_method(
        server, methods[index].path, NULL, GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
  if (!grpc_server_add_http2_port(server, arguments[1], credentials(count, arguments))) return 1;
  grpc_server_start(server);
  struct slot *slots = calloc(method_count * slots_per_method, sizeof *slots);
  for (int index = 0; index < method_count * slots_per_method; index++) {
    slots[index].method = &methods[index % method_count];
    grpc_metadata_array_init(&slots[index].metadata);
    post(&slots[index]);
  }
  for (;;) {
    grpc_event event =
        grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    struct slot *slot = event.tag;
    if (!event.success) return 1;
    if (slot->answering)
      finish(slot);
    else
      answer(slot);
  }
}
