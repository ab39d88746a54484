// A C++ peer: libgrpc++'s asynchronous API with one queue and one thread, which decodes the request
// and looks the trigger up by namespace and name.
//   async HOST:PORT [CERTIFICATE KEY]
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <functional>
#include <sstream>
#include <unordered_map>

#include "externalscaler.grpc.pb.h"

namespace {

using externalscaler::ExternalScaler;

struct Trigger {
  double desired_replicas = 20;
  bool is_active = true;
};

std::unordered_map<std::string, Trigger> triggers = {{"inference/llm-inference", {}}};

const Trigger *Find(const externalscaler::ScaledObjectRef &ref) {
  auto found = triggers.find(ref.namespace_() + "/" + ref.name());
  if (found == triggers.end() || ref.scalermetadata().count("serverAddress") == 0) return nullptr;
  return &found->second;
}

grpc::Status Answer(const externalscaler::GetMetricsRequest &request,
                    externalscaler::GetMetricsResponse *response) {
  const Trigger *trigger = Find(request.scaledobjectref());
  if (!trigger) return {grpc::StatusCode::NOT_FOUND, "no such trigger"};
  auto *value = response->add_metricvalues();
  value->set_metricname(request.metricname());
  value->set_metricvalue(static_cast<int64_t>(trigger->desired_replicas));
  value->set_metricvaluefloat(trigger->desired_replicas);
  return grpc::Status::OK;
}

grpc::Status Answer(const externalscaler::ScaledObjectRef &ref,
                    externalscaler::IsActiveResponse *response) {
  const Trigger *trigger = Find(ref);
  if (!trigger) return {grpc::StatusCode::NOT_FOUND, "no such trigger"};
  response->set_result(trigger->is_active);
  return grpc::Status::OK;
}

grpc::Status Answer(const externalscaler::ScaledObjectRef &ref,
                    externalscaler::GetMetricSpecResponse *response) {
  if (!Find(ref)) return {grpc::StatusCode::NOT_FOUND, "no such trigger"};
  auto *spec = response->add_metricspecs();
  spec->set_metricname("desired-replicas");
  spec->set_targetsize(1);
  spec->set_targetsizefloat(1);
  return grpc::Status::OK;
}

struct Step {
  virtual ~Step() = default;
  virtual void Proceed(bool ok) = 0;
};

/// One call from its request to its end; makes its successor when it arrives.
template <typename Request, typename Response>
class Call final : public Step {
 public:
  using Ask = std::function<void(grpc::ServerContext *, Request *,
                                 grpc::ServerAsyncResponseWriter<Response> *, void *)>;

  explicit Call(Ask ask) : ask_(std::move(ask)), writer_(&context_) {
    ask_(&context_, &request_, &writer_, this);
  }

  void Proceed(bool ok) override {
    if (!ok || answered_) {
      delete this;
      return;
    }
    new Call(ask_);
    answered_ = true;
    Response response;
    grpc::Status status = Answer(request_, &response);
    if (status.ok())
      writer_.Finish(response, status, this);
    else
      writer_.FinishWithError(status, this);
  }

 private:
  Ask ask_;
  grpc::ServerContext context_;
  Request request_;
  grpc::ServerAsyncResponseWriter<Response> writer_;
  bool answered_ = false;
};

std::string Contents(const char *path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return 2;
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (count >= 4) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({Contents(arguments[3]), Contents(arguments[2])});
    credentials = grpc::SslServerCredentials(options);
  }
  ExternalScaler::AsyncService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(arguments[1], credentials);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;

  namespace e = externalscaler;
  auto *q = queue.get();
  for (int slot = 0; slot < 128; slot++) {
    new Call<e::GetMetricsRequest, e::GetMetricsResponse>(
        [&, q](auto *context, auto *request, auto *writer, void *tag) {
          service.RequestGetMetrics(context, request, writer, q, q, tag);
        });
    new Call<e::ScaledObjectRef, e::IsActiveResponse>(
        [&, q](auto *context, auto *request, auto *writer, void *tag) {
          service.RequestIsActive(context, request, writer, q, q, tag);
        });
    new Call<e::ScaledObjectRef, e::GetMetricSpecResponse>(
        [&, q](auto *context, auto *request, auto *writer, void *tag) {
          service.RequestGetMetricSpec(context, request, writer, q, q, tag);
        });
  }
  void *tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<Step *>(tag)->Proceed(ok);
}
