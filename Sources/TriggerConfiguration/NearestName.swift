/// The name among `names` that somebody who wrote `text` most likely meant: the same but for case,
/// else the one with the fewest edits if they are few (two, or a third of the length); among equals
/// the first in alphabetical order. `nil` where nothing is near.
package func nearestName(to text: String, among names: [String]) -> String? {
  guard text.utf8.count <= 100 else { return nil }
  let lowered = text.lowercased()
  let sorted = names.sorted()
  if let same = sorted.first(where: { $0.lowercased() == lowered }) { return same }
  var best: (name: String, distance: Int)?
  for name in sorted {
    let distance = editDistance(lowered, name.lowercased())
    if distance < best?.distance ?? .max { best = (name, distance) }
  }
  guard let best, best.distance <= max(2, lowered.count / 3), best.distance < lowered.count else {
    return nil
  }
  return best.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other
/// (optimal string alignment): "tresHold" → "threshold" counts 2. O(n·m).
func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.utf8)
  let right = Array(right.utf8)
  guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 1...left.count {
    var current = [row] + Array(repeating: 0, count: right.count)
    for column in 1...right.count {
      let isSame = left[row - 1] == right[column - 1]
      var cost = min(
        last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
      if row > 1, column > 1, left[row - 1] == right[column - 2],
        left[row - 2] == right[column - 1]
      {
        cost = min(cost, beforeLast[column - 2] + 1)
      }
      current[column] = cost
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
