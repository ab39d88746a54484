internal import Yams

/// Reads a trigger's metadata map from YAML text as KEDA would hand it over: all strings.
///
/// A list or a map under a key, such as `triggers:` written out, is kept as YAML text.
/// - Throws: `MetadataMapError`.
package func metadataMap(fromYAML text: String) throws(MetadataMapError) -> [String: String] {
  do {
    guard let root = try Yams.compose(yaml: text) else { return [:] }
    guard let mapping = root.mapping else {
      throw MetadataMapError(description: "is not a YAML map of trigger metadata")
    }
    var map: [String: String] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw MetadataMapError(description: "has a key that is not a text")
      }
      let text = try value.scalar?.string ?? Yams.serialize(node: value)
      guard map.updateValue(text, forKey: name) == nil else {
        throw MetadataMapError(description: "has the key \(quoted(name)) twice; keep one")
      }
    }
    return map
  } catch let error as MetadataMapError {
    throw error
  } catch {
    throw MetadataMapError(description: "is not YAML: \(yamlFault(error))")
  }
}

/// Why a metadata file cannot be read.
package struct MetadataMapError: Error, Sendable, CustomStringConvertible {
  /// To be read after the file's name.
  package let description: String
}
