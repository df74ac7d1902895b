/// Stands before each program and takes away what reaches beyond the payload: the environment, other inputs, modules on
/// disk and standard error, which is the log. `include` and `import` are syntax errors after it.
///
/// It also puts others in the place of builtins with which a payload could end the process, since libjq 1.6 aborts on
/// what it doesn't expect, or fill its memory.
///
/// libjq 1.6 also reads `~/.jq`; what the operator defines there counts here as it does for the command `jq`.
enum JQPrelude {
    private static let forbidden = [
        "env", "input", "inputs", "debug", "stderr", "input_filename", "input_line_number", "halt", "halt_error",
        "modulemeta", "get_search_list", "get_jq_origin", "get_prog_origin",
    ]

    /// One line, so that a program's own lines are easily counted.
    static let text: String = {
        let names = forbidden + ["halt_error($status)"]
        let definitions = names.map { name in
            #"def \#(name): error("\#(name.prefix { $0 != "(" }) is not available in a mapping");"#
        }
        return (definitions + mended).joined(separator: " ") + " {} as $ENV |\n"
    }()

    /// A definition's own name is itself within it, so the builtin is kept under another one.
    private static let mended = [
        // Abort when the format isn't text, and on a number that is no point in time, such as 2e22.
        "def _strftime($f): strftime($f); def _strflocaltime($f): strflocaltime($f);",
        #"def _format: if type == "string" then . else error("the format of a date must be a string") end;"#,
        #"def strftime(f): (f | _format) as $f | (if type == "number" then gmtime else . end) | _strftime($f);"#,
        #"def strflocaltime(f): (f | _format) as $f | (if type == "number" then localtime else . end) | _strflocaltime($f);"#,
        #"def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ"); def todate: todateiso8601; def date: todate;"#,
        // Loses the memory of text that is JSON, but no number.
        #"def _number: if type == "number" then . else error("\(type) can't be parsed as a number") end;"#,
        #"def tonumber: (if type == "string" then fromjson else . end) | _number;"#,
        // Never come to an end when they look for an empty text, and can't be interrupted.
        #"def _indices($i): indices($i); def indices($i): if $i == "" then [] else _indices($i) end;"#,
        "def index($i): indices($i) | .[0]; def rindex($i): indices($i) | .[-1:][0];",
    ]

    static let lineCount = 1
}
