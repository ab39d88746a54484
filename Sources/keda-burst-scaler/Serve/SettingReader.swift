import Foundation
import TriggerConfiguration

/// Turns settings' texts into values, with an error that names the origin of a bad one.
struct SettingReader {
  let sources: SettingSources

  /// The text in force, or `nil` where the setting is off.
  func text(_ setting: Setting) -> String? {
    sources.value(setting)?.text
  }

  func address(_ setting: Setting, demoHost: Bool) throws -> ListenAddress {
    guard let (text, origin) = sources.value(setting) else {
      throw SettingError("--\(setting.name) is missing; write HOST:PORT")
    }
    guard var address = ListenAddress(text) else {
      throw bad(text, origin, "HOST:PORT, for example \"\(setting.fallback ?? "127.0.0.1:6000")\"")
    }
    if demoHost, text == setting.fallback { address.host = "127.0.0.1" }
    return address
  }

  func server(_ setting: Setting) throws -> ServerAddress? {
    guard let (text, origin) = sources.value(setting) else { return nil }
    switch ServerAddress.reading(text) {
    case .success(let address): return address
    case .failure(let problem): throw SettingError("\(origin) \(problem)")
    }
  }

  func duration(_ setting: Setting) throws -> Duration {
    let found = sources.value(setting) ?? ("", "--\(setting.name)")
    guard let value = parseDuration(found.text), value > .zero else {
      throw bad(found.text, found.origin, "a duration such as \"10s\" or \"5m\"")
    }
    return value
  }

  func count(_ setting: Setting) throws -> Int {
    let found = sources.value(setting) ?? ("", "--\(setting.name)")
    guard let value = Int(found.text), value > 0 else {
      throw bad(found.text, found.origin, "a whole number above 0")
    }
    return value
  }

  func choice<Value>(_ setting: Setting, _ make: (String) -> Value?) throws -> Value {
    let found = sources.value(setting) ?? ("", "--\(setting.name)")
    guard let value = make(found.text) else {
      throw bad(found.text, found.origin, "one of: \(setting.help)")
    }
    return value
  }

  func tls() throws -> ServerSettings.TLSFiles? {
    let clientCA = text(.tlsClientCA)
    let names = text(.tlsClientNames)?.split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    if let names, clientCA == nil || names.contains("") {
      throw SettingError(
        clientCA == nil
          ? "--tls-client-names needs --tls-client-ca: without it no client shows a name"
          : "--tls-client-names holds an empty name; write, for example, keda-operator,monitoring-*"
      )
    }
    switch (text(.tlsCertificate), text(.tlsKey)) {
    case (nil, nil):
      guard clientCA == nil else {
        throw SettingError("--tls-client-ca needs --tls-cert and --tls-key")
      }
      return nil
    case (let certificate?, let key?):
      return .init(certificate: certificate, key: key, clientCA: clientCA, clientNames: names ?? [])
    default:
      throw SettingError("--tls-cert and --tls-key belong together; write both or neither")
    }
  }

  private func bad(_ text: String, _ origin: String, _ expected: String) -> SettingError {
    SettingError("\(origin) is \"\(text.prefix(80))\"; write \(expected)")
  }
}
