internal import CScalerProto

/// What a client asks of server reflection (grpc/reflection/v1/reflection.proto; v1alpha's
/// messages are the same on the wire).
package enum ReflectionQuery: Hashable, Sendable {
  /// The file with this name and those it depends on.
  case file(named: String)
  /// The file that declares this fully qualified symbol and those it depends on.
  case fileContaining(symbol: String)
  /// The file that declares this extension.
  case fileContainingExtension(of: String, number: Int)
  /// The numbers of all extensions of this message.
  case extensionNumbers(of: String)
  /// The names of all services.
  case services
  /// None of the above.
  case none
}

/// What the server knows about it.
package enum ReflectionResult: Hashable, Sendable {
  /// Encoded `FileDescriptorProto`s, the one asked for first.
  case files([[UInt8]])
  /// Full names of services.
  case services([String])
  /// Extension numbers of a message.
  case extensionNumbers(of: String, [Int32])
  /// A gRPC status code and what is wrong.
  case failure(code: Int, message: String)
}

/// Reads a `ServerReflectionRequest`, has it answered and writes the `ServerReflectionResponse`,
/// which repeats the request.
/// - Throws: `MessageError` when the bytes are not such a request.
package func answerReflection(
  _ bytes: RawSpan, _ answer: (ReflectionQuery) -> ReflectionResult
) throws(MessageError) -> [UInt8] {
  let result = bytes.withUnsafeBytes { bytes in
    unpackInArena(
      bytes, .message(strings: [1, 3, 4, 6, 7], messages: [5: .strings([1])]),
      grpc__reflection__v1__server_reflection_request__unpack
    ) { request throws(MessageError) in
      let result = answer(try query(request.pointee))
      var response = Grpc__Reflection__V1__ServerReflectionResponse()
      grpc__reflection__v1__server_reflection_response__init(&response)
      response.valid_host = request.pointee.host
      response.original_request = request
      return encode(result, into: &response)
    }
  }
  return try result.get()
}

private func query(
  _ request: Grpc__Reflection__V1__ServerReflectionRequest
) throws(MessageError) -> ReflectionQuery {
  _ = try checkedString(request.host)
  switch request.message_request_case.rawValue {
  case 3: return .file(named: try checkedString(request.file_by_filename))
  case 4: return .fileContaining(symbol: try checkedString(request.file_containing_symbol))
  case 5:
    guard let asked = request.file_containing_extension?.pointee else { return .none }
    return .fileContainingExtension(
      of: try checkedString(asked.containing_type), number: Int(asked.extension_number))
  case 6: return .extensionNumbers(of: try checkedString(request.all_extension_numbers_of_type))
  case 7:
    _ = try checkedString(request.list_services)
    return .services
  default: return .none
  }
}

private typealias Response = Grpc__Reflection__V1__ServerReflectionResponse
private typealias ResponseCase =
  Grpc__Reflection__V1__ServerReflectionResponse__MessageResponseCase

private func encode(_ result: ReflectionResult, into response: inout Response) -> [UInt8] {
  switch result {
  case .files(let files): encode(files: files, into: &response)
  case .services(let names): encode(services: names, into: &response)
  case .extensionNumbers(let type, let numbers):
    encode(extensions: numbers, of: type, into: &response)
  case .failure(let code, let message):
    withCStrings([message]) { texts in
      var failure = Grpc__Reflection__V1__ErrorResponse()
      grpc__reflection__v1__error_response__init(&failure)
      failure.error_code = Int32(clamping: code)
      failure.error_message = texts[0]
      return withUnsafeMutablePointer(to: &failure) { failure in
        response.message_response_case = ResponseCase(rawValue: 7)
        response.error_response = failure
        return pack(&response)
      }
    }
  }
}

private func encode(files: [[UInt8]], into response: inout Response) -> [UInt8] {
  // One block for all files: the pointers into it stay good while it is lent.
  var joined = files.flatMap { $0 }
  return joined.withUnsafeMutableBufferPointer { joined in
    var offset = 0
    var entries = files.map { file in
      defer { offset += file.count }
      return ProtobufCBinaryData(
        len: file.count, data: joined.baseAddress.map { $0 + offset })
    }
    return entries.withUnsafeMutableBufferPointer { entries in
      var list = Grpc__Reflection__V1__FileDescriptorResponse()
      grpc__reflection__v1__file_descriptor_response__init(&list)
      list.n_file_descriptor_proto = entries.count
      list.file_descriptor_proto = entries.baseAddress
      return withUnsafeMutablePointer(to: &list) { list in
        response.message_response_case = ResponseCase(rawValue: 4)
        response.file_descriptor_response = list
        return pack(&response)
      }
    }
  }
}

private func encode(services: [String], into response: inout Response) -> [UInt8] {
  withCStrings(services) { names in
    var entries = names.map { name in
      var entry = Grpc__Reflection__V1__ServiceResponse()
      grpc__reflection__v1__service_response__init(&entry)
      entry.name = name
      return entry
    }
    return withPointers(to: &entries) { pointers in
      var list = Grpc__Reflection__V1__ListServiceResponse()
      grpc__reflection__v1__list_service_response__init(&list)
      list.n_service = pointers.count
      list.service = pointers.baseAddress
      return withUnsafeMutablePointer(to: &list) { list in
        response.message_response_case = ResponseCase(rawValue: 6)
        response.list_services_response = list
        return pack(&response)
      }
    }
  }
}

private func encode(
  extensions: [Int32], of type: String, into response: inout Response
) -> [UInt8] {
  var numbers = extensions
  return withCStrings([type]) { texts in
    numbers.withUnsafeMutableBufferPointer { numbers in
      var list = Grpc__Reflection__V1__ExtensionNumberResponse()
      grpc__reflection__v1__extension_number_response__init(&list)
      list.base_type_name = texts[0]
      list.n_extension_number = numbers.count
      list.extension_number = numbers.baseAddress
      return withUnsafeMutablePointer(to: &list) { list in
        response.message_response_case = ResponseCase(rawValue: 5)
        response.all_extension_numbers_response = list
        return pack(&response)
      }
    }
  }
}
