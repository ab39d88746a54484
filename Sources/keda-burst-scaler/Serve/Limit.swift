/// One limit of the running server, as docs/limits.md lists it and `/metrics` shows it.
struct Limit: Sendable {
  /// What it is called in `/metrics` and in the log.
  let name: String
  /// What it bounds, with the unit.
  let meaning: String
  /// The setting that changes it; nil where it is fixed.
  let setting: Setting?
  /// What who reaches it is told.
  let consequence: String
  /// How much is allowed.
  let value: Int

  /// A limit that is fixed unless it names a setting.
  init(
    _ name: String, _ value: Int, _ meaning: String, _ consequence: String,
    setting: Setting? = nil
  ) {
    self.name = name
    self.value = value
    self.meaning = meaning
    self.consequence = consequence
    self.setting = setting
  }
}
