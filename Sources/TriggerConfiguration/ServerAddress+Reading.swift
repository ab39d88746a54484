extension ServerAddress {
  /// Reads an address that somebody wrote outside a trigger's metadata.
  ///
  /// The failure is to be read after the name of the place: `is "ftp://x"; use a URL that …`.
  package static func reading(_ text: String) -> Result<ServerAddress, AddressProblem> {
    do throws(Refusal) {
      return .success(try ServerAddress(text))
    } catch {
      return .failure(AddressProblem(description: "\(error.found); \(error.remedy)"))
    }
  }

  /// What is wrong with an address, and what to write.
  package struct AddressProblem: Error, CustomStringConvertible {
    /// To be read after the name of the place.
    package let description: String
  }
}
