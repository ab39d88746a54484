import GRPCBinding
import ScalerService
import TestSupport
import Testing

@Suite("Server reflection")
struct ReflectionServiceTests {
  private func makeServer() throws -> GRPCServer {
    try GRPCServer(
      configuration: GRPCServerConfiguration(address: "127.0.0.1:0"),
      methods: ReflectionService().methods)
  }

  @Test func `grpcio-reflection lists and describes without a proto file`() async throws {
    let server = try makeServer()
    let client = try PythonClient(
      port: server.boundPort,
      """
      from google.protobuf.descriptor_pool import DescriptorPool
      from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
          ProtoReflectionDescriptorDatabase)
      database = ProtoReflectionDescriptorDatabase(plaintext())
      say(*sorted(database.get_services()))
      pool = DescriptorPool(database)
      scaler = pool.FindServiceByName("externalscaler.ExternalScaler")
      say(*[method.name for method in scaler.methods])
      say(*[f.name for f in pool.FindMessageTypeByName("externalscaler.MetricValue").fields])
      """)
    #expect(
      try await client.line() == """
        externalscaler.ExternalScaler grpc.health.v1.Health \
        grpc.reflection.v1.ServerReflection grpc.reflection.v1alpha.ServerReflection
        """)
    #expect(
      try await client.line()
        == "IsActive StreamIsActive GetMetricSpec GetMetrics StreamMetricSpec")
    #expect(try await client.line() == "metricName metricValue metricValueFloat")
  }

  @Test(arguments: ["v1", "v1alpha"])
  func `what is not there is an error_response, and the stream goes on`(version: String)
    async throws
  {
    let server = try makeServer()
    // v1's messages are v1alpha's on the wire, so one generated module serves both.
    let client = try PythonClient(
      port: server.boundPort,
      """
      from grpc_reflection.v1alpha.reflection_pb2 import (
          ExtensionRequest, ServerReflectionRequest as Request, ServerReflectionResponse)
      call = plaintext().stream_stream(
          "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
          request_serializer=Request.SerializeToString,
          response_deserializer=ServerReflectionResponse.FromString)
      extension = ExtensionRequest(containing_type="x.Y", extension_number=7)
      for answer in call(iter([
          Request(file_by_filename="no.proto"), Request(file_containing_symbol="no.Such"),
          Request(file_containing_extension=extension),
          Request(all_extension_numbers_of_type="no.Such"), Request(host="h"),
          Request(all_extension_numbers_of_type="externalscaler.MetricValue"),
          Request(file_by_filename="externalscaler.proto"),
          Request(list_services="")])):
          say(answer.WhichOneof("message_response"), answer.error_response.error_code)
      """)
    let missing = "error_response 5"
    #expect(
      try await client.allLines() == [
        missing, missing, missing, missing, "error_response 3",
        "all_extension_numbers_response 0", "file_descriptor_response 0",
        "list_services_response 0",
      ])
  }
}
