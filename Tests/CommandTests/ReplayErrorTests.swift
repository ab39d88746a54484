import Foundation
import Testing

/// Wrong input: the option or line at fault, what was found, what to write instead.
@Suite struct ReplayErrorTests {
  /// What is given, and what has to be in the answer.
  struct Mistake: CustomTestStringConvertible {
    var arguments: [String]
    var words: [String]
    var code: Int32 = 64
    var testDescription: String { arguments.joined(separator: " ") }
  }

  private static func compare(_ text: String, _ words: String...) -> Mistake {
    Mistake(arguments: ["--load", "step", "--compare", text], words: ["--compare"] + words)
  }

  private static func load(_ text: String, _ words: String...) -> Mistake {
    Mistake(arguments: ["--load", text], words: ["--load"] + words)
  }

  private static func option(_ name: String, _ value: String, _ words: String...) -> Mistake {
    Mistake(arguments: ["--load", "step", name, value], words: [name] + words)
  }

  static let mistakes = [
    Mistake(arguments: [], words: ["--trace FILE", "--load step", "--prometheus URL"]),
    Mistake(arguments: ["--trace", "a.csv", "--load", "step"], words: ["contradict"]),
    load("stp", "\"stp\"", "flash-crowd"), load("step,pek=3", "\"pek\"", "peak"),
    load("step,peak=x", "peak", "\"x\"", "20m"), load("step,peak", "\"peak\" is not KEY=VALUE"),
    load("spikes,gap=0", "from 1"), load("step@direct", "NAME[,KEY=VALUE"),
    compare("kedaqueue=5", "\"kedaqueue\"", "keda-queue=N"), compare("keda-queue", "keda-queue=5"),
    compare("keda-queue=0", "above 0"), compare("article=3", "takes no value"),
    compare("article,x=1", "\"x\""), compare("metadata", "metadata=FILE"),
    compare("fixed=2.5", "whole number"), compare("fixed=3@default", "leave out @"),
    compare("article@sideways", "\"sideways\"", "recommended"),
    compare("engine,stableWindo=3s", "did you mean \"stableWindow\"?"),
    compare("engine,triggers=[{name: a; kind: gauge}]", "triggers"),
    option("--fleet", "v100", "\"v100\"", "a10g-8b"), option("--router", "random", "least-loaded"),
    option("--cold-start", "1x", "\"1x\"", "60s"), option("--warm-up", "2h", "3600 s"),
    option("--max", "0", "--min"), option("--initial-replicas", "51", "0 to 50"),
    option("--hide", "gpu", "gpu_utilization"), option("--hpa", "fast", "recommended"),
    option("--hpa-phase", "15", "below 15"), option("--set", "coldStart", "KEY=VALUE"),
    option("--scrape-delay", "-1"), option("--seed", "x"), option("--output", "xml", "json"),
  ]

  @Test(arguments: mistakes)
  func `a wrong option is named with its remedy`(mistake: Mistake) throws {
    let run = try ReplayRun(mistake.arguments)
    #expect(run.exitCode == mistake.code)
    #expect(run.output.isEmpty)
    for words in mistake.words { #expect(run.errors.contains(words), "\(run.errors)") }
  }

  @Test func `a bad line of a trace is named by file and number`() throws {
    let folder = try ReplayFolder()
    try folder.write("bad.csv", "arrival_s,prompt_tokens,output_tokens\n1,2,3\n2,many,3\n")
    let run = try ReplayRun(["--trace", "bad.csv"], in: folder)
    #expect(run.exitCode == 1)
    #expect(
      run.errors
        == "Error: bad.csv: trace line 3: prompt_tokens is \"many\"; expected a whole number from 0\n"
    )
  }

  @Test func `a file that is not there, or has no header, is said to be so`() throws {
    let folder = try ReplayFolder()
    try folder.write("empty.csv", "")
    let missing = try ReplayRun(["--trace", "missing.csv"], in: folder)
    #expect(missing.errors == "Error: cannot read the trace missing.csv: there is no such file\n")
    #expect(missing.exitCode == 1)
    let empty = try ReplayRun(["--trace", "empty.csv"], in: folder)
    #expect(empty.errors.contains("empty.csv: trace: is empty; expected the header"))
  }

  @Test func `a broken gzip file is said to be broken`() throws {
    let folder = try ReplayFolder()
    try folder.write("broken.csv.gz", "\u{1f}")
    var bytes = [UInt8]([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
    bytes += Array(repeating: 0xff, count: 40)
    let file = try folder.file("broken.csv.gz")
    try file.write(contentsOf: bytes)
    try file.close()
    let run = try ReplayRun(["--trace", "broken.csv.gz"], in: folder)
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("broken.csv.gz cannot be decompressed (gzip: stdin:"))
  }

  @Test func `without gzip a compressed trace says what to install`() throws {
    let folder = try ReplayFolder()
    try folder.write("a.csv", "arrival_s,prompt_tokens,output_tokens\n1,2,3\n")
    try folder.compress("a.csv")
    let run = try ReplayRun(["--trace", "a.csv.gz"], in: folder, path: "/nowhere")
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("install gzip"), "\(run.errors)")
  }

  @Test func `a fleet file's mistakes are named by key`() throws {
    let folder = try ReplayFolder()
    try folder.write("odd.yaml", "maxSequence: 4\n")
    let odd = try ReplayRun(["--load", "step", "--fleet", "odd.yaml"], in: folder)
    #expect(odd.exitCode == 1)
    #expect(odd.errors.contains("odd.yaml: \"maxSequence\" is not known"))
    try folder.write("few.yaml", "maxSequences: 0\n")
    let few = try ReplayRun(["--load", "step", "--fleet", "few.yaml"], in: folder)
    #expect(few.errors.contains("few.yaml: maxSequences is \"0\"; use a whole number from 1"))
  }
}
